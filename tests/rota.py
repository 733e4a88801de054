"""Which tests of a run of everything wait for another day.

A page that only shows what `casework` answers, and a verb whose storage is rows as every other
verb writes them, run on SQLite every day and on PostgreSQL on one day in six, each file on its own
day. What is about storage itself runs on both every time: models, the road, money and who gets it,
lists counted or searched by the database, races, the queue, imports, scope, keys of pages, two
versions of a row. `make faults` runs all, and so does pytest by hand.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import pytest

One = TypeVar("One")
DAY, EVERY = "SUNSHINE_DAY", 6
IN_TURN = {
    "admin": [
        "test_branch_papers",
        "test_care_pages",
        "test_case_forms",
        "test_case_lists",
        "test_case_pages",
        "test_cases_walk",
        "test_cases_other_policy",
        "test_figures_page",
        "test_first_page",
        "test_finding",
        "test_frame",
        "test_imports",
        "test_inbox",
        "test_kept_lists",
        "test_known_person",
        "test_objector_hidden",
        "test_on_behalf_pages",
        "test_orders",
        "test_policy_settings",
        "test_rounds_page",
        "test_screening_pages",
        "test_whole_lists",
        "test_workbooks_out",
    ],
    "casework": [
        "test_case_notes",
        "test_checks",
        "test_circulation",
        "test_drafts",
        "test_entry",
        "test_hardship",
        "test_mail",
        "test_notice_board",
        "test_notices",
        "test_on_behalf",
        "test_other_office",
        "test_pair_rules",
        "test_printing",
        "test_reminders",
        "test_repeats_and_recusals",
        "test_reply_numbers",
        "test_rounds",
        "test_screening_files",
        "test_screenings",
        "test_small_verbs",
        "test_step_dates",
        "test_worker_process",
        "test_yearly",
    ],
}
"""Folder → its files that take turns, in an order that gives no two of the longest one day."""
_PLACES = {
    place: at
    for at, place in enumerate((folder, name) for folder in IN_TURN for name in IN_TURN[folder])
}


def begin_the_day() -> None:
    """Said once, so that all processes of a run choose the same."""
    os.environ.setdefault(DAY, str(datetime.now(UTC).toordinal()))


def words() -> str:
    """What `begin_the_day` leaves out of a run."""
    return (
        f"five sixths of {len(_PLACES)} files of pages and verbs on PostgreSQL, whose day it is "
        "not (they ran on SQLite)"
    )


def in_turn(people: Sequence[One], a_day: int) -> list[One]:
    """So many of the people, or of the seeds, others each day; all of them where no day was said."""
    day = os.environ.get(DAY)
    if day is None:
        return list(people)
    return [people[(int(day) * a_day + at) % len(people)] for at in range(a_day)]


def of_another_day(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The tests that wait; none where no day was said."""
    day = os.environ.get(DAY)
    if day is None:
        return []
    return [item for item in items if _waits(item, int(day))]


def _waits(item: pytest.Item, day: int) -> bool:
    at = _PLACES.get((item.path.parent.name, item.path.stem))
    on_postgres = item.get_closest_marker("postgres") is not None
    return at is not None and on_postgres and (at + day) % EVERY != 0
