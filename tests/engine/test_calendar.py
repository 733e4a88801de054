"""Working days, make-up days, and years that are not loaded."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar import (
    Calendar,
    after_working_days,
    read_calendar,
    working_days_between,
)
from engine.faults import Refused
from tests.engine.procedure_kit import ANYTHING, answers_or_refuses, year_2010


def test_a_weekday_is_worked_a_holiday_is_not_and_a_make_up_day_is() -> None:
    calendar = year_2010()
    assert calendar.is_working(date(2010, 12, 10)) is True
    assert calendar.is_working(date(2010, 12, 11)) is False
    assert calendar.is_working(date(2010, 10, 1)) is False
    assert calendar.is_working(date(2010, 10, 9)) is True


def test_a_day_of_a_year_that_is_not_loaded_is_unknown() -> None:
    assert year_2010().is_working(date(2011, 1, 4)) is None


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param("2010-12-10", "2010-12-15", id="over a weekend"),
        pytest.param("2010-09-30", "2010-10-11", id="over National Day, with the Saturday worked"),
        pytest.param("2010-09-21", "2010-09-27", id="over Mid-Autumn, with Saturday and Sunday worked"),
        pytest.param("2010-02-12", "2010-02-22", id="over the Spring Festival"),
        pytest.param("2010-06-11", "2010-06-17", id="over the Dragon Boat Festival"),
        pytest.param("2010-12-31", None, id="into a year that is missing"),
    ],
)  # fmt: skip
def test_three_working_days_after(start: str, end: str | None) -> None:
    found = after_working_days(date.fromisoformat(start), 3, year_2010())
    assert found.end == (date.fromisoformat(end) if end else None)


def test_the_missing_years_are_those_that_the_count_must_reach() -> None:
    empty = Calendar()
    assert after_working_days(date(2010, 12, 30), 3, empty).missing_years == (2010, 2011)
    assert after_working_days(date(2010, 12, 31), 3, empty).missing_years == (2011,)
    assert after_working_days(date(2010, 12, 20), 3, year_2010()).missing_years == ()


@given(st.dates(date(2010, 1, 1), date(2010, 12, 1)), st.integers(1, 10))
def test_counting_forward_and_between_agree(start: date, days: int) -> None:
    calendar = year_2010()
    found = after_working_days(start, days, calendar)
    assert found.end is not None
    between = working_days_between(start + timedelta(1), found.end, calendar)
    assert between.counted == found.counted
    assert len(found.counted) == days


def test_counting_past_the_last_day_there_is_is_refused() -> None:
    with pytest.raises(Refused, match="date_too_far"):
        after_working_days(date.max, 1, Calendar())


def test_all_that_is_wrong_with_a_calendar_file_is_said_at_once() -> None:
    broken = {"off": ["2010-02-30"], "work": "none", "years": ["2010"], "yaers": []}
    with pytest.raises(Refused) as refused:
        read_calendar(broken)
    found = [(fault.code, fault.where) for fault in refused.value.faults]
    assert found == [
        ("input_unknown", "yaers"),
        ("input_dates", "off"),
        ("input_dates", "work"),
        ("input_years", "years"),
    ]


def test_a_day_cannot_be_both_off_and_worked() -> None:
    with pytest.raises(Refused, match="holiday_both"):
        read_calendar({"off": ["2010-10-09"], "work": ["2010-10-09"], "years": [2010]})


@pytest.mark.parametrize("name", ["off", "work", "years"])
def test_no_value_of_a_calendar_file_gives_anything_but_a_calendar_or_refused(name: str) -> None:
    for value in ANYTHING:
        places = answers_or_refuses(lambda value=value: read_calendar({name: value}))
        assert set(places) <= {name}
