"""Two people at one moment: exactly one of them gets through, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import applications, members, people, steps
from engine.faults import Refused
from models import Application, Approval, Grant, Member, OrgUnit, User
from models import audit as chain
from tests import factories
from tests.casework.bureau import (
    NOW,
    TODAY,
    applicant,
    open_bureau,
    record_of,
    register,
    walk,
)
from tests.conftest import Database

Attempt = Callable[[Session], object]


def together(database: Database, *attempts: Attempt) -> list[str]:
    """Run the attempts at once, each in a session of its own; "done" or the codes of the faults."""
    start = Barrier(len(attempts))

    def run(attempt: Attempt) -> str:
        with database.sessions() as session:
            start.wait()
            try:
                attempt(session)
                session.commit()
            except Refused as refused:
                session.rollback()
                return " ".join(fault.code for fault in refused.faults)
        return "done"

    with ThreadPoolExecutor(len(attempts)) as pool:
        return sorted(pool.map(run, attempts))


def decide(application_id: int, version: int, user_id: int) -> Attempt:
    """One press of the button of the meeting, on the page as it was read."""

    def attempt(session: Session) -> object:
        application = session.get_one(Application, application_id)
        who = people.actor(session, session.get_one(User, user_id), TODAY)
        return steps.complete(
            session,
            application,
            "decision",
            record_of("decision"),
            by=who,
            at=NOW,
            expected_version=version,
        )

    return attempt


def bring(
    database: Database, *, same_member: bool = False, count: int = 1
) -> tuple[list[tuple[int, int]], int]:
    """Applications that wait for the decision, as (id, version), and the leader's id."""
    with database.sessions() as session:
        bureau = open_bureau(session)
        member: Member | None = applicant(bureau) if same_member else None
        waiting = []
        drafts = [register(bureau, member) for _ in range(count)]
        for draft in drafts:
            walk(bureau, draft, "decision")
            waiting.append(draft)
        session.commit()
        return [(a.id, a.version) for a in waiting], bureau.users["leader"].id


def test_one_step_pressed_by_two_is_taken_once(database: Database) -> None:
    [(number, version)], leader = bring(database)
    with database.sessions.begin() as session:
        department = session.get_one(User, leader).held[0].org
        other = factories.user(session, ("department_leader", department)).id
    pressed = [decide(number, version, who) for who in (leader, other, leader, other)]
    done = together(database, *pressed)
    assert [each.split()[0] for each in done] == ["done", *["stale_page"] * 3]
    with database.sessions() as session:
        assert len(session.scalars(select(Grant)).all()) == 1
        codes = session.scalars(select(Approval.code)).all()
        assert codes.count("dept_approve") == 1
        assert list(chain.verify(session)) == []


def test_two_applications_of_one_member_give_one_grant_a_year(database: Database) -> None:
    waiting, leader = bring(database, same_member=True, count=2)
    pressed = [decide(number, version, leader) for number, version in waiting]
    done = together(database, *pressed)
    assert done.count("done") == 1
    assert any("assessment_changed" in each or "already_granted" in each for each in done)
    with database.sessions() as session:
        assert len(session.scalars(select(Grant)).all()) == 1


def test_two_agendas_with_the_same_members_crosswise_never_wait_for_each_other(
    database: Database,
) -> None:
    with database.sessions.begin() as session:
        bureau = open_bureau(session)
        first, second = applicant(bureau), applicant(bureau)
        drafts = [register(bureau, each) for each in (first, second, second, first)]
        waiting = [walk(bureau, draft, "decision") for draft in drafts]
        session.flush()
        versions = {a.id: a.version for a in waiting}
        agendas = [[a.id for a in waiting[:2]], [a.id for a in waiting[2:]]]
        leaders = [bureau.users["leader"].id]
        leaders.append(factories.user(session, ("department_leader", bureau.tree.department)).id)

    def press(agenda: list[int], leader: int) -> Attempt:
        def attempt(session: Session) -> object:
            return steps.complete_list(
                session,
                [session.get_one(Application, each) for each in agenda],
                "decision",
                record_of("decision"),
                {},
                by=people.actor(session, session.get_one(User, leader), TODAY),
                at=NOW,
                versions=versions,
            )

        return attempt

    done = together(database, *map(press, agendas, leaders))
    assert done[0] == "done"
    assert "assessment_changed" in done[1]
    with database.sessions() as session:
        assert len(session.scalars(select(Grant)).all()) == 2
        assert list(chain.verify(session)) == []


def test_two_members_with_one_number_are_registered_once(database: Database) -> None:
    with database.sessions.begin() as session:
        bureau = open_bureau(session)
        clerk, branch = bureau.users["clerk"].id, bureau.tree.branch.id
    values = {"name": "王建国", "id_number": factories.id_number(900)}

    def attempt(session: Session) -> object:
        who = people.actor(session, session.get_one(User, clerk), TODAY)
        return members.register(session, session.get_one(OrgUnit, branch), values, by=who, at=NOW)

    done = together(database, attempt, attempt)
    assert done == ["done", "duplicate_id_number"]


def test_numbers_of_applications_are_never_given_twice(database: Database) -> None:
    with database.sessions.begin() as session:
        bureau = open_bureau(session)
        clerk = bureau.users["clerk"].id
        members_ids = [applicant(bureau).id for _ in range(4)]

    def attempt(member_id: int) -> Attempt:
        def go(session: Session) -> object:
            who = people.actor(session, session.get_one(User, clerk), TODAY)
            member = session.get_one(Member, member_id)
            return applications.register(session, member, "living", TODAY, by=who, at=NOW)

        return go

    assert together(database, *map(attempt, members_ids)) == ["done"] * 4
    with database.sessions() as session:
        numbers = session.scalars(select(Application.number)).all()
        assert sorted(numbers) == [f"2010-{n:06d}" for n in range(1, 5)]
