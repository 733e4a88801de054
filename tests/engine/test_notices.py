"""check_notice below the command line, the posted reason, and the words of annex 3."""

from __future__ import annotations

import random
from datetime import date
from functools import cache
from typing import Any

import pytest

from engine.calendar import Calendar
from engine.faults import Refused
from engine.loading import load
from engine.model import Policy
from engine.notices import check_notice, notice_text, posted_reason
from tests.engine.procedure_kit import (
    ANYTHING,
    ROOT,
    answers_or_refuses,
    policy,
    year_2010,
)

COLUMNS = ["name", "sex", "birth_ym", "join_date", "reason"]
NOTICE: dict[str, Any] = {
    "approved_on": "2010-12-03",
    "posted_on": "2010-12-06",
    "ends_on": "2010-12-10",
    "place": "branch",
    "columns": COLUMNS,
}
SEVEN = (("at_least: 5", "at_least: 7"),)


def checked(
    edits: tuple[tuple[str, str], ...] = (), calendar: Calendar | None = None, **changes: Any
) -> dict[str, Any]:
    data = {k: v for k, v in {**NOTICE, **changes}.items() if v is not ...}
    return check_notice(policy(*edits), data, calendar or Calendar())


def test_faults_come_in_the_order_of_the_requirements() -> None:
    found = checked(
        posted_on="2010-12-02",
        ends_on="2010-12-03",
        place="web",
        columns=["reason", "phone", "name", "phone", "name"],
    )
    assert found["faults"] == [
        "publicity_too_short",
        "before_approval",
        "wrong_place",
        "missing_column:sex",
        "missing_column:birth_ym",
        "missing_column:join_date",
        "extra_column:phone",
        "extra_column:name",
    ]


@pytest.mark.parametrize("unknown", [None, ...], ids=["null", "absent"])
def test_an_approval_a_place_or_columns_that_are_not_known_are_not_taken_for_right(
    unknown: object,
) -> None:
    assert checked(approved_on=unknown)["faults"] == ["before_approval"]
    assert checked(place=unknown)["faults"] == ["wrong_place"]
    assert checked(columns=unknown)["faults"] == [f"missing_column:{name}" for name in COLUMNS]


def test_a_notice_on_the_day_of_approval_is_after_approval() -> None:
    assert checked(approved_on="2010-12-06")["ok"] is True


def test_without_its_first_or_last_day_a_notice_is_refused() -> None:
    with pytest.raises(Refused) as found:
        checked(posted_on=None, ends_on=...)
    assert [fault.where for fault in found.value.faults] == ["posted_on", "ends_on"]


OBJECTIONS = [
    pytest.param({}, None, None, id="none"),
    pytest.param({"has_clue": False, "verified": False}, None, None, id="none, with its inputs filled in"),
    pytest.param({"objection_on": "2010-12-08"}, "accept", "hold", id="clue not known"),
    pytest.param({"channel": "letter", "has_clue": True}, "accept", "hold", id="day not known"),
    pytest.param({"has_clue": True, "verified": True}, "accept", "cancel", id="day not known, verified"),
    pytest.param({"objection_on": "2010-12-05", "has_clue": True}, "accept", "hold", id="before the posting"),
    pytest.param({"objection_on": "2010-12-11", "has_clue": None}, "refer_4.7", "continue", id="late, clue not known"),
    pytest.param({"objection_on": "2010-12-11", "has_clue": False}, "not_accepted", "continue", id="late and without a clue"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "answer", "after"), OBJECTIONS)
def test_what_is_unknown_of_an_objection_holds_and_never_dismisses(
    given: dict[str, Any], answer: str | None, after: str | None
) -> None:
    found = checked(**given)
    assert (found["objection"], found["after"]) == (answer, after)
    assert found["ok"] is True


def test_where_the_end_is_before_the_start_an_objection_is_timed_by_the_earliest_end() -> None:
    wrong = {"ends_on": "2010-12-05", "has_clue": True}
    assert checked(**wrong, objection_on="2010-12-10")["objection"] == "accept"
    assert checked(**wrong, objection_on="2010-12-11")["objection"] == "refer_4.7"


def test_seven_days_another_column_or_another_count_are_changes_of_the_file() -> None:
    seven = checked(SEVEN)
    assert (seven["faults"], seven["earliest_end"]) == (["publicity_too_short"], "2010-12-12")
    column = "    - {id: reason, zh: 困难原因"
    six = ((column, "    - {id: amount, zh: 金额, en: Amount, from: case.amount}\n" + column),)
    assert checked(six)["faults"] == ["missing_column:amount"]
    assert checked(six, columns=[*COLUMNS, "amount"])["ok"] is True
    after = (("counts_first: yes", "counts_first: no"),)
    assert (checked(after)["days"], checked(after)["earliest_end"]) == (4, "2010-12-11")
    both = (("counts_first: yes, counts_last: yes", "counts_first: no, counts_last: no"),)
    assert (checked(both)["days"], checked(both)["earliest_end"]) == (3, "2010-12-12")


def test_a_policy_may_count_working_days_of_notice() -> None:
    working = (("counts_last: yes, of: calendar", "counts_last: yes, of: working"),)
    found = checked(working, year_2010(), posted_on="2010-12-09", ends_on="2010-12-14")
    assert (found["days"], found["earliest_end"]) == (4, "2010-12-15")
    with pytest.raises(Refused, match="holiday_calendar"):
        checked(working)


def test_the_words_of_annex_3_are_those_of_the_paper() -> None:
    paper = "".join((ROOT / "tests" / "engine" / "annex3.txt").read_text("utf-8").split())
    words = notice_text(policy(), "living", "village", date(2010, 12, 6), date(2010, 12, 10))
    said = words.opening.replace("生活困难", "生活困难（遭受突发事故）") + words.closing.replace(
        "2010年12月6日至10日", "**年**月**日至**日"
    )
    assert "".join((said + words.telephone + words.issuer).split()) == paper


def test_the_notice_says_the_branches_own_kind_road_hotline_and_days() -> None:
    words = notice_text(
        policy(*SEVEN), "sudden", "community", date(2010, 12, 29), date(2011, 1, 4), "0531-1"
    )
    assert "现将你社区遭受突发事故党员拟帮扶名单公示如下" in words.opening
    assert "公示期为2010年12月29日至2011年1月4日" in words.closing
    assert "在7天公示期内" in words.closing
    assert words.telephone == "举报电话：0531-1。"
    assert (words.heading, words.title, words.dated) == ("附件3", "公示", "2010年12月29日")


@cache
def real(name: str) -> Policy:
    """A whole policy with its facts and worked-out values."""
    return load(ROOT / "rulesets" / name)


REASONS = [
    pytest.param({"cause_illness": True, "sudden_major_accident": True}, "因病", id="the first that holds"),
    pytest.param({"sudden_major_illness": True}, "因病", id="a sudden illness"),
    pytest.param({"cause_illness": None, "cause_disaster": True}, "因灾", id="an unknown cause is passed over"),
    pytest.param({"sudden_major_accident": True}, "突发事故", id="an accident"),
    pytest.param({"has_labor_capacity": False}, "无劳动能力", id="no labour capacity"),
    pytest.param({}, "其他特殊困难", id="nothing known"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "posted"), REASONS)
def test_the_posted_reason_is_one_of_five_and_never_a_diagnosis(
    values: dict[str, Any], posted: str
) -> None:
    assert posted_reason(real("licheng-2010"), values).label.zh == posted


def test_the_reason_of_another_office_may_rest_on_worked_out_values() -> None:
    union = real("yonghe-union-2024")
    last = union.procedure.notice.reasons[-1]
    assert posted_reason(union, {}) == last
    assert [one.when.expression is not None for one in union.procedure.notice.reasons if one.when]


def test_which_road_an_application_starts_on_is_said_by_the_file() -> None:
    roads = real("licheng-2010").procedure.roads
    assert roads["living"].starts.truth({"apply_type": "living"}) is True
    assert roads["sudden"].starts.truth({"apply_type": "living"}) is False
    assert roads["sudden"].starts.truth({}) is None


def test_random_inputs_give_an_answer_or_refused() -> None:
    dice = random.Random(4)
    names = [*NOTICE, "objection_on", "channel", "has_clue", "verified"]
    for _ in range(2000):
        changed = {name: dice.choice(ANYTHING) for name in dice.sample(names, 3)}
        places = answers_or_refuses(lambda changed=changed: checked(**changed))
        assert set(places) - {""} <= set(changed)
