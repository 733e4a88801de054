"""`check-notice` and `deadlines` from outside: clauses 4.3, 4.4 and 4.6 in JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.commands import LICHENG, ask, engine

COLUMNS = ["name", "sex", "birth_ym", "join_date", "reason"]
NOTICE: dict[str, Any] = {
    "approved_on": "2010-12-03",
    "posted_on": "2010-12-06",
    "ends_on": "2010-12-10",
    "place": "branch",
    "columns": COLUMNS,
}


def notice(**changes: Any) -> Any:
    return ask("check-notice", {**NOTICE, **changes})


# The notice (4.3) -----------------------------------------------------------------------------


def test_a_notice_of_five_days_counts_its_first_and_last_day() -> None:
    document = notice()
    assert (document["ok"], document["faults"], document["days"]) == (True, [], 5)
    assert document["earliest_end"] == "2010-12-10"
    assert document["objection"] is None


def test_a_notice_of_four_days_is_too_short() -> None:
    document = notice(ends_on="2010-12-09")
    assert (document["ok"], document["faults"]) == (False, ["publicity_too_short"])
    assert (document["days"], document["earliest_end"]) == (4, "2010-12-10")


def test_a_longer_notice_is_in_order() -> None:
    assert notice(ends_on="2010-12-31")["days"] == 26


def test_a_notice_over_the_end_of_february_counts_every_day() -> None:
    document = notice(approved_on="2012-02-20", posted_on="2012-02-27", ends_on="2012-03-02")
    assert (document["days"], document["ok"]) == (5, True)


def test_an_end_before_the_start_is_the_only_fault_named() -> None:
    document = notice(posted_on="2010-12-01", ends_on="2010-11-30", place="web", columns=[])
    assert document["faults"] == ["date_order_error"]
    assert (document["ok"], document["days"]) == (False, None)
    assert document["earliest_end"] == "2010-12-05"


def test_a_day_that_does_not_exist_is_called_so() -> None:
    given = json.dumps({**NOTICE, "ends_on": "2011-02-29"})
    assert "不存在" in engine("check-notice", LICHENG, "--facts", "-", given=given).said


def test_a_notice_of_one_day_has_one_day() -> None:
    assert notice(ends_on="2010-12-06")["days"] == 1


def test_a_notice_before_approval_is_no_notice() -> None:
    assert notice(approved_on="2010-12-07")["faults"] == ["before_approval"]


def test_the_notice_hangs_in_the_members_branch() -> None:
    assert notice(place="committee")["faults"] == ["wrong_place"]


@pytest.mark.parametrize("name", COLUMNS)
def test_each_of_the_five_columns_is_asked_for(name: str) -> None:
    document = notice(columns=[one for one in COLUMNS if one != name])
    assert document["faults"] == [f"missing_column:{name}"]


def test_no_other_column_may_be_posted() -> None:
    document = notice(columns=[*COLUMNS, "id_number", "diagnosis"])
    assert sorted(document["faults"]) == ["extra_column:diagnosis", "extra_column:id_number"]


def test_the_order_of_the_columns_is_free() -> None:
    assert notice(columns=COLUMNS[::-1])["ok"] is True


def test_all_faults_of_a_notice_are_named_at_once() -> None:
    document = notice(
        approved_on="2010-12-07", ends_on="2010-12-07", place="web", columns=[*COLUMNS[1:], "phone"]
    )
    assert sorted(document["faults"]) == [
        "before_approval",
        "extra_column:phone",
        "missing_column:name",
        "publicity_too_short",
        "wrong_place",
    ]


def objection(**changes: Any) -> tuple[Any, Any]:
    given = {"objection_on": "2010-12-08", "channel": "phone", "has_clue": True, **changes}
    document = notice(**given)
    return document["objection"], document["after"]


@pytest.mark.parametrize("channel", ["phone", "letter", "interview"])
def test_an_objection_with_a_clue_is_accepted_by_each_channel(channel: str) -> None:
    assert objection(channel=channel, verified=None) == ("accept", "hold")


@pytest.mark.parametrize("day", ["2010-12-06", "2010-12-10"])
def test_an_objection_on_the_first_or_last_day_is_in_time(day: str) -> None:
    assert objection(objection_on=day, verified=None)[0] == "accept"


def test_a_verified_objection_cancels_and_a_refuted_one_lets_the_case_continue() -> None:
    assert objection(verified=True) == ("accept", "cancel")
    assert objection(verified=False) == ("accept", "continue")


def test_an_objection_not_yet_verified_holds_the_person() -> None:
    assert objection() == ("accept", "hold")


@pytest.mark.parametrize("verified", [None, True, False])
def test_an_objection_without_a_clue_is_not_accepted(verified: bool | None) -> None:
    assert objection(has_clue=False, verified=verified) == ("not_accepted", "continue")


@pytest.mark.parametrize("verified", [None, True, False])
def test_an_objection_after_the_last_day_goes_to_a_later_check(verified: bool | None) -> None:
    late = objection(objection_on="2010-12-11", verified=verified)
    assert late == ("refer_4.7", "continue")


# Deadlines (4.4.1, 4.6) -----------------------------------------------------------------------

OFF_2011 = ["2011-01-03", *(f"2011-02-0{day}" for day in range(2, 9))]
WORK_2011 = ["2011-01-30", "2011-02-12"]


def due(facts: dict[str, Any], name: str, *more: str) -> Any:
    return ask("deadlines", facts, *more)[name]["date"]


@pytest.fixture
def calendar(tmp_path: Path) -> tuple[str, str]:
    path = tmp_path / "days.json"
    days = {"off": OFF_2011, "work": WORK_2011, "years": [2010, 2011]}
    path.write_text(json.dumps(days), encoding="utf-8")
    return "--calendar", str(path)


@pytest.fixture
def only_2010(tmp_path: Path) -> tuple[str, str]:
    path = tmp_path / "days.json"
    path.write_text(json.dumps({"off": [], "work": [], "years": [2010]}), encoding="utf-8")
    return "--calendar", str(path)


@pytest.mark.parametrize(
    ("begin", "name", "end"),
    [
        pytest.param("event_date", "report_due", "2010-12-06", id="an event is reported in 3 days"),
        pytest.param("received_on", "reply_due", "2010-12-06", id="a report is answered in 3 days"),
        pytest.param("round_notice_on", "round_due", "2010-12-18", id="a round takes 15 days"),
        pytest.param(
            "emergency_reported_on",
            "emergency_pay_due",
            "2010-12-06",
            id="money is in hand in 3 days",
        ),
    ],
)
def test_calendar_days_do_not_count_the_first_and_do_not_roll_forward(
    begin: str, name: str, end: str
) -> None:
    document = ask("deadlines", {begin: "2010-12-03"})
    assert document[name]["date"] == end
    assert document[name]["counted"]


def test_a_due_day_on_a_sunday_stays_there() -> None:
    assert due({"event_date": "2010-12-02"}, "report_due") == "2010-12-05"


def test_three_days_over_new_year_and_leap_day_are_three_days() -> None:
    assert due({"event_date": "2010-12-30"}, "report_due") == "2011-01-02"
    assert due({"event_date": "2012-02-27"}, "report_due") == "2012-03-01"


WORKING = [
    pytest.param("2010-12-10", "2010-12-15", id="a notice that ends on a Friday"),
    pytest.param("2010-12-11", "2010-12-15", id="a notice that ends on a Saturday"),
    pytest.param("2010-12-31", "2011-01-06", id="over a holiday at new year"),
    pytest.param("2011-01-28", "2011-02-01", id="with a Sunday worked to make up"),
    pytest.param("2011-02-01", "2011-02-11", id="over the spring festival"),
    pytest.param("2011-02-10", "2011-02-14", id="with a Saturday worked to make up"),
]


@pytest.mark.parametrize(("end", "entry"), WORKING)
def test_the_list_is_entered_within_three_working_days(
    end: str, entry: str, calendar: tuple[str, str]
) -> None:
    assert due({"notice_end": end}, "entry_due", *calendar) == entry


def test_a_year_without_a_calendar_is_said_and_never_guessed(only_2010: tuple[str, str]) -> None:
    document = ask("deadlines", {"notice_end": "2010-12-30"}, *only_2010)
    assert document["entry_due"]["date"] is None
    assert document["flags"] == ["missing:holiday_calendar_2011"]


def test_a_deadline_inside_the_loaded_year_needs_no_other(only_2010: tuple[str, str]) -> None:
    document = ask("deadlines", {"notice_end": "2010-12-28"}, *only_2010)
    assert document["entry_due"]["date"] == "2010-12-31"
    assert not [flag for flag in document["flags"] if flag.startswith("missing")]


FLAGS = [
    pytest.param({"event_date": "2010-12-03", "reported_on": "2010-12-06"}, ["on_time"], id="reported on the third day"),
    pytest.param({"event_date": "2010-12-03", "reported_on": "2010-12-03"}, ["on_time"], id="reported on the same day"),
    pytest.param({"event_date": "2010-12-03", "reported_on": "2010-12-07"}, ["late_report"], id="reported on the fourth day"),
    pytest.param({"received_on": "2010-12-03", "replied_on": "2010-12-06"}, ["on_time"], id="answered on the third day"),
    pytest.param({"received_on": "2010-12-03", "replied_on": "2010-12-07"}, ["late_reply"], id="answered on the fourth day"),
    pytest.param({"round_notice_on": "2010-12-01", "round_done_on": "2010-12-16"}, ["on_time"], id="a round done on the fifteenth day"),
    pytest.param({"round_notice_on": "2010-12-01", "round_done_on": "2010-12-17"}, ["late_batch"], id="a round done on the sixteenth day"),
    pytest.param({"emergency_reported_on": "2010-12-03", "paid_on": "2010-12-06"}, ["on_time"], id="paid on the third day"),
    pytest.param({"emergency_reported_on": "2010-12-03", "paid_on": "2010-12-07"}, ["late_payment"], id="paid on the fourth day"),
    pytest.param({"event_date": "2010-12-03", "reported_on": "2010-12-02"}, ["date_order_error"], id="reported before the event"),
    pytest.param({"received_on": "2010-12-03", "replied_on": "2010-12-02"}, ["date_order_error"], id="answered before received"),
    pytest.param({"event_date": None, "reported_on": "2010-12-02"}, ["missing:event_date"], id="the day of the event unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "flags"), FLAGS)
def test_lateness_is_flagged(facts: dict[str, Any], flags: list[str]) -> None:
    assert ask("deadlines", facts)["flags"] == flags


def test_an_entry_on_the_third_working_day_is_on_time_and_on_the_fourth_late(
    calendar: tuple[str, str],
) -> None:
    for entered, flags in (("2010-12-15", ["on_time"]), ("2010-12-16", ["late_entry"])):
        facts = {"notice_end": "2010-12-10", "entered_on": entered}
        assert ask("deadlines", facts, *calendar)["flags"] == flags


def test_several_late_steps_are_all_flagged() -> None:
    facts = {
        "event_date": "2010-12-01",
        "reported_on": "2010-12-09",
        "received_on": "2010-12-09",
        "replied_on": "2010-12-20",
    }
    assert ask("deadlines", facts)["flags"] == ["late_report", "late_reply"]


@pytest.mark.parametrize(
    "days",
    [
        pytest.param('{"off": ["2010-02-30"], "work": [], "years": [2010]}', id="impossible day"),
        pytest.param('{"off": [], "work": [], "years": ["2010"], "x": 1}', id="unknown key"),
        pytest.param('{"off": [', id="half a file"),
    ],
)
def test_a_calendar_that_cannot_be_read_is_an_error(days: str, tmp_path: Path) -> None:
    path = tmp_path / "days.json"
    path.write_text(days, encoding="utf-8")
    words = ("deadlines", LICHENG, "--facts", "-", "--calendar", str(path))
    assert engine(*words, given='{"notice_end": "2010-12-10"}').code == 1
