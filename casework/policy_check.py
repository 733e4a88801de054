"""What is wrong with a set of rule files: reading, the policy's own cases, roles nobody can hold.

The answer depends on the bytes alone (roles apart), so it is kept for the files seen last.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from sqlalchemy.orm import Session

from casework import editions
from engine import Policy, load_files
from engine.casefiles import read_cases, run_cases
from engine.faults import Fault, Refused
from engine.papers.templates import template_faults

Files = Mapping[str, bytes]
_KEPT = 16
_seen: OrderedDict[str, Checked] = OrderedDict()
_guard = Lock()


@dataclass(frozen=True)
class Checked:
    """What checking found. `unreadable`: the files are no policy; `failing`: cases that do not come
    out as they say; `uncovered`: rules without a case, which is a remark, not an obstacle."""

    policy: Policy | None
    unreadable: tuple[Fault, ...] = ()
    failing: tuple[Fault, ...] = ()
    uncovered: tuple[Fault, ...] = ()
    cases: int = 0

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Everything that stands against publishing."""
        return self.unreadable + self.failing


def check(files: Files) -> Checked:
    """Read the files and run their cases; never raises."""
    key = hashlib.sha256(editions.pack(files)).hexdigest()
    with _guard:
        if key in _seen:
            _seen.move_to_end(key)
            return _seen[key]
    found = _check(files)
    with _guard:
        _seen[key] = found
        while len(_seen) > _KEPT:
            _seen.popitem(last=False)
    return found


def _check(files: Files) -> Checked:
    try:
        policy = load_files(files)
    except Refused as refused:
        return Checked(None, unreadable=refused.faults)
    broken = tuple(template_faults(policy))
    try:
        cases = read_cases(policy)
    except Refused as refused:
        return Checked(policy, failing=(*broken, *refused.faults))
    tested = run_cases(policy, cases)
    return Checked(policy, (), (*broken, *tested.faults), tested.uncovered, tested.cases)


def role_faults(session: Session, files: Files) -> list[Fault]:
    """What readable files leave to a role which nobody can hold."""
    policy = check(files).policy
    if policy is None:
        return []
    return editions.role_faults(session, policy)
