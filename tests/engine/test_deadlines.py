"""deadlines and due below the command line: words of each count, unknowns, changes by files."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from engine.calendar import Calendar
from engine.deadlines import deadlines, due
from engine.faults import Refused
from engine.messages import text
from tests.engine.procedure_kit import ANYTHING, answers_or_refuses, policy, year_2010

NAMES = (
    "event_date",
    "reported_on",
    "received_on",
    "replied_on",
    "round_notice_on",
    "round_done_on",
    "notice_end",
    "entered_on",
    "emergency_reported_on",
    "paid_on",
)


def asked(
    lang: str = "zh", edits: tuple[tuple[str, str], ...] = (), **dates: Any
) -> dict[str, Any]:
    return deadlines(policy(*edits), dates, year_2010(), lang)


def test_each_due_date_is_there_where_its_base_date_is_given_and_not_otherwise() -> None:
    assert asked() == {"flags": []}
    assert list(asked(notice_end="2010-12-10")) == ["entry_due", "flags"]
    everything = dict.fromkeys(NAMES, "2010-12-08")
    assert list(asked(**everything)) == [
        "report_due",
        "reply_due",
        "round_due",
        "entry_due",
        "emergency_pay_due",
        "flags",
    ]


def test_how_a_date_was_counted_is_said_in_both_languages() -> None:
    zh = asked(notice_end="2010-12-10")["entry_due"]
    assert zh == {
        "date": "2010-12-15",
        "counted": "自2010年12月10日（公示截止日期）次日起算3个工作日（12月13日、12月14日、12月15日），至2010年12月15日。",
    }
    en = asked("en", notice_end="2010-12-10")["entry_due"]["counted"]
    assert en == (
        "3 working days (13 December, 14 December, 15 December) counted from the day after "
        "10 December 2010 (last day of the notice): due 15 December 2010."
    )
    days = asked(event_date="2010-12-02")["report_due"]["counted"]
    assert days == "自2010年12月2日（突发事件发生日期）次日起算3天，节假日不顺延，至2010年12月5日。"
    assert (
        "holidays do not move it" in asked("en", event_date="2010-12-02")["report_due"]["counted"]
    )


def test_make_up_days_are_named_among_the_days_that_were_counted() -> None:
    counted = asked(notice_end="2010-09-30")["entry_due"]["counted"]
    assert "（10月8日、10月9日、10月11日）" in counted


def test_an_event_whose_day_is_not_known_has_no_due_date_and_says_so() -> None:
    found = asked(event_date=None, reported_on="2010-12-02")
    assert found["flags"] == ["missing:event_date"]
    assert found["report_due"] == {"date": None, "counted": "突发事件发生日期未知，无法推算。"}


def test_another_base_date_that_is_null_has_simply_not_happened_yet() -> None:
    assert asked(received_on=None, notice_end=None) == {"flags": []}


def test_a_year_without_a_calendar_gives_no_date_and_names_every_year_that_is_needed() -> None:
    found = deadlines(policy(), {"notice_end": "2011-12-30"}, year_2010(), "en")
    assert found["entry_due"] == {
        "date": None,
        "counted": "Cannot be counted: calendar for 2011, 2012 missing.",
    }
    assert found["flags"] == ["missing:holiday_calendar_2011", "missing:holiday_calendar_2012"]


def test_on_time_is_said_only_where_something_was_judged_and_nothing_else_is_flagged() -> None:
    assert asked(event_date="2010-12-03")["flags"] == []
    assert asked(event_date="2010-12-03", reported_on="2010-12-06")["flags"] == ["on_time"]
    late = {"received_on": "2010-12-06", "replied_on": "2010-12-20"}
    found = asked(event_date="2010-12-03", reported_on="2010-12-06", **late)
    assert found["flags"] == ["late_reply"]


def test_what_is_judged_late_is_the_report_and_not_its_arrival() -> None:
    found = asked(event_date="2010-12-01", reported_on="2010-12-04", received_on="2010-12-09")
    assert found["flags"] == ["on_time"]


ORDER = [
    ("event_date", "reported_on"),
    ("event_date", "received_on"),
    ("event_date", "replied_on"),
    ("event_date", "emergency_reported_on"),
    ("event_date", "paid_on"),
    ("reported_on", "received_on"),
    ("received_on", "replied_on"),
    ("round_notice_on", "round_done_on"),
    ("notice_end", "entered_on"),
    ("emergency_reported_on", "paid_on"),
]


@pytest.mark.parametrize(("first", "second"), ORDER)
def test_what_is_dated_before_its_event_is_an_error_and_on_its_day_is_not(
    first: str, second: str
) -> None:
    assert asked(**{first: "2010-12-03", second: "2010-12-02"})["flags"] == ["date_order_error"]
    same = asked(**{first: "2010-12-03", second: "2010-12-03"})["flags"]
    assert "date_order_error" not in same


def test_flags_come_in_the_order_of_the_requirements() -> None:
    late = dict.fromkeys(NAMES[1::2], "2010-12-28")
    begun = dict.fromkeys(NAMES[::2], "2010-12-01")
    found = deadlines(policy(), {**begun, **late, "round_done_on": "2010-11-30", "notice_end": "2011-01-01"}, year_2010())  # fmt: skip
    assert found["flags"] == [
        "late_report",
        "late_reply",
        "late_payment",
        "date_order_error",
        "missing:holiday_calendar_2011",
    ]


def test_other_numbers_of_days_are_changes_of_the_file() -> None:
    edits = (("from: event_date, days: 3, of: calendar", "from: event_date, days: 2, of: working"),)
    found = asked(edits=edits, event_date="2010-12-10", reported_on="2010-12-15")
    assert found["report_due"]["date"] == "2010-12-14"
    assert found["flags"] == ["late_report"]


def test_due_gives_the_date_its_words_and_its_clause() -> None:
    found = due(policy(), "round_due", date(2010, 12, 1), Calendar())
    assert (found.date, found.clause, found.faults) == (date(2010, 12, 16), "4.6.1", ())
    unknown = due(policy(), "entry_due", date(2010, 12, 10), Calendar())
    assert unknown.date is None
    assert text(unknown.faults[0], "en").startswith("The holiday calendar for 2010 is missing")
    with pytest.raises(KeyError):
        due(policy(), "never_due", date(2010, 12, 1), Calendar())


def test_a_date_that_cannot_be_counted_on_is_refused() -> None:
    with pytest.raises(Refused, match="date_too_far"):
        asked(event_date="9999-12-31")


def test_all_wrong_dates_are_said_at_once() -> None:
    with pytest.raises(Refused) as found:
        asked(event_day="2010-12-01", reported_on="2010-02-30", paid_on=20101203)
    assert [(fault.code, fault.where) for fault in found.value.faults] == [
        ("input_unknown", "event_day"),
        ("no_such_day", "reported_on"),
        ("expected_date", "paid_on"),
    ]


def test_random_inputs_give_an_answer_or_refused() -> None:
    dice = random.Random(4)
    for _ in range(2000):
        changed = {name: dice.choice(ANYTHING) for name in dice.sample(NAMES, 3)}
        places = answers_or_refuses(lambda changed=changed: asked(**changed))
        assert set(places) - {""} <= set(changed)
