"""Copies of a policy in memory, with edits; nothing is written to disk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import Assessment, Fault, Policy, Refused, assess, folder_files, load_files
from tests.engine.fuzz import LICHENG

FILES = folder_files(LICHENG)

LIVING: dict[str, Any] = {
    "apply_type": "living", "apply_date": "2010-12-03", "member_status": "full",
    "org_in_district": True, "has_labor_capacity": False, "has_income_source": False,
    "has_statutory_supporter": False, "excl_subjective_cause": False, "illegal_activity": False,
    "excl_org_unsuitable": False, "prev_aid_type": "none",
}  # fmt: skip


def edited(*edits: tuple[str, str, str], more: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """The files of the 2010 policy with (file, old, new) replaced once and other files added."""
    files = dict(FILES)
    for name, old, new in edits:
        text = files[name].decode()
        assert old in text, f"{old!r} is not in {name}"
        files[name] = text.replace(old, new, 1).encode()
    for name, text in (more or {}).items():
        files[name] = text.encode()
    return files


def policy(*edits: tuple[str, str, str]) -> Policy:
    return load_files(edited(*edits))


def faults(*edits: tuple[str, str, str]) -> tuple[Fault, ...]:
    """The faults of an edited policy; none if it can be read."""
    try:
        load_files(edited(*edits))
    except Refused as refused:
        return refused.faults
    return ()


def decided(asked: Policy, **changes: Any) -> Assessment:
    """A three-withouts case with changes; a change to None is an unknown fact."""
    return assess(asked, asked.read_facts({**LIVING, **changes}))
