"""R-6.2: who may help whom stands in the rule files; it refuses, or warns and keeps the warning."""

from datetime import date
from typing import Any

from casework import hardship, matches, pairs
from models import HelpingPair, Member, PairState
from tests.casework.bureau import NOW, Bureau, applicant, refusal, register
from tests.factories import TODAY


def start(bureau: Bureau, helper: Member, helped: Member) -> HelpingPair:
    return pairs.start(
        bureau.session,
        helper,
        helped,
        bureau.tree.branch,
        start_on=TODAY,
        need="销路",
        by=bureau["clerk"],
        at=NOW,
    )


def enter(bureau: Bureau, member: Member) -> None:
    hardship.join(
        bureau.session,
        member,
        joined_on=TODAY,
        reason="illness",
        situation="患病",
        by=bureau["clerk"],
        at=NOW,
    )


def two(bureau: Bureau, *, can_work: bool | None) -> tuple[Member, Member]:
    """A helper with a skill, and a registered member whose application says whether he can work."""
    helper = applicant(bureau, name="能手", can_help_skills="大棚种植")
    helped = applicant(bureau, name="困难")
    enter(bureau, helped)
    if can_work is not None:
        facts = {"apply_type": "living", "has_labor_capacity": can_work}
        register(bureau, helped, facts=facts)
    return helper, helped


def warned(pair: HelpingPair) -> dict[str, bool]:
    return {str(one["id"]): bool(one["known"]) for one in pair.warnings or ()}


def test_r_6_2_a_skilled_member_beside_one_who_can_work_is_what_the_paper_asks(
    bureau: Bureau,
) -> None:
    assert warned(start(bureau, *two(bureau, can_work=True))) == {}


def test_r_6_2_where_the_helped_member_cannot_work_it_warns_and_does_not_refuse(
    bureau: Bureau,
) -> None:
    pair = start(bureau, *two(bureau, can_work=False))
    assert (pair.state, warned(pair)) == (PairState.ACTIVE, {"cannot_work": True})


def test_what_is_not_known_is_warned_of_as_not_known(bureau: Bureau) -> None:
    assert warned(start(bureau, *two(bureau, can_work=None))) == {"cannot_work": False}


def test_further_warnings_follow_the_rule_file(bureau: Bureau) -> None:
    helper, helped = applicant(bureau, name="甲"), applicant(bureau, name="乙")
    enter(bureau, helper)
    assert set(warned(start(bureau, helper, helped))) == {
        *("no_skills", "helper_in_hardship", "not_registered", "cannot_work")
    }
    third = applicant(bureau, name="丙", can_help_skills="木工")
    assert "one_to_one" in warned(start(bureau, third, helped))


def test_r_6_2_who_is_no_member_is_refused(bureau: Bureau) -> None:
    helper, helped = two(bureau, can_work=True)
    helper.status = "expelled"
    bureau.session.flush()
    assert refusal(lambda: start(bureau, helper, helped)) == {"pair_rule"}


def test_r_6_2_contacts_and_the_result_are_kept(bureau: Bureau) -> None:
    pair = start(bureau, *two(bureau, can_work=True))
    by = bureau["clerk"]

    def contact(**given: Any) -> None:
        pairs.contact(
            bureau.session,
            pair,
            **{"met_on": TODAY, "way": "visit", "words": "送种子", "by": by, "at": NOW, **given},
        )

    contact()
    bad = {"met_on": date(2010, 12, 1), "way": "dream", "words": " "}
    assert refusal(lambda: contact(**bad)) == {"date_not_yet", "pair_way", "pair_words"}

    def end(result: str) -> HelpingPair:
        return pairs.end(
            bureau.session,
            pair,
            on=TODAY,
            reason="到期",
            result=result,
            result_words="建了大棚",
            by=by,
            at=NOW,
            expected_version=pair.version,
        )

    assert refusal(lambda: end("rich")) == {"pair_result"}
    assert end("income_up").result == "income_up"
    bureau.session.refresh(pair)
    assert [one.words for one in pair.contacts] == ["送种子"]


def test_r_6_2_offers_and_needs_show_who_is_in_no_pair_yet(bureau: Bureau) -> None:
    helper, helped = two(bureau, can_work=True)
    clerk = bureau["clerk"]
    found = matches.sides(bureau.session, clerk)
    assert (found.offers, [one.member for one in found.needs]) == ((helper,), [helped])
    assert matches.sides(bureau.session, bureau["neighbour"]).offers == ()
    start(bureau, helper, helped)
    found = matches.sides(bureau.session, clerk)
    assert (found.offers, found.needs) == ((), ())
