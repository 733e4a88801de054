"""My work: what waits, what is late and why, what came back, what I began and did. Every list has
noise of another committee beside it that must stay out."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from casework import (
    applications,
    calendar,
    due_dates,
    dues,
    endings,
    health,
    objections,
    places,
    watch,
    worklist,
)
from casework.due_dates import Bound
from casework.people import Actor
from casework.worklist import Pile
from engine.labels import Label
from models import Application, CaseStatus, OrgUnit
from models.outbox import OutboxMessage
from models.policy_drafts import DraftState, PolicyDraft
from tests import factories
from tests.casework import office as offices
from tests.casework.bureau import Bureau, applicant, later, register, take, walk
from tests.factories import NOW, TODAY


def piles(session: Session, by: Actor) -> list[Pile]:
    return worklist.piles(session, places.places(session, by))


def seen(found: list[Pile]) -> list[tuple[str, str | None, str, int]]:
    return [(one.stage_id, one.part, one.status.value, one.count) for one in found]


def neighbours(bureau: Bureau, until: str | None = None, **given: object) -> Application:
    """The noise: an application of the other committee's branch."""
    member = applicant(bureau, bureau.tree.other_branch, name="前柳人")
    made = register(bureau, member, by="neighbour", **given)  # type: ignore[arg-type]
    if until:
        made.stage, made.status = until, CaseStatus.OPEN
        bureau.session.flush()
    return made


def sudden(bureau: Bureau, until: str = "department_review") -> Application:
    """A sudden application that was carried so far."""
    return walk(bureau, register(bureau, road="sudden"), until)


# -- piles


def test_a_pile_counts_what_waits_in_the_persons_own_part_of_the_tree(bureau: Bureau) -> None:
    walk(bureau, register(bureau), "committee_verify")
    neighbours(bureau, "committee_verify")
    assert seen(piles(bureau.session, bureau["verifier"])) == [
        ("committee_verify", None, "open", 1)
    ]
    assert piles(bureau.session, bureau["other_verifier"])[0].count == 1
    assert piles(bureau.session, bureau["reviewer"]) == []


def test_what_has_waited_longest_comes_first_and_drafts_come_last(bureau: Bureau) -> None:
    draft = register(bureau)
    draft.stage_since = NOW - timedelta(days=9)
    fresh = walk(bureau, register(bureau), "branch_check")
    old = walk(bureau, register(bureau), "appraisal")
    old.stage_since = NOW - timedelta(days=5)
    bureau.session.flush()
    found = piles(bureau.session, bureau["clerk"])
    assert [one.stage_id for one in found] == ["appraisal", "branch_check", "application"]
    assert [one.alone for one in found] == [old.id, fresh.id, draft.id]
    assert found[0].since == NOW - timedelta(days=5)


def test_a_pile_of_several_has_no_single_application_and_one_word_for_each_step(
    bureau: Bureau,
) -> None:
    for _ in range(3):
        walk(bureau, register(bureau), "committee_verify")
    (pile,) = piles(bureau.session, bureau["verifier"])
    assert (pile.count, pile.alone) == (3, None)
    assert pile.label == Label("党（工）委核实", "Committee verification")


def test_a_list_step_is_split_into_its_parts(session: Session) -> None:
    office = offices.open_office(session)
    office.application("screening")
    entered = office.application("screening")
    office.enter(entered)
    assert seen(piles(session, office.staff["committee_clerk"])) == [
        ("screening", "enter", "open", 1)
    ]
    assert seen(piles(session, office.staff["screener"])) == [("screening", "result", "open", 1)]


def test_nobody_without_a_role_has_anything_waiting(bureau: Bureau) -> None:
    walk(bureau, register(bureau), "committee_verify")
    stranger = Actor(None, "stranger", ())
    assert piles(bureau.session, stranger) == []
    assert worklist.late(bureau.session, stranger, [], TODAY) == ([], [])
    assert worklist.oldest(bureau.session, stranger, [], 5) == []


# -- single applications


def test_the_oldest_are_listed_first_without_drafts_and_without_neighbours(bureau: Bureau) -> None:
    register(bureau)
    second = walk(bureau, register(bureau), "committee_verify")
    first = walk(bureau, register(bureau), "committee_verify")
    first.stage_since = NOW - timedelta(days=3)
    bureau.session.flush()
    neighbours(bureau, "committee_verify")
    by = bureau["verifier"]
    found = worklist.oldest(bureau.session, by, places.places(bureau.session, by), 5)
    assert [one.id for one in found] == [first.id, second.id]
    assert all(one.may_open for one in found)


def test_my_drafts_are_only_my_own(bureau: Bureau) -> None:
    mine = register(bureau)
    register(bureau, by="committee_clerk")
    neighbours(bureau)
    found, count = worklist.drafts(bureau.session, bureau["clerk"], 5)
    assert ([one.id for one in found], count) == ([mine.id], 1)


def test_more_drafts_than_are_shown_are_still_counted(bureau: Bureau) -> None:
    for _ in range(3):
        register(bureau)
    found, count = worklist.drafts(bureau.session, bureau["clerk"], 2)
    assert (len(found), count) == (2, 3)


def test_what_came_back_says_who_sent_it_and_why(bureau: Bureau) -> None:
    made = walk(bureau, register(bureau), "committee_verify")
    endings.send_back(
        bureau.session,
        made,
        "application",
        "缺少低保证明",
        by=bureau["verifier"],
        at=later(2),
        expected_version=made.version,
    )
    stray = neighbours(bureau)
    stray.status = CaseStatus.RETURNED
    bureau.session.flush()
    by = bureau["clerk"]
    found, count = worklist.returned(bureau.session, by, places.places(bureau.session, by), 5)
    assert count == 1
    assert (found[0].case.id, found[0].by, found[0].reason) == (made.id, "verifier", "缺少低保证明")
    assert found[0].at == later(2)
    other = bureau["other_verifier"]
    assert worklist.returned(bureau.session, other, [], 5) == ([], 0)


def test_what_i_did_last_is_mine_the_newest_first(bureau: Bureau) -> None:
    made = walk(bureau, register(bureau), "branch_check")
    neighbours(bureau)
    found = worklist.done(bureau.session, bureau["clerk"], 2)
    assert [(one.case.id, one.verb) for one in found] == [(made.id, "complete")] * 2
    assert found[0].stage == Label("支部民主评议", "Branch democratic appraisal")
    assert worklist.done(bureau.session, bureau["other_verifier"], 5) == []


def test_saving_a_form_that_was_handed_in_is_a_correction_and_no_draft(bureau: Bureau) -> None:
    made = register(bureau)

    def saved(answer: str) -> bool:
        applications.save(
            bureau.session,
            made,
            facts={"cause_disaster": answer},
            by=bureau["clerk"],
            at=later(0),
            expected_version=made.version,
        )
        (last,) = worklist.done(bureau.session, bureau["clerk"], 1)
        assert last.verb == "save"
        return last.corrects

    assert not saved("yes")
    walk(bureau, made, "branch_check")
    assert saved("no")


def test_what_lies_out_of_reach_now_is_not_shown_though_i_did_it(bureau: Bureau) -> None:
    made = register(bureau)
    made.org_id = bureau.tree.other_branch.id
    bureau.session.flush()
    assert worklist.done(bureau.session, bureau["clerk"], 5) == []


def test_a_screener_sees_whom_he_screened_but_opens_nothing(session: Session) -> None:
    office = offices.open_office(session)
    office.screen(office.enter(office.application("screening")))
    (found,) = worklist.done(session, office.staff["screener"], 5)
    assert (found.verb, found.case.may_open) == ("screen", False)


# -- due dates


def test_an_overdue_deadline_says_how_it_was_counted_and_whether_it_waits_for_me(
    bureau: Bureau,
) -> None:
    made = sudden(bureau, "committee_verify")
    neighbours(bureau, "committee_verify", road="sudden")
    day = TODAY + timedelta(days=9)
    by = bureau["verifier"]
    overdue, soon = worklist.late(bureau.session, by, places.places(bureau.session, by), day)
    assert soon == []
    assert [(one.case.id, one.due.rule.id, one.waits) for one in overdue] == [
        (made.id, "report_due", True)
    ]
    last = overdue[0].due.due
    assert last is not None
    assert (last.date, last.clause) == (TODAY + timedelta(days=3), "4.6.2")
    assert last.counted_zh


def test_who_is_reminded_of_a_deadline_sees_it_though_it_waits_for_somebody_else(
    bureau: Bureau,
) -> None:
    made = sudden(bureau, "committee_verify")
    day = TODAY + timedelta(days=9)
    for name in ("reviewer", "committee_leader"):
        by = bureau[name]
        found = [] if name == "reviewer" else places.places(bureau.session, by)
        overdue, _soon = worklist.late(bureau.session, by, found, day)
        assert [one.case.id for one in overdue] == [made.id], name
    neighbour = bureau["other_verifier"]
    assert worklist.late(bureau.session, neighbour, [], day) == ([], [])


def test_a_meeting_whose_result_is_not_recorded_does_not_wait_for_who_confirms_it(
    bureau: Bureau,
) -> None:
    case = sudden(bureau, "meeting")
    by, session = bureau["leader"], bureau.session
    found = places.places(session, by)
    overdue, soon = worklist.late(session, by, found, TODAY)
    assert {(one.case.id, one.waits) for one in (*overdue, *soon)} == {(case.id, False)}
    by = bureau["reviewer"]
    overdue, soon = worklist.late(session, by, places.places(session, by), TODAY)
    assert {(one.case.id, one.waits) for one in (*overdue, *soon)} == {(case.id, True)}


def test_a_deadline_within_a_week_is_near_and_one_that_is_met_is_neither(bureau: Bureau) -> None:
    made = sudden(bureau, "committee_verify")
    by = bureau["verifier"]
    found = places.places(bureau.session, by)
    overdue, soon = worklist.late(bureau.session, by, found, TODAY)
    assert (overdue, [one.case.id for one in soon]) == ([], [made.id])
    walk(bureau, made, "department_review")
    assert worklist.late(bureau.session, by, found, TODAY + timedelta(days=9)) == ([], [])


def test_a_year_without_a_calendar_is_said_and_never_guessed(session: Session) -> None:
    office = offices.open_office(session)
    made = office.application("notice")
    office.close(office.post(made))
    by = office.staff["committee_clerk"]
    overdue, soon = worklist.late(session, by, places.places(session, by), date(2010, 12, 30))
    assert overdue == []
    assert [(one.case.id, one.due.state) for one in soon] == [(made.id, "unknown")]
    calendar.fill(session, 2010, 2010)
    overdue, _soon = worklist.late(session, by, places.places(session, by), date(2010, 12, 30))
    assert overdue[0].due.due is not None
    assert overdue[0].due.due.date == date(2010, 12, 15)


def test_due_dates_of_many_are_those_of_each_one(session: Session) -> None:
    office = offices.open_office(session)
    calendar.fill(session, 2010, 2011)
    noticed, held = office.application("notice"), office.application("notice", road="sudden")
    office.close(office.post(noticed))
    office.close(office.post(held))
    office.file(noticed)
    office.enter(noticed)
    office.application("payment", road="sudden", pay_first=True)
    rows = session.scalars(select(Application)).all()
    holidays = calendar.load(session)
    bound = [Bound(a.id, a.edition_id, a.road, a.emergency) for a in rows]
    states = set()
    for day in (date(2010, 12, 4), date(2010, 12, 30)):
        many = due_dates.dues_of_many(session, bound, day, holidays)
        each = {a.id: dues.dues_of(session, a, day, holidays) for a in rows}
        assert many == each
        states |= {one.state for found in each.values() for one in found}
    assert {"waiting", "met", "late"} <= states


def test_due_dates_of_a_real_road_agree_too(bureau: Bureau) -> None:
    for until in ("branch_check", "committee_verify", "department_review", "meeting"):
        sudden(bureau, until)
    rows = bureau.session.scalars(select(Application)).all()
    holidays = calendar.load(bureau.session)
    day = TODAY + timedelta(days=4)
    bound = [Bound(a.id, a.edition_id, a.road, a.emergency) for a in rows]
    many = due_dates.dues_of_many(bureau.session, bound, day, holidays)
    assert many == {a.id: dues.dues_of(bureau.session, a, day, holidays) for a in rows}
    assert {one.state for found in many.values() for one in found} > {"late", "met"}


# -- what a role watches


def test_lists_to_screen_are_for_the_screener_alone(session: Session) -> None:
    office = offices.open_office(session)
    entered = office.enter(office.application("screening"), office.application("screening"))
    by = office.staff["screener"]
    found = watch.lists_to_screen(session, by, places.places(session, by))
    assert [(one.id, one.unit, one.waiting) for one in found] == [(entered.id, "龙山镇党委", 2)]
    clerk = office.staff["committee_clerk"]
    assert watch.lists_to_screen(session, clerk, places.places(session, clerk)) == []
    office.screen(entered)
    assert watch.lists_to_screen(session, by, places.places(session, by)) == []


def test_finance_sees_what_to_send_by_unit_and_whether_the_money_will_do(session: Session) -> None:
    office = offices.open_office(session)
    office.budget(100_000)
    office.application("transfer")
    office.application("transfer", branch=office.tree.other_branch)
    office.application("filing")
    by = office.staff["finance"]
    found = watch.money(session, by, places.places(session, by), 2010)
    assert found is not None
    assert [(one.unit, one.count, one.fen) for one in found.to_send] == [
        ("柳河镇党委", 1, 60_000),
        ("龙山镇党委", 1, 60_000),
    ]
    assert [(one.budget_fen, one.left_fen) for one in found.purses] == [(100_000, 100_000)]
    assert (found.owed_fen, found.short) == (180_000, True)
    clerk = office.staff["committee_clerk"]
    assert watch.money(session, clerk, places.places(session, clerk), 2010) is None


def test_the_policy_officer_sees_placeholders_and_years_without_a_calendar(bureau: Bureau) -> None:
    calendar.fill(bureau.session, 2010, 2010)
    found = watch.policies(bureau.session, bureau["officer"], TODAY)
    assert found is not None
    assert [one.clause for one in found.placeholders] == ["2.1.2"]
    assert found.years == (2011,)
    assert watch.policies(bureau.session, bureau["clerk"], TODAY) is None


def test_a_draft_waits_for_the_second_person_and_never_for_the_first(bureau: Bureau) -> None:
    draft = PolicyDraft(
        policy_code=bureau.edition.policy_code,
        based_on=bureau.edition,
        files=b"",
        state=DraftState.PROPOSED,
        in_force_from=TODAY,
        started_by_id=bureau.users["officer"].id,
        changed_by_id=bureau.users["officer"].id,
        proposer_id=bureau.users["officer"].id,
        created_at=NOW,
        changed_at=NOW,
    )
    bureau.session.add(draft)
    bureau.session.flush()

    def seen(name: str) -> list[tuple[bool, bool]]:
        found = watch.policies(bureau.session, bureau[name], TODAY)
        return [(one.proposed, one.mine) for one in found.drafts] if found else []

    assert seen("officer") == [(True, True)]
    assert seen("second_officer") == seen("leader") == [(True, False)]
    assert seen("clerk") == []
    draft.state = DraftState.EDITING
    bureau.session.flush()
    assert seen("second_officer") == [(False, False)]
    assert watch.policies(bureau.session, bureau["leader"], TODAY) is None


def test_the_auditor_sees_counts_of_looks_and_refusals(bureau: Bureau) -> None:
    from casework import events
    from engine.faults import Fault

    clerk = bureau["clerk"]
    events.record_look(bureau.session, clerk, NOW, "reveal:id_number", "member", 1)
    events.record_look(bureau.session, clerk, NOW - timedelta(days=8), "export", "member", None)
    events.record_refusal(bureau.session, clerk, NOW, "pay", "payment", 1, [Fault("held", {})])
    found = watch.oversight(bureau.session, bureau["auditor"], later(1))
    assert found is not None
    assert (found.revealed, found.exported, found.refused) == (1, 0, 1)
    assert watch.oversight(bureau.session, clerk, NOW) is None


def test_an_account_without_a_role_today_is_named_to_the_administrator(bureau: Bureau) -> None:
    idle = factories.user(bureau.session, display_name="闲人")
    factories.user(bureau.session, active=False)
    ended = factories.user(bureau.session, ("auditor", bureau.tree.department))
    ended.held[0].until_on = TODAY - timedelta(days=1)
    bureau.session.flush()
    found = health.machine(bureau.session, bureau["administrator"], NOW, TODAY)
    assert found is not None
    assert found.without_role_count == 2
    assert (idle.id, "闲人") in found.without_role
    assert health.machine(bureau.session, bureau["auditor"], NOW, TODAY) is None


@pytest.mark.parametrize(("minutes", "stuck"), [(5, False), (11, True)])
def test_work_that_nobody_does_shows_that_the_worker_is_away(
    bureau: Bureau, minutes: int, stuck: bool
) -> None:
    bureau.session.add(OutboxMessage(topic="t", payload={}, created_at=NOW, due_at=NOW))
    bureau.session.flush()
    found = health.worker(bureau.session, NOW + timedelta(minutes=minutes))
    assert (found.waiting, found.since, found.stuck) == (1, NOW, stuck)


def test_the_end_of_the_audit_chain_is_held_against_its_head(bureau: Bureau) -> None:
    from models.audit import AuditHead

    assert health.chain(bureau.session).sound
    head = bureau.session.get_one(AuditHead, 1)
    head.count += 1
    bureau.session.flush()
    assert not health.chain(bureau.session).sound


def test_what_a_role_watches_ends_where_its_unit_ends(session: Session) -> None:
    office = offices.open_office(session)
    mine, other = office.tree.committee, office.tree.other_branch
    office.enter(office.application("screening"))
    objected = office.application("notice")
    office.post(objected)
    objections.register(
        session,
        office.line(objected),
        received_on=offices.POSTED,
        channel="phone",
        has_clue=True,
        content="不是本村人",
        by=office.staff["department_reviewer"],
        at=offices.noon(7),
    )
    office.application("filing")
    office.application("filing", branch=other)
    for where, expected in ((mine, (1, 1, 180_000)), (office.tree.other_committee, (0, 0, 60_000))):
        screener = offices.hire(session, "screener", where)
        leader = offices.hire(session, "committee_leader", where)
        lists = watch.lists_to_screen(session, screener, places.places(session, screener))
        open_ones = watch.open_objections(session, leader)
        assert (len(lists), open_ones, watch.owed_fen(session, leader)) == expected, where.name


# -- cost


def test_the_page_costs_the_same_queries_for_one_application_as_for_many(bureau: Bureau) -> None:
    def cost() -> int:
        by = bureau["verifier"]
        number = 0

        def count(*_given: object) -> None:
            nonlocal number
            number += 1

        connection = bureau.session.connection()
        event.listen(connection, "before_cursor_execute", count)
        found = places.places(bureau.session, by)
        worklist.piles(bureau.session, found)
        worklist.oldest(bureau.session, by, found, 8)
        worklist.returned(bureau.session, by, found, 8)
        worklist.drafts(bureau.session, by, 8)
        worklist.done(bureau.session, by, 10)
        worklist.late(bureau.session, by, found, TODAY)
        event.remove(connection, "before_cursor_execute", count)
        return number

    sudden(bureau, "committee_verify")
    few = cost()
    for _ in range(4):
        sudden(bureau, "committee_verify")
    assert cost() == few <= 20


def test_places_take_only_the_units_where_the_role_is_held(bureau: Bureau) -> None:
    unit: OrgUnit = bureau.tree.committee
    found = places.places(bureau.session, bureau["verifier"])
    assert found == []  # nothing lives yet, so no edition is in use
    take(bureau, register(bureau))
    found = places.places(bureau.session, bureau["verifier"])
    assert {place.roots for place in found} == {(unit.path,)}
