"""What earlier aid says of a later application: what it was for, and only if it came earlier."""

from dataclasses import replace

import pytest

from casework import assessments, decisions, facts, moves
from casework.assessments import Checked
from engine.model import FactSource
from models.applications import Application, Outcome
from tests.casework.office import Office, open_funded_office
from tests.ground import Ground

NO_GROUND: dict[str, object] = {
    "has_labor_capacity": True,
    "cause_illness": False,
    "cause_disaster": False,
    "cause_accident": False,
    "other_special_claimed": False,
}
REPEAT: dict[str, object] = {"special_explanation": True, "key_aid_approved": "yes"}


@pytest.fixture
def office(ground: Ground) -> Office:
    return ground.use(open_funded_office)


def asked(office: Office, application: Application) -> Checked:
    return assessments.assess_now(office.session, application)


def earlier(office: Office, application: Application) -> tuple[object, object]:
    """Kind and year of the latest earlier aid, as the rules are told."""
    raw = asked(office, application).raw
    return raw["prev_aid_type"], raw["prev_aid_year"]


def second(office: Office, first: Application, **given: object) -> Application:
    """Another application of the same member, for sudden relief."""
    return office.application("committee_verify", road="sudden", member=first.member, **given)


def test_no_earlier_aid_is_known_to_be_none(office: Office) -> None:
    assert earlier(office, office.application("decision"))[0] == "none"


def test_earlier_aid_is_told_by_kind_and_year(office: Office) -> None:
    first = office.application("transfer")
    assert earlier(office, second(office, first)) == ("living", 2010)


def test_aid_granted_against_the_rules_is_still_earlier_aid_of_its_kind(office: Office) -> None:
    first = office.application("transfer", facts=NO_GROUND)
    assert (first.outcome, first.category) == (Outcome.INELIGIBLE, "none")
    later = second(office, first, facts={"special_explanation": False})
    assert earlier(office, later) == ("living", 2010)
    assert asked(office, later).denials == ("3.3.1",)


@pytest.mark.parametrize("category", ["undetermined", "none", None])
def test_what_was_granted_is_told_by_its_decision_whatever_the_application_shows_now(
    office: Office, category: str | None
) -> None:
    first = office.application("transfer", road="sudden", member=None)
    first.category = category
    first.summary = {"benefits": []}
    office.session.flush()
    assert earlier(office, second(office, first)) == ("sudden", 2010)


def test_a_benefit_counts_by_the_decision_and_of_a_departure_by_its_kind(office: Office) -> None:
    paid = office.application("transfer")
    against = office.application("transfer", facts=NO_GROUND)
    for application in (paid, against):
        given = decisions.benefits_granted(office.session, application)
        assert given == {"living_aid"}
        later = second(office, application)
        source = FactSource("grants", "fen", measure="sum", benefit="living_aid")
        fact = replace(moves.policy_and_road(later)[0].facts["prev_aid_year"], source=source)
        assert facts.answer(office.session, later, fact) == 60_000
        none = replace(fact, source=replace(source, benefit="sudden_aid"))
        assert facts.answer(office.session, later, none) == 0


def test_a_kind_of_aid_that_this_edition_does_not_know_is_not_known(office: Office) -> None:
    later = second(office, office.application("transfer"))
    fact = moves.policy_and_road(later)[0].facts["prev_aid_type"]
    fewer = {name: label for name, label in fact.choices.items() if name != "living"}
    assert facts.answer(office.session, later, replace(fact, choices=fewer)) is None


def test_priority_relief_given_later_does_not_change_the_answer_before_payment(
    office: Office,
) -> None:
    first = office.application("transfer")
    office.roster(first)
    later = second(office, first, facts=REPEAT)
    office.approve(later, "meeting", priority=True)
    assert earlier(office, first)[0] == "none"
    assert earlier(office, later) == ("living", 2010)
    assert first.grant is not None
    office.pay(*first.grant.payments)
    assert first.grant.payments[0].state == "paid"


def test_without_a_grant_of_its_own_an_application_is_held_against_all_aid(
    office: Office,
) -> None:
    first = office.application("decision")
    later = second(office, first)
    office.approve(later, "meeting")
    assert earlier(office, first) == ("sudden", 2010)
