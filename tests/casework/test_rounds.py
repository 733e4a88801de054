"""The yearly round: opened, told down to every member, last year's people offered, closed (R-1.2,
R-4.1.1, R-4.6.1)."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import calendar, due_dates, dues, round_deliveries, round_members, rounds, scope
from casework.due_dates import Bound
from casework.people import Actor
from casework.permissions import Permission
from casework.round_progress import left_over, progress
from engine import load
from engine.calendar import Calendar
from engine.deadlines import due
from engine.faults import Refused
from engine.notices import earliest_end
from engine.rounds import plan
from models.applications import Application, CaseEvent, CaseStatus
from models.audit import AuditRecord
from models.inbox import InboxMessage
from models.orgs import OrgUnit
from models.rounds import AidRound, RoundDelivery, RoundMember, RoundStatus
from tests import factories as make
from tests.casework.office import Office, codes, hire, met, noon, open_office
from tests.ground import Ground

LICHENG = load(Path(__file__).parents[2] / "rulesets" / "licheng-2010")
KNOWN = Calendar(years=frozenset({2010, 2011}))


@pytest.fixture
def office(ground: Ground) -> Office:
    made = ground.use(open_office)
    calendar.fill(made.session, 2009, 2011)
    return made


def opened(office: Office, **given: Any) -> AidRound:
    given = {
        "policy_code": "licheng-2010",
        "road": "living",
        "year": 2010,
        "notice_on": date(2010, 12, 1),
        "channel": "document",
        "title": "年度帮扶通知",
        "body": "请逐级传达。",
        "by": office.staff["department_reviewer"],
        "at": noon(1),
        **given,
    }
    return rounds.open_round(office.session, office.tree.department, **given)


def delivery(office: Office, round_: AidRound, unit: OrgUnit) -> RoundDelivery:
    found = round_deliveries.delivery_of(office.session, round_, unit)
    assert found is not None
    return found


def received(office: Office, round_: AidRound, unit: OrgUnit, who: str, **given: Any) -> None:
    given = {"received_on": date(2010, 12, 2), "at": noon(2), **given}
    by = given.pop("by", office.staff[who])
    round_deliveries.receive(office.session, delivery(office, round_, unit), by=by, **given)


def sent_on(office: Office, round_: AidRound, **given: Any) -> int:
    given = {
        "unit_ids": [office.tree.branch.id],
        "sent_on": date(2010, 12, 2),
        "channel": "meeting",
        "by": office.staff["committee_clerk"],
        "at": noon(2),
        **given,
    }
    units = given.pop("unit_ids")
    return round_deliveries.send_on(office.session, round_, office.tree.committee, units, **given)


def told(office: Office, round_: AidRound, count: int | None, **given: Any) -> RoundDelivery:
    given = {
        "told_on": date(2010, 12, 3),
        "channel": "meeting",
        "note": "",
        "by": office.staff["branch_clerk"],
        "at": noon(3),
        **given,
    }
    row = delivery(office, round_, office.tree.branch)
    return round_deliveries.tell_members(office.session, row, count=count, **given)


def down_to_the_branch(office: Office) -> AidRound:
    round_ = opened(office)
    received(office, round_, office.tree.committee, "committee_clerk")
    sent_on(office, round_)
    received(office, round_, office.tree.branch, "branch_clerk")
    return round_


# -- the plan


@pytest.mark.parametrize("start", [date(2010, 12, 1), date(2010, 9, 28), date(2010, 11, 20)])
def test_r_4_6_1_the_plan_counted_back_just_fits_and_a_day_later_does_not(start: date) -> None:
    rules = LICHENG.procedure.round
    assert rules is not None
    steps = {one.step.id: one for one in plan(LICHENG, rules, start, KNOWN)}
    last = due(LICHENG, "round_due", start, KNOWN).date
    post, enter = steps["post"].first, steps["post"].last
    assert post
    assert enter
    assert steps["enter"].last == last
    assert steps["tell"].last == steps["decide"].last == post
    assert earliest_end(LICHENG.procedure.notice, post) <= enter
    by_entry = due(LICHENG, "entry_due", enter, KNOWN).date
    assert by_entry
    assert last
    assert by_entry <= last
    late = due(LICHENG, "entry_due", date.fromordinal(enter.toordinal() + 1), KNOWN).date
    assert late
    assert late > last
    assert earliest_end(LICHENG.procedure.notice, date.fromordinal(post.toordinal() + 1)) > enter


def test_without_the_calendar_the_plan_says_which_year_is_missing_and_guesses_nothing() -> None:
    rules = LICHENG.procedure.round
    assert rules is not None
    steps = {one.step.id: one for one in plan(LICHENG, rules, date(2010, 12, 1), Calendar())}
    assert steps["enter"].last == date(2010, 12, 16)
    assert steps["post"].first is None
    assert [fault.params["year"] for fault in steps["post"].faults] == [2010]


# -- opening


def test_r_4_1_1_opening_sends_the_notice_to_every_committee_and_keeps_it(office: Office) -> None:
    round_ = opened(office)
    assert round_.due_on == date(2010, 12, 16)
    units = {row.org_id for row in round_.deliveries}
    assert units == {office.tree.committee.id, office.tree.other_committee.id}
    actions = office.session.scalars(select(AuditRecord.action)).all()
    assert "round.open" in actions


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"notice_on": date(2010, 12, 2)}, "round_date_order"),
        ({"year": 2008}, "round_year"),
        ({"channel": "pigeon"}, "round_channel"),
        ({"title": " "}, "round_words_missing"),
        ({"road": "sudden"}, "round_none_in_policy"),
    ],
)
def test_a_round_opened_wrongly_says_what_is_wrong(
    office: Office, given: Mapping[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        opened(office, **given)
    assert code in codes(refused)


def test_a_year_has_one_round_and_only_the_department_opens_it(office: Office) -> None:
    opened(office)
    with pytest.raises(Refused) as refused:
        opened(office)
    assert codes(refused) == ["round_exists"]
    for role in ("branch_clerk", "committee_clerk", "department_leader", "auditor"):
        with pytest.raises(Refused) as refused:
            opened(office, year=2009, by=office.staff[role])
        assert codes(refused) == ["not_permitted"]


# -- delivery


def test_r_4_1_1_each_hop_is_recorded_with_its_day_its_way_and_who(office: Office) -> None:
    round_ = down_to_the_branch(office)
    there = round_deliveries.members_of(office.session, office.tree.branch)
    row = told(office, round_, there)
    assert (row.from_org_id, row.sent_on) == (office.tree.committee.id, date(2010, 12, 2))
    assert (row.received_on, row.told_on) == (date(2010, 12, 2), date(2010, 12, 3))
    assert (row.told_count, row.told_of) == (there, there)
    assert row.sent_by_id == office.staff["committee_clerk"].user_id
    assert row.received_by_id == row.told_by_id == office.staff["branch_clerk"].user_id


def test_r_4_1_1_the_notice_stands_in_the_inbox_of_each_unit_that_receives_it(
    office: Office,
) -> None:
    names = {actor.user_id: role for role, actor in office.staff.items()}

    def reached() -> set[str | None]:
        rows = office.session.scalars(select(InboxMessage).where(InboxMessage.kind == "round"))
        return {names.get(row.user_id) for row in rows}

    round_ = opened(office)
    first = reached()
    assert "committee_clerk" in first
    assert not first & {"branch_clerk", "department_reviewer", "finance"}
    received(office, round_, office.tree.committee, "committee_clerk")
    sent_on(office, round_)
    assert "branch_clerk" in reached()
    row = office.session.scalars(select(InboxMessage)).first()
    assert row is not None
    assert (row.body["round"], round_.title in row.body["zh"]) == (round_.id, True)


def test_no_hop_is_skipped(office: Office) -> None:
    round_ = opened(office)
    with pytest.raises(Refused) as refused:
        sent_on(office, round_)
    assert codes(refused) == ["round_not_received"]
    received(office, round_, office.tree.committee, "committee_clerk")
    sent_on(office, round_)
    with pytest.raises(Refused) as refused:
        told(office, round_, 0, note="外出")
    assert "round_not_received" in codes(refused)


def test_who_was_not_told_needs_a_reason_and_more_than_there_are_is_refused(
    office: Office,
) -> None:
    make.member(office.session, office.tree.branch)
    round_ = down_to_the_branch(office)
    there = round_deliveries.members_of(office.session, office.tree.branch)
    with pytest.raises(Refused) as refused:
        told(office, round_, there - 1, channel="")
    assert codes(refused) == ["round_channel", "round_untold_reason"]
    for count in (there + 1, -1, None):
        with pytest.raises(Refused) as refused:
            told(office, round_, count)
        assert codes(refused) == ["round_told_count"]
    told(office, round_, there - 1, note="一名党员住院，出院后上门告知")


def test_a_committee_sends_only_to_its_own_branches_once(office: Office) -> None:
    round_ = opened(office)
    received(office, round_, office.tree.committee, "committee_clerk")
    with pytest.raises(Refused) as refused:
        sent_on(office, round_, unit_ids=[office.tree.other_branch.id])
    assert codes(refused) == ["round_not_below"]
    sent_on(office, round_)
    with pytest.raises(Refused) as refused:
        sent_on(office, round_)
    assert codes(refused) == ["round_not_below"]


def test_nobody_records_for_another_unit(office: Office, session: Session) -> None:
    round_ = down_to_the_branch(office)
    stranger = hire(session, "branch_clerk", office.tree.other_branch)
    with pytest.raises(Refused) as refused:
        told(office, round_, 0, note="x", by=stranger)
    assert codes(refused) == ["out_of_scope"]


# -- last year's people


def last_years(office: Office, **given: Any) -> Application:
    """Somebody who was aided in 2009."""
    made = office.application("payment", aid_year=2009, **given)
    made.status = CaseStatus.CLOSED
    office.session.flush()
    return made


def offer_of(office: Office, of: Application) -> RoundMember:
    return office.session.scalars(
        select(RoundMember).where(RoundMember.member_id == of.member_id)
    ).one()


def test_r_1_2_last_years_people_are_offered_and_nothing_is_carried_over(office: Office) -> None:
    old = last_years(office)
    gone = last_years(office)
    gone.member.active = False
    round_ = opened(office)
    by = office.staff["branch_clerk"]
    offered = round_members.offered(office.session, round_, by)
    assert [(one.row.member_id, one.state) for one in offered] == [(old.member_id, "waiting")]
    made_this_year = select(Application.id).where(Application.aid_year == 2010)
    assert office.session.scalars(made_this_year).all() == []


def test_r_1_2_a_fresh_application_begins_as_a_draft_whose_old_answers_are_not_facts(
    office: Office,
) -> None:
    old = last_years(office)
    opened(office)
    by = office.staff["branch_clerk"]
    draft = round_members.take_up(
        office.session, offer_of(office, old), date(2010, 12, 3), by=by, at=noon(3)
    )
    assert draft.status is CaseStatus.DRAFT
    assert "has_labor_capacity" not in draft.facts
    shown = draft.form["_typed"]
    assert shown["facts"]["has_labor_capacity"] is False
    assert "excl_subjective_cause" not in shown["facts"], "the policy does not offer it again"
    assert shown["carried_from"] == old.number
    with pytest.raises(Refused) as refused:
        round_members.take_up(
            office.session, offer_of(office, old), date(2010, 12, 3), by=by, at=noon(3)
        )
    assert codes(refused) == ["round_member_applied"]


def test_r_1_2_who_does_not_apply_is_written_down_with_a_reason_and_may_change_his_mind(
    office: Office,
) -> None:
    old = last_years(office)
    opened(office)
    by, row = office.staff["branch_clerk"], offer_of(office, old)
    with pytest.raises(Refused) as refused:
        round_members.decline(office.session, row, " ", by=by, at=noon(3))
    assert met(refused) == [("reason_missing", "reason")]
    round_members.decline(office.session, row, "家庭情况好转", by=by, at=noon(3))
    with pytest.raises(Refused) as refused:
        round_members.take_up(office.session, row, date(2010, 12, 3), by=by, at=noon(3))
    assert codes(refused) == ["round_member_declined"]
    with pytest.raises(Refused) as refused:
        round_members.decline(office.session, row, "另一原因", by=by, at=noon(3))
    assert codes(refused) == ["round_declined_already"]
    assert row.reason == "家庭情况好转"
    round_members.take_back(office.session, row, by=by, at=noon(3))
    round_members.take_up(office.session, row, date(2010, 12, 3), by=by, at=noon(3))


def test_another_branch_sees_none_of_them(office: Office, session: Session) -> None:
    last_years(office)
    round_ = opened(office)
    stranger = hire(session, "branch_clerk", office.tree.other_branch)
    assert round_members.offered(session, round_, stranger) == []
    seen = progress(session, round_, stranger)
    assert [line.path for line in seen] == [office.tree.other_committee.path]
    assert seen[0].offered == 0


# -- how far it is, and the end


def test_progress_counts_by_committee_and_step(office: Office) -> None:
    last_years(office)
    round_ = down_to_the_branch(office)
    told(office, round_, 0, note="在外")
    for stage in ("appraisal", "notice", "screening", "payment"):
        office.application(stage)
    refused = office.application("committee_verify")
    refused.status = CaseStatus.REFUSED
    office.session.flush()
    lines = {one.path: one for one in progress(office.session, round_, office.staff["auditor"])}
    mine = lines[office.tree.committee.path]
    assert (mine.branches, mine.received, mine.told) == (2, 1, 1)
    assert (mine.applications, mine.beyond, mine.ended) == (5, 1, 1)
    assert mine.at_step == {"decide": 1, "post": 1, "enter": 1}
    assert (mine.offered, mine.percent) == (1, 40)
    assert lines[office.tree.other_committee.path].applications == 0


def closed(office: Office, round_: AidRound, **given: Any) -> AidRound:
    given = {
        "done_on": date(2010, 12, 16),
        "note": "未通知的支部补通知",
        "by": office.staff["department_reviewer"],
        "at": noon(17),
        "expected_version": round_.version,
        **given,
    }
    return rounds.close(office.session, round_, **given)


def test_r_4_1_1_a_round_closes_with_what_is_left_over_and_why(office: Office) -> None:
    old = last_years(office)
    waiting = office.application("committee_verify")
    round_ = opened(office)
    left = left_over(office.session, round_)
    kinds = [(one["kind"], one["what"]) for one in left]
    assert ("unscreened", waiting.number) in kinds
    assert ("unheard", old.member.name) in kinds
    assert kinds.count(("untold", "")) == 3
    with pytest.raises(Refused) as refused:
        closed(office, round_, note="")
    assert met(refused) == [("round_note_missing", "note")]
    closed(office, round_)
    assert round_.status is RoundStatus.CLOSED
    assert round_.left_over == left
    assert waiting.status == CaseStatus.OPEN, "closing ends no application"
    with pytest.raises(Refused) as refused:
        closed(office, round_, expected_version=round_.version)
    assert "round_closed" in codes(refused)


def test_a_stale_page_and_a_day_before_the_notice_are_both_said(office: Office) -> None:
    round_ = opened(office)
    with pytest.raises(Refused) as refused:
        closed(office, round_, expected_version=99, done_on=date(2010, 11, 30))
    assert codes(refused) == ["stale_page", "round_date_order"]


def test_a_closed_round_takes_no_more_records(office: Office) -> None:
    old = last_years(office)
    round_ = down_to_the_branch(office)
    closed(office, round_)
    with pytest.raises(Refused) as refused:
        told(office, round_, 0, note="x")
    assert codes(refused) == ["round_closed"]
    with pytest.raises(Refused) as refused:
        round_members.take_up(
            office.session,
            offer_of(office, old),
            date(2010, 12, 3),
            by=office.staff["branch_clerk"],
            at=noon(18),
        )
    assert "round_closed" in codes(refused)


# -- what the round says of the due dates of its applications


def states(office: Office, one: Application, today: date) -> Mapping[str, str]:
    """By both ways of asking, which must agree."""
    alone = dues.dues_of(office.session, one, today)
    bound = Bound(one.id, one.edition_id, one.road, one.emergency)
    many = due_dates.dues_of_many(office.session, [bound], today, calendar.load(office.session))
    assert many[one.id] == alone
    return {each.rule.id: each.state for each in alone}


def test_r_4_6_1_the_fifteen_days_bind_the_applications_of_the_round(office: Office) -> None:
    one = office.application("decision")
    office.session.add(
        CaseEvent(application_id=one.id, seq=99, verb="register", at=noon(1), data={})
    )
    assert states(office, one, date(2010, 12, 17))["round_due"] == "waiting"
    round_ = opened(office)
    assert states(office, one, date(2010, 12, 16))["round_due"] == "open"
    assert states(office, one, date(2010, 12, 17))["round_due"] == "late"
    closed(office, round_)
    assert states(office, one, date(2010, 12, 20))["round_due"] == "met"


def test_rights_of_the_round_are_nobodys_by_accident(office: Office) -> None:
    def holders(permission: str) -> set[str]:
        path = office.tree.branch.path
        people: Mapping[str, Actor] = office.staff
        return {role for role, one in people.items() if scope.may(one, permission, path)}

    assert holders(Permission.Round.OPEN) == {"department_reviewer"}
    assert holders(Permission.Round.CLOSE) == {"department_reviewer", "department_leader"}
    assert "screener" not in holders(Permission.Round.READ)
    assert "finance" not in holders(Permission.Round.READ)
