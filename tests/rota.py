"""Which tests of a run of everything wait for another day.

A page that only shows what `casework` answers, whose verbs run on both databases every time, is
opened on SQLite every day and on PostgreSQL on one day in four, each file on its own day. What is
about storage itself (scope, keys of pages, sorting, searching, races, two versions of a row) is
not in the list and runs on both every time. `make faults` runs all, and so does pytest by hand.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

DAY, EVERY = "SUNSHINE_DAY", 4
PAGES = frozenset(
    {
        "test_branch_papers",
        "test_care_pages",
        "test_case_forms",
        "test_case_lists",
        "test_case_pages",
        "test_cases_other_policy",
        "test_cases_walk",
        "test_figures_page",
        "test_finding",
        "test_first_page",
        "test_frame",
        "test_fund_pages",
        "test_inbox",
        "test_known_person",
        "test_money_walk",
        "test_objector_hidden",
        "test_on_behalf_pages",
        "test_orders",
        "test_policy_settings",
        "test_rounds_page",
        "test_screening_pages",
    }
)


def begin_the_day() -> None:
    """Said once, so that all processes of a run choose the same."""
    os.environ.setdefault(DAY, str(datetime.now(UTC).toordinal()))


def words() -> str:
    """What `begin_the_day` leaves out of a run."""
    return "three quarters of the page files on PostgreSQL, whose day it is not"


def of_another_day(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The tests that wait; none where no day was said."""
    day = os.environ.get(DAY)
    if day is None:
        return []
    return [item for item in items if _is_page(item) and not _is_due(item, int(day))]


def _is_page(item: pytest.Item) -> bool:
    in_turn = item.path.stem in PAGES and item.path.parent.name == "admin"
    return in_turn and item.get_closest_marker("postgres") is not None


def _is_due(item: pytest.Item, day: int) -> bool:
    return (zlib.crc32(item.path.stem.encode()) + day) % EVERY == 0
