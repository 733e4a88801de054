"""Rows of a household worksheet as others ask for them; writing is `casework.worksheets`."""

from __future__ import annotations

from models.members import HouseholdItem, Member


def pending(member: Member) -> list[tuple[int, HouseholdItem]]:
    """The rows that nobody has checked yet, each with its place on the sheet from 1."""
    items = member.household.items if member.household else []
    return [(number, item) for number, item in enumerate(items, 1) if not item.verified]
