"""Two people at one moment: exactly one of them gets through, on both databases."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import applications, confirmations, members, people, steps
from engine.faults import Refused
from models import Application, Approval, Grant, Member, OrgUnit, RecordedResult, User
from models import audit as chain
from models.database import make_engine, make_sessions
from tests import factories
from tests.casework.bureau import (
    NOW,
    TODAY,
    Bureau,
    applicant,
    open_bureau,
    record_of,
    register,
    scan_minutes,
    take,
    walk,
)
from tests.conftest import Database

AT_ONCE = 50
Attempt = Callable[[Session], object]


def together(database: Database, *attempts: Attempt) -> list[str]:
    """Run the attempts at once, each on a connection of its own; "done" or the codes of the faults."""
    start = Barrier(len(attempts))
    engine = make_engine(database.url, pool_size=len(attempts))

    def run(attempt: Attempt) -> str:
        with make_sessions(engine)() as session:
            start.wait()
            try:
                attempt(session)
                session.commit()
            except Refused as refused:
                session.rollback()
                return " ".join(fault.code for fault in refused.faults)
        return "done"

    try:
        with ThreadPoolExecutor(len(attempts)) as pool:
            return sorted(pool.map(run, attempts))
    finally:
        engine.dispose()


def confirmed(numbers: Sequence[int], versions: Mapping[int, int], user_id: int) -> Attempt:
    """One press of the button that confirms a meeting, on the page as it was read."""

    def attempt(session: Session) -> object:
        return confirmations.confirm(
            session,
            [session.get_one(Application, number) for number in numbers],
            by=people.actor(session, session.get_one(User, user_id), TODAY),
            at=NOW,
            versions=versions,
        )

    return attempt


def recorded(bureau: Bureau, members: Sequence[Member | None]) -> dict[int, int]:
    """Applications whose result the reviewer has recorded, id to version."""
    waiting = [walk(bureau, register(bureau, member), "decision") for member in members]
    for application in waiting:
        take(bureau, application, confirmed=False)
        scan_minutes(bureau, application)
    bureau.session.flush()
    return {application.id: application.version for application in waiting}


def leaders(bureau: Bureau) -> tuple[int, int]:
    """Two people who may confirm what the reviewer recorded."""
    third = factories.user(bureau.session, ("department_leader", bureau.tree.department))
    return bureau.users["second_leader"].id, third.id


def test_r_4_2_1_fifty_approvals_of_one_application_at_once_give_one(database: Database) -> None:
    with database.sessions.begin() as session:
        bureau = open_bureau(session)
        versions = recorded(bureau, [None])
        department = ("department_leader", bureau.tree.department)
        many = [factories.user(session, department).id for _ in range(AT_ONCE - 1)]
        many.append(bureau.users["second_leader"].id)
    done = together(database, *(confirmed([*versions], versions, who) for who in many))
    assert done[0] == "done"
    assert len(done) == AT_ONCE
    assert all("stale_page" in each for each in done[1:])
    with database.sessions() as session:
        assert len(session.scalars(select(Grant)).all()) == 1
        codes = session.scalars(select(Approval.code)).all()
        assert codes.count("dept_approve") == 1
        assert list(chain.verify(session)) == []


def test_one_result_recorded_by_two_is_written_once(database: Database) -> None:
    with database.sessions.begin() as session:
        bureau = open_bureau(session)
        application = walk(bureau, register(bureau), "decision")
        number, version = application.id, application.version
        second = factories.user(bureau.session, ("department_reviewer", bureau.tree.department))
        both = bureau.users["reviewer"].id, second.id

    def press(who: int) -> Attempt:
        return lambda session: steps.complete(
            session,
            session.get_one(Application, number),
            "decision",
            record_of("decision"),
            by=people.actor(session, session.get_one(User, who), TODAY),
            at=NOW,
            expected_version=version,
        )

    done = together(database, *map(press, both))
    assert done[0] == "done"
    assert "stale_page" in done[1]
    with database.sessions() as session:
        assert len(session.scalars(select(RecordedResult)).all()) == 1


def test_r_3_3_1_two_applications_of_one_member_give_one_grant_a_year(database: Database) -> None:
    with database.sessions.begin() as session:
        bureau = open_bureau(session)
        member = applicant(bureau)
        versions, both = recorded(bureau, [member, member]), leaders(bureau)
    pressed = [confirmed([one], versions, who) for one, who in zip(versions, both, strict=True)]
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
        versions = recorded(bureau, [first, second, second, first])
        both = leaders(bureau)
    numbers = list(versions)
    agendas = (numbers[:2], numbers[2:])
    pressed = [confirmed(agenda, versions, who) for agenda, who in zip(agendas, both, strict=True)]
    done = together(database, *pressed)
    assert "done" in done
    assert any("assessment_changed" in each for each in done)
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
