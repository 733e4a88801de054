"""R-6.3: what an inspection looks at first, and how each committee did; nothing beyond one's reach."""

from datetime import date

import pytest

from casework import checks, events, scorecards, yearly
from casework.people import Actor
from models import CaseStatus, Finding
from tests.casework.office import PAY_DAY, Office, hire, open_funded_office
from tests.ground import Ground


@pytest.fixture
def office(ground: Ground) -> Office:
    return ground.use(open_funded_office)


@pytest.fixture
def inspector(office: Office) -> Actor:
    return hire(office.session, "department_reviewer", office.tree.department)


def listed(office: Office, by: Actor, year: int = 2010) -> list[tuple[str, int, bool]]:
    found = yearly.exceptions(office.session, by, year)
    return sorted((one.what, one.application.id, one.open) for one in found)


def test_r_6_3_pay_firsts_departures_cancellations_priority_and_fraud_are_listed(
    office: Office, inspector: Actor
) -> None:
    session, leader = office.session, office.staff["department_leader"]
    first = office.application("meeting", road="sudden", pay_first=True)
    departed = office.application("notice")
    events.record(
        session,
        departed,
        verb="complete",
        by=leader,
        at=PAY_DAY,
        before=("decision", "open"),
        data={"stage": "decision", "record": {"departs": True, "reason": "集体研究"}},
    )
    cancelled = office.application("notice")
    cancelled.status = CaseStatus.CANCELLED
    events.record(
        session,
        cancelled,
        verb="cancel",
        by=leader,
        at=PAY_DAY,
        before=("notice", "open"),
        reason="不符合条件",
    )
    priority = office.application("transfer", priority=True)
    cheat = office.application("transfer")
    checks.record(
        session,
        cheat,
        visited_on=date(2010, 12, 20),
        way="home",
        visitors="周检",
        answers={},
        finding=Finding.SUSPECTED,
        by=inspector,
        at=PAY_DAY,
    )
    office.application("transfer")  # nothing out of the ordinary
    found = listed(office, inspector)
    assert ("pay_first", first.id, True) in found, "its paperwork is still outstanding"
    assert ("departure", departed.id, False) in found
    assert ("cancelled", cancelled.id, False) in found
    assert ("priority", priority.id, False) in found
    assert ("suspected", cheat.id, True) in found
    assert {number for _what, number, _open in found} == {
        *(first.id, departed.id, cancelled.id, priority.id, cheat.id)
    }
    assert listed(office, inspector, 2009) == []


def test_r_6_1_a_scorecard_counts_each_committee_apart(office: Office, inspector: Actor) -> None:
    office.application("transfer")
    office.application("decision")
    office.application("transfer", branch=office.tree.other_branch)
    cards = scorecards.scorecards(office.session, inspector, 2010, date(2010, 12, 31))
    found = {card.unit.id: (card.counts["applied"], card.counts["aided"]) for card in cards}
    assert found == {
        office.tree.committee.id: (2, 1),
        office.tree.other_committee.id: (1, 1),
    }
    own = office.staff["committee_verifier"]
    cards = scorecards.scorecards(office.session, own, 2010, date(2010, 12, 31))
    assert [card.unit.id for card in cards] == [office.tree.committee.id]


def test_the_ledger_lists_what_was_granted_and_paid_within_reach(
    office: Office, inspector: Actor
) -> None:
    application = office.application("transfer")
    office.receipt(office.pay(*office.roster(application))[0])
    other = office.application("transfer", branch=office.tree.other_branch)
    everywhere = yearly.ledger(office.session, inspector, 2010)
    assert {one.application_id for one in everywhere} == {application.id, other.id}
    own = yearly.ledger(office.session, office.staff["committee_verifier"], 2010)
    assert [one.application_id for one in own] == [application.id]
    payment = yearly.paid(own[0])
    assert payment is not None
    assert payment.fen == 60_000
    assert yearly.paid(next(one for one in everywhere if one.application_id == other.id)) is None
