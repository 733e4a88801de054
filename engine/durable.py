"""The only module that touches durable_rules: its C core, never its Host or threads.

A `Deck` is one ruleset handle: named patterns in, names of those that hold out. It stays inside
the subset of the library that was found exact: flat facts, `$and` of single-key leaves with
equality, one live state kept warm, retract instead of delete, a lock around each decision, and a
limit on the patterns alive at once. Whatever the library reports as an error, or does that is not
expected, discards and rebuilds the handle and raises Refused("durable_failed"): the case goes to a
person.
"""

from __future__ import annotations

import json
import threading
import weakref
from collections.abc import Iterable, Mapping
from contextlib import suppress

import durable_rules_engine as core

from engine.atoms import Term
from engine.faults import Fault, Refused
from engine.messages import register

MOST_PATTERNS = 60
MOST_PROPERTIES = 240
_SID = '"sid":"0","id":"f"'
_WARM = "{" + _SID + ',"warm":1}'
_RETRACT = "{" + _SID + "}"
"""A fact is found again by its id alone; sending all of it costs as much as asserting it."""
_STATE = "warm_up"
_NOTHING_MATCHED = 1

register(
    {
        "durable_failed": (
            "规则引擎出错（{problem}），本次不作判断，请人工核对；引擎已重建。",
            "The rule engine failed ({problem}); no decision was made, check by hand. "
            "The engine was rebuilt.",
        ),
        "hash_collision": (
            "“{one}”和“{two}”的32位散列值相同，规则引擎会混淆，请改名。",
            '"{one}" and "{two}" have the same 32-bit hash; the rule engine would mix them up. '
            "Rename one.",
        ),
    }
)


def fnv1a(name: str) -> int:
    """The hash by which the library tells names apart."""
    value = 0x811C9DC5
    for byte in name.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def check_names(names: Iterable[str]) -> None:
    """Refused where two names have one hash: the library would take them for the same."""
    seen: dict[int, str] = {}
    faults = []
    for name in dict.fromkeys(("sid", "id", "$s", "warm", *names)):
        other = seen.setdefault(fnv1a(name), name)
        if other != name:
            faults.append(Fault("hash_collision", {"one": other, "two": name}))
    if faults:
        raise Refused(faults)


def pattern(term: Term, sizes: Mapping[int, int]) -> dict[str, object]:
    """One term as a rule: every property known and among its allowed values."""
    leaves: list[dict[str, object]] = []
    for index, mask in term:
        name, size = f"p{index}", sizes[index]
        allowed = [value for value in range(size) if mask >> value & 1]
        excluded = [value for value in range(size) if not mask >> value & 1]
        if len(allowed) == 1:
            leaves.append({name: spelled(allowed[0], size)})
        elif excluded:
            leaves += [{"$neq": {name: spelled(value, size)}} for value in excluded]
        else:
            leaves.append({"$ex": {name: 1}})
    return {"all": [{"m": {"$and": leaves}}]}


def spelled(value: int, size: int) -> bool | int:
    """How a numbered value stands in JSON: two values are false and true, three are signs."""
    if size == 2:
        return bool(value)
    return value - 1 if size == 3 else value


class Deck:
    """One handle. `patterns` are (name, term); names come back from `holding`."""

    def __init__(self, name: str, patterns: Mapping[str, Term], sizes: Mapping[int, int]) -> None:
        if len(patterns) > MOST_PATTERNS:
            raise ValueError(f"{len(patterns)} patterns in one handle")
        used = {index for term in patterns.values() for index, _ in term}
        if len(used) > MOST_PROPERTIES:
            raise ValueError(f"{len(used)} properties in one handle")
        check_names([*patterns, _STATE])
        check_names(f"p{index}" for index in used)
        rules: dict[str, object] = {key: pattern(term, sizes) for key, term in patterns.items()}
        rules[_STATE] = {"all": [{"m": {"$s": 1}}]}
        self.name = name
        self._text = json.dumps(rules)
        self._names = frozenset(patterns)
        self._lock = threading.Lock()
        self._keep(self._build())
        self._sound = True

    def _keep(self, handle: int) -> None:
        """The handle now in use; the C core frees it when nobody holds this deck any more."""
        self._handle = handle
        self._finalizer = weakref.finalize(self, _free, handle)
        self._finalizer.atexit = False  # the process ends anyway

    def _build(self) -> int:
        """A new handle, warmed with one fact so that its state has started an action."""
        handle: int = core.create_ruleset(self.name, self._text)
        _, offset = core.assert_fact(handle, _WARM)
        found = core.start_action_for_state(handle, offset)
        while found is not None:
            found = core.complete_and_start_action(handle, offset)
        core.retract_fact(handle, _WARM)
        return handle

    def holding(self, facts: str) -> list[str]:
        """The names of the patterns that hold for facts given as JSON members ("p1":true,…).

        A name may come more than once. Raises Refused("durable_failed") on any error.
        """
        message = "{" + facts + _SID + "}"
        with self._lock:
            try:
                if not self._sound:  # the last rebuilding failed too
                    self._rebuild()
                self._sound = False
                names = self._decide(message)
                self._sound = True
            except BaseException as error:  # whatever it was, a fact may still lie in the handle
                self._mend()
                if not isinstance(error, Exception):
                    raise
                problem = str(error) or type(error).__name__
                raise Refused([Fault("durable_failed", {"problem": problem})]) from error
            return names

    def _mend(self) -> None:
        """A fresh handle now, or before the next case if there is none to be had."""
        with suppress(Exception):
            self._rebuild()

    def _decide(self, message: str) -> list[str]:
        code, offset = core.assert_fact(self._handle, message)
        names: list[str] = []
        if code == 0:
            started = core.start_action_for_state(self._handle, offset)
            if started is None:
                raise ValueError("a match without an action")
            found = started[1]
            while found is not None:
                names.append(found[2 : found.index('"', 2)])
                found = core.complete_and_start_action(self._handle, offset)
        elif code != _NOTHING_MATCHED:
            raise ValueError(f"code {code}")
        core.retract_fact(self._handle, _RETRACT)
        return names

    def _rebuild(self) -> None:
        """Swap in a new handle and free the old one as far as it lets us."""
        handle, broken = self._build(), self._finalizer
        self._keep(handle)
        self._sound = True
        broken()

    def close(self) -> None:
        """Free the handle now; the deck may not be used afterwards. Twice does nothing more."""
        with self._lock:
            self._finalizer()


def _free(handle: int) -> None:
    """Give state and ruleset back to the C core; what it will not free of a broken one stays."""
    for free, words in ((core.delete_state, ("0",)), (core.delete_ruleset, ())):
        try:
            free(handle, *words)
        except (core.error, MemoryError):
            continue
