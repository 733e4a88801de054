"""Figures: counted in reach and as chosen. The other committee's applications lie beside those that
are asked about, so that a figure without its scope comes out wrong."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import calendar, endings, figures, figures_money, figures_time, funds
from casework.figures import Choice
from casework.people import Actor
from casework.tree import Unit
from engine.labels import Label
from models import Application, CaseStatus, OrgUnit
from models.orgs import OrgLevel
from tests.casework import office as offices
from tests.casework.bureau import Bureau, applicant, later, register, walk
from tests.casework.office import Office
from tests.factories import NOW, TODAY

EVERYTHING = Choice()


@pytest.fixture
def office(session: Session) -> Office:
    """An office with two more readers of reports: a committee's leader and nobody."""
    made = offices.open_office(session)
    made.staff["committee_leader"] = offices.hire(session, "committee_leader", made.tree.committee)
    made.staff["other_leader"] = offices.hire(
        session, "committee_leader", made.tree.other_committee
    )
    made.staff["policy_officer"] = offices.hire(session, "policy_officer", made.tree.department)
    return made


def counts(found: list[figures.StageCount]) -> dict[str, dict[str, int]]:
    return {one.label.zh: {s.value: n for s, n in one.counts.items()} for one in found}


def unit(row: OrgUnit) -> Unit:
    return Unit(row.id, row.name, row.path)


# -- counts


def test_applications_are_counted_by_stage_and_status_in_the_order_of_the_road(
    office: Office,
) -> None:
    office.application("decision")
    office.application("appraisal")
    office.application("appraisal").status = CaseStatus.RETURNED
    office.application("appraisal", branch=office.tree.other_branch)
    office.session.flush()
    leader, department = office.staff["committee_leader"], office.staff["department_leader"]
    own = figures.by_stage(office.session, leader, EVERYTHING)
    assert [one.label.zh for one in own] == ["支部民主评议", "审批（批复）"]
    assert counts(own)["支部民主评议"] == {"open": 1, "returned": 1}
    assert own[0].total == 2
    every = figures.by_stage(office.session, department, EVERYTHING)
    assert counts(every)["支部民主评议"] == {"open": 2, "returned": 1}


@pytest.mark.parametrize("role", ["branch_clerk", "screener"])
def test_who_reads_no_reports_gets_no_figure(office: Office, role: str) -> None:
    office.application("payment")
    by, session = office.staff[role], office.session
    assert figures.by_stage(session, by, EVERYTHING) == []
    assert figures.by_year(session, by, EVERYTHING) == []
    assert figures.causes(session, by, EVERYTHING) == []
    assert figures.returns(session, by, EVERYTHING).handed_in == 0
    assert figures_time.time_per_stage(session, by, EVERYTHING) == []
    assert figures_time.deadlines(session, by, EVERYTHING, TODAY) == []
    assert figures_money.by_source(session, by, EVERYTHING, 2010) == []
    assert figures_money.by_committee(session, by, EVERYTHING) == []
    assert figures.glance(session, by, 2010) is None
    assert figures.options(session, by).years == ()


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(year=2010), 3),
        (Choice(year=2011), 1),
        (Choice(road="sudden"), 1),
        (Choice(year=2010, road="living"), 2),
        (Choice(year=1999), 0),
    ],
)
def test_a_choice_narrows_what_is_counted(office: Office, choice: Choice, expected: int) -> None:
    office.application("appraisal")
    office.application("branch_check", branch=office.tree.other_branch)
    office.application("branch_check", road="sudden")
    office.application("appraisal", aid_year=2011)
    found = figures.by_stage(office.session, office.staff["department_reviewer"], choice)
    assert sum(one.total for one in found) == expected


def test_choosing_a_committee_narrows_to_what_lies_below_it(office: Office) -> None:
    office.application("appraisal")
    office.application("branch_check", branch=office.tree.other_branch)
    by = office.staff["department_reviewer"]
    for committee, label in (
        (office.tree.committee, "支部民主评议"),
        (office.tree.other_committee, "支部审核"),
    ):
        found = figures.by_stage(office.session, by, Choice(unit=unit(committee)))
        assert [one.label.zh for one in found] == [label]
    # choosing what lies out of reach opens nothing
    leader = office.staff["committee_leader"]
    outside = Choice(unit=unit(office.tree.other_committee))
    assert figures.by_stage(office.session, leader, outside) == []


def test_the_choices_are_what_there_is_in_reach(office: Office) -> None:
    office.application("appraisal")
    office.application("appraisal", branch=office.tree.other_branch, aid_year=2011)
    own = figures.options(office.session, office.staff["committee_leader"])
    assert (own.years, [one.id for one in own.units]) == ((2010,), [office.tree.committee.id])
    assert own.roads == (("living", Label("生活困难帮扶", "Living-hardship aid")),)
    assert own.committee.zh == "党（工）委"
    every = figures.options(office.session, office.staff["auditor"])
    assert (every.years, len(every.units)) == ((2011, 2010), 2)


def test_years_and_roads_stand_with_what_was_granted(office: Office) -> None:
    office.application("filing")
    office.application("appraisal")
    office.application("filing", road="sudden", aid_year=2011)
    office.application("filing", branch=office.tree.other_branch)
    found = figures.by_year(office.session, office.staff["committee_leader"], EVERYTHING)
    assert [(one.year, one.road, one.count, one.granted, one.fen) for one in found] == [
        (2011, "sudden", 1, 1, 150_000),
        (2010, "living", 2, 1, 60_000),
    ]


def test_a_year_at_a_glance(office: Office) -> None:
    office.application("filing")
    office.application("archive").status = CaseStatus.CLOSED
    office.application("filing", branch=office.tree.other_branch)
    office.application("filing", aid_year=2009)
    office.session.flush()
    found = figures.glance(office.session, office.staff["committee_leader"], 2010)
    assert found == figures.Glance(count=2, running=1, granted=2, fen=120_000)


# -- causes


def test_causes_are_the_posted_reasons_in_the_order_and_words_of_the_edition(
    office: Office,
) -> None:
    ill = office.application("notice")
    poor = office.application("notice", facts={"cause_illness": False})
    office.post(ill, poor)
    other = office.application("notice", branch=office.tree.other_branch)
    clerk = offices.hire(office.session, "branch_clerk", office.tree.other_branch)
    office.post(other, branch=office.tree.other_branch, by=clerk)
    office.application("notice")  # not posted yet: no cause is known
    own = figures.causes(office.session, office.staff["committee_leader"], EVERYTHING)
    assert [(one.label, one.count) for one in own] == [
        (Label("因病", "Illness"), 1),
        (Label("无劳动能力", "No labour capacity"), 1),
    ]
    every = figures.causes(office.session, office.staff["department_leader"], EVERYTHING)
    assert [one.count for one in every] == [2, 1]


# -- what came back


def send_back(bureau: Bureau, made: Application, why: str, by: str = "verifier") -> None:
    endings.send_back(
        bureau.session,
        made,
        "application",
        why,
        by=bureau[by],
        at=later(1),
        expected_version=made.version,
    )


def test_returns_say_how_many_from_where_and_why(bureau: Bureau) -> None:
    for why in ("缺少证明", "缺少证明", "电话不对"):
        send_back(bureau, walk(bureau, register(bureau), "committee_verify"), why)
    walk(bureau, register(bureau), "committee_verify")
    register(bureau)  # a draft was not handed in
    found = figures.returns(bureau.session, bureau["committee_leader"], EVERYTHING)
    assert (found.handed_in, found.returned, found.share) == (4, 3, 0.75)
    assert [(a.zh, b.zh, n) for a, b, n in found.ways] == [("党（工）委核实", "个人申请", 3)]
    assert found.reasons == (("缺少证明", 2), ("电话不对", 1))


def test_the_words_of_a_return_are_only_for_who_may_read_applications(bureau: Bureau) -> None:
    send_back(bureau, walk(bureau, register(bureau), "committee_verify"), "王建国缺少证明")
    officer = figures.returns(bureau.session, bureau["officer"], EVERYTHING)
    assert (officer.returned, officer.reasons) == (1, ())
    assert figures.returns(bureau.session, bureau["auditor"], EVERYTHING).reasons


def test_returns_of_another_committee_stay_out(bureau: Bureau) -> None:
    member = applicant(bureau, bureau.tree.other_branch)
    made = register(bureau, member, by="neighbour")
    made.stage, made.status = "committee_verify", CaseStatus.OPEN
    bureau.session.flush()
    send_back(bureau, made, "外面的事", by="other_verifier")
    found = figures.returns(bureau.session, bureau["committee_leader"], EVERYTHING)
    assert found == figures.Returns(0, 0, (), ())
    assert found.share is None


# -- time


def test_time_at_a_stage_is_the_median_and_the_longest_of_the_stays_that_ended(
    bureau: Bureau,
) -> None:
    for days in (1, 2, 6):
        made = walk(bureau, register(bureau), "appraisal")
        _step(bureau, made, later(days))
    walk(bureau, register(bureau), "appraisal")  # still there: no stay has ended
    found = {
        one.label.zh: one
        for one in figures_time.time_per_stage(
            bureau.session, bureau["committee_leader"], EVERYTHING
        )
    }
    stay = found["支部民主评议"]
    assert (stay.visits, stay.median_days, stay.longest_days) == (3, 2.0, 6.0)
    assert "支部审核" not in found
    assert list(found) == ["个人申请", "支部民主评议"]


def test_times_of_another_committee_stay_out(bureau: Bureau) -> None:
    made = register(bureau, applicant(bureau, bureau.tree.other_branch), by="neighbour")
    _step(bureau, made, later(3), by="neighbour")
    session = bureau.session
    assert figures_time.time_per_stage(session, bureau["committee_leader"], EVERYTHING) == []
    assert len(figures_time.time_per_stage(session, bureau["leader"], EVERYTHING)) == 1
    assert figures_time.time_per_stage(session, bureau["leader"], Choice(year=1999)) == []


def _step(bureau: Bureau, made: Application, at: Any, by: str = "clerk") -> None:
    """The next step at another moment, as its own verb would write it."""
    from casework import moves

    moves.to_next(bureau.session, made, verb="complete", by=bureau[by], at=at)


# -- deadlines


def test_deadlines_count_what_was_in_time_late_overdue_and_running(bureau: Bureau) -> None:
    walk(bureau, register(bureau, road="sudden"), "department_review")  # reported in time
    walk(bureau, register(bureau, road="sudden"), "committee_verify")  # not reported yet
    stranger = register(
        bureau, applicant(bureau, bureau.tree.other_branch), "sudden", by="neighbour"
    )
    stranger.status = CaseStatus.OPEN
    bureau.session.flush()
    by = bureau["committee_leader"]
    (soon,) = figures_time.deadlines(bureau.session, by, EVERYTHING, TODAY)
    assert (soon.in_time, soon.running, soon.late, soon.share) == (1, 1, 0, 1.0)
    assert (soon.label.zh, soon.clause) == ("报送区委组织部", "4.6.2")
    (after,) = figures_time.deadlines(bureau.session, by, EVERYTHING, TODAY + timedelta(days=4))
    assert (after.in_time, after.running, after.late, after.share) == (1, 0, 1, 0.5)
    assert figures_time.deadlines(bureau.session, by, Choice(year=1999), TODAY) == []


def test_a_deadline_that_cannot_be_counted_is_in_no_share(office: Office) -> None:
    office.close(office.post(office.application("notice")))
    by = office.staff["committee_leader"]
    (found,) = figures_time.deadlines(office.session, by, EVERYTHING, date(2010, 12, 30))
    assert (found.unknown, found.judged, found.share) == (1, 0, None)
    calendar.fill(office.session, 2010, 2010)
    (found,) = figures_time.deadlines(office.session, by, EVERYTHING, date(2010, 12, 30))
    assert (found.unknown, found.late, found.share) == (0, 1, 0.0)


# -- money


def spend(office: Office) -> None:
    """Two transfers to each committee out of one purse, one of them paid; one more approved."""
    office.budget(1_000_000)
    sent = [office.application("transfer"), office.application("transfer")]
    (first, _second) = office.roster(*sent)
    office.pay(first)
    other = office.application("transfer", branch=office.tree.other_branch)
    office.transfer(other, unit=office.tree.other_committee, request_key="other")
    office.application("filing", road="sudden")


def flows(found: list[figures_money.SourceFlow]) -> list[tuple[int, int, int | None, int | None]]:
    return [(one.sent_fen, one.paid_fen, one.budget_fen, one.left_fen) for one in found]


def test_a_source_stands_against_its_budget_for_who_reads_the_department(office: Office) -> None:
    spend(office)
    by = office.staff["finance"]
    found = figures_money.by_source(office.session, by, EVERYTHING, 2010)
    assert flows(found) == [(180_000, 60_000, 1_000_000, 820_000)]
    assert figures_money.by_source(office.session, by, EVERYTHING, 2011) == []


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("committee_leader", (120_000, 60_000, None, None)),
        ("other_leader", (60_000, 0, None, None)),
        ("policy_officer", (180_000, 60_000, None, None)),
    ],
)
def test_below_the_department_a_source_is_what_came_to_ones_own_units(
    office: Office, role: str, expected: Any
) -> None:
    spend(office)
    by: Actor = office.staff[role]
    assert flows(figures_money.by_source(office.session, by, EVERYTHING, 2010)) == [expected]


def test_a_budget_is_not_divided_by_what_narrows_the_figures(office: Office) -> None:
    spend(office)
    by = office.staff["finance"]
    narrowed = Choice(2010, unit=unit(office.tree.other_committee))
    found = figures_money.by_source(office.session, by, narrowed, 2010)
    assert flows(found) == [(60_000, 0, None, None)]
    assert figures_money.by_source(office.session, by, Choice(2010, "sudden"), 2010) == []


def test_each_unit_stands_with_what_left_every_purse_for_it(office: Office) -> None:
    spend(office)

    def rows(role: str, choice: Choice = EVERYTHING, year: int = 2010) -> list[Any]:
        by = office.staff[role]
        _labels, found = figures_money.by_unit_and_source(office.session, by, choice, year)
        return [(one.name, one.fen, one.total) for one in found]

    own, other = ("龙山镇党委", (120_000,), 120_000), ("柳河镇党委", (60_000,), 60_000)
    assert rows("finance") == [own, other]
    assert rows("committee_leader") == [own]
    assert rows("finance", Choice(unit=unit(office.tree.other_committee))) == [other]
    assert rows("finance", Choice(2009)) == [own, other]  # a budget's year, not the year of the aid
    assert rows("finance", year=2011) == []


def test_the_columns_of_units_are_the_sources_in_their_order(office: Office) -> None:
    spend(office)
    by = office.staff["finance"]
    last = funds.add_source(office.session, "zz", "其他", "Other", by=by, at=NOW)
    funds.allocate_budget(office.session, last, 2010, 500_000, by=by, at=NOW)
    office.transfer(office.application("transfer"), source=last, request_key="more")
    labels, found = figures_money.by_unit_and_source(office.session, by, EVERYTHING, 2010)
    assert [each.fen for each in found] == [(120_000, 60_000), (60_000, 0)]
    of_sources = figures_money.by_source(office.session, by, EVERYTHING, 2010)
    assert labels == tuple(each.label for each in of_sources)
    assert [sum(column) for column in zip(*(each.fen for each in found), strict=True)] == [
        each.sent_fen for each in of_sources
    ]


def test_committees_stand_with_what_is_approved_sent_and_paid(office: Office) -> None:
    spend(office)

    def rows(role: str, choice: Choice = EVERYTHING) -> list[Any]:
        found = figures_money.by_committee(office.session, office.staff[role], choice)
        return [(one.name, one.approved_fen, one.sent_fen, one.paid_fen) for one in found]

    own = ("龙山镇党委", 270_000, 120_000, 60_000)
    other = ("柳河镇党委", 60_000, 60_000, 0)
    assert rows("committee_leader") == [own]
    assert rows("department_leader") == [own, other]
    assert rows("department_leader", Choice(road="sudden")) == [("龙山镇党委", 150_000, 0, 0)]
    assert rows("department_leader", Choice(year=2009)) == []


def test_what_came_back_was_not_sent(office: Office) -> None:
    from casework import transfers

    spend(office)
    batch = office.transfer(office.application("transfer"), request_key="again")
    transfers.take_back(
        office.session, batch.lines[0], reason="错了", by=office.staff["finance"], at=NOW
    )
    by = office.staff["finance"]
    found = figures_money.by_source(office.session, by, EVERYTHING, 2010)
    assert flows(found) == [(180_000, 60_000, 1_000_000, 820_000)]


def test_the_noise_is_really_there(office: Office) -> None:
    """The other committee stands in the same tables, so the scoped figures above mean something."""
    spend(office)
    paths = office.session.scalars(
        select(OrgUnit.path).join(Application, Application.org_id == OrgUnit.id)
    ).all()
    level = OrgLevel.COMMITTEE
    assert office.tree.other_committee.level == level
    assert any(path.startswith(office.tree.other_committee.path) for path in paths)
