"""The facts of one case: typed, checked, with sources the engine can see looked up.

Money is fen, dates are dates, unknown is None. Every fault of a case is reported at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.faults import Fault, Refused
from engine.inputs import as_json, shown
from engine.loading.facts import period_factor
from engine.model import Fact, FactSource, Policy
from engine.reference import plain
from engine.source import hint, looks_like_date, parse_date, parse_money, parse_yes_no

MAX_TEXT = 1000
_INTEGER = re.compile(r"-?[0-9]{1,18}\Z")
_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?\Z")
_NO_TEXT = frozenset({"yes_no", "integer", "number", "set"})


class Facts(Mapping[str, Any]):
    """Frozen: name → typed value or None. `given` are the names that the case itself supplied;
    `derived` maps a fact that could not be looked up to the unknown fact by which it would be."""

    __slots__ = ("_values", "derived", "given", "on")

    def __init__(
        self, values: dict[str, Any], given: frozenset[str], on: date, derived: Mapping[str, str]
    ) -> None:
        self._values, self.given, self.on, self.derived = values, given, on, derived

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @property
    def values_by_name(self) -> dict[str, Any]:
        """The values themselves; not to be changed."""
        return self._values

    def unknown(self) -> tuple[str, ...]:
        return tuple(name for name, value in self._values.items() if value is None)


class _Bad(Exception):  # noqa: N818 - a signal inside this module
    """A raw value that does not fit; carries the code and its params."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns one raw value into a typed one; made once per fact."""

    fact: Fact
    convert: Callable[[Any, Fact], Any]

    def read(self, raw: Any) -> Any:
        value = self.convert(raw, self.fact)
        low, high = self.fact.low, self.fact.high
        if low is not None and high is not None and not low <= value <= high:
            kind = self.fact.kind
            raise _Bad("fact_out_of_range", low=plain(low, kind), high=plain(high, kind))
        return value


def read_facts(policy: Policy, raw: Mapping[str, Any], strict: bool = False) -> Facts:
    """Flat raw facts to Facts; raises Refused with every fault (where=the name of the fact).

    A text stands for a yes/no, a number or a list too, as in CSV and case files; with `strict`, as
    for JSON, only for money, dates, choices and texts.
    """
    faults: list[Fault] = []
    values: dict[str, Any] = dict.fromkeys(policy.facts)
    readers = policy.machine.readers
    for name, given in raw.items():
        reader = readers.get(name)
        if reader is None:
            near = hint(str(name), policy.facts)
            faults.append(Fault("fact_unknown_name", {"name": name, "hint": near}, str(name)))
        elif given is not None and given != "?":
            try:
                if strict and isinstance(given, str) and reader.fact.type in _NO_TEXT:
                    raise _wrong(reader.fact)
                values[name] = reader.read(given)
            except _Bad as bad:
                value = _as_written(given, reader.fact) if strict else given
                params = {"name": name, "label": reader.fact.label, "value": value, **bad.params}
                faults.append(Fault(bad.code, params, name))
    return _complete(policy, raw, values, faults)


def _as_written(given: Any, fact: Fact) -> str:
    """A wrong value of a JSON document as it stands there; a text in quotes where none belongs or
    where it is blank, so that "3" is told from 3."""
    quoted = isinstance(given, str) and (fact.type in _NO_TEXT or not given.strip())
    return shown(as_json(given) if quoted else given)


def _complete(
    policy: Policy, raw: Mapping[str, Any], values: dict[str, Any], faults: list[Fault]
) -> Facts:
    failed = {fault.where for fault in faults}
    for name in policy.machine.required:
        if values[name] is None and name not in failed:
            label = policy.facts[name].label
            faults.append(Fault("fact_required", {"name": name, "label": label}, name))
    on = values[policy.pick_by]
    derived: dict[str, str] = {}
    if on is not None:
        _check_force(policy, on, faults)
        for fact, source in policy.machine.sourced:
            if fact.name not in raw:
                _look_up(policy, fact, source, values, faults, derived)
    if faults or on is None:
        raise Refused(faults)
    return Facts(values, frozenset(raw), on, derived)


def _check_force(policy: Policy, on: date, faults: list[Fault]) -> None:
    low, high = policy.in_force_from, policy.in_force_to
    if (low is not None and on < low) or (high is not None and on > high):
        shown = high.isoformat() if high else Fault("open_end")
        start = low.isoformat() if low else Fault("open_end")
        params = {"date": on.isoformat(), "low": start, "high": shown}
        faults.append(Fault("out_of_force", params, policy.pick_by))


def _look_up(
    policy: Policy,
    fact: Fact,
    source: FactSource,
    values: dict[str, Any],
    faults: list[Fault],
    derived: dict[str, str],
) -> None:
    """Fill an absent fact from its source; a dated parameter without a value is a fault."""
    needed = source.by if source.kind == "parameter" else source.name
    if needed is not None and values[needed] is None:
        derived[fact.name] = needed
        _check_dated(policy, fact, source, values[policy.pick_by], faults)
        return
    try:
        values[fact.name] = sourced_value(policy, fact, source, values)
    except LookupError:
        faults.append(_no_value(source, values[policy.pick_by], fact))


def _check_dated(
    policy: Policy, fact: Fact, source: FactSource, on: date, faults: list[Fault]
) -> None:
    """Even for an unknown choice the parameter must have values on the date."""
    if source.kind == "parameter" and source.by is not None:
        try:
            for choice in policy.facts[source.by].choices:
                policy.parameters[source.name].on(on, choice)
        except LookupError:
            faults.append(_no_value(source, on, fact))


def _no_value(source: FactSource, on: date, fact: Fact) -> Fault:
    return Fault(
        "parameter_no_value", {"parameter": source.name, "date": on.isoformat()}, fact.name
    )


def sourced_value(policy: Policy, fact: Fact, source: FactSource, values: Mapping[str, Any]) -> Any:
    """The value that a fact's source gives; LookupError where a parameter has none on the date."""
    if source.kind == "year":
        return values[source.name].year
    parameter = policy.parameters[source.name]
    choice = values[source.by] if source.by else None
    found = parameter.on(values[policy.pick_by], choice) * period_factor_of(fact, policy, source)
    return int(found) if fact.type in ("money", "integer") else found


def period_factor_of(fact: Fact, policy: Policy, source: FactSource) -> Fraction:
    return period_factor(fact, policy.parameters[source.name]) or Fraction(1)


# raw values ---------------------------------------------------------------------------------


def _yes_no(raw: Any, fact: Fact) -> bool:
    if isinstance(raw, bool):
        return raw
    found = parse_yes_no(raw) if isinstance(raw, str) else None
    if found is None:
        raise _wrong(fact)
    return found


def _integer(raw: Any, fact: Fact) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and _INTEGER.match(raw):
        return int(raw)
    raise _wrong(fact)


def _money(raw: Any, fact: Fact) -> int:
    if isinstance(raw, bool):
        raise _wrong(fact)
    if isinstance(raw, int):
        return raw * 100
    if isinstance(raw, float):
        raw = Decimal(repr(raw))
    if isinstance(raw, Decimal):
        raw = _plain_decimal(raw)
    found = parse_money(raw) if isinstance(raw, str) else None
    if found is None:
        raise _wrong(fact)
    return found


def _plain_decimal(value: Decimal) -> str:
    """Without exponent and trailing zeros; "" for what is no finite, reasonable number."""
    if not value.is_finite() or not -20 < value.adjusted() < 20:
        return "0" if value == 0 else ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(raw: Any, fact: Fact) -> Fraction:
    if isinstance(raw, bool):
        raise _wrong(fact)
    if isinstance(raw, float):
        raw = Decimal(repr(raw))
    if isinstance(raw, Decimal):
        raw = _plain_decimal(raw)
    if isinstance(raw, int):
        return Fraction(raw)
    if isinstance(raw, str) and _NUMBER.match(raw):
        return Fraction(raw)
    raise _wrong(fact)


def _date(raw: Any, fact: Fact) -> date:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    found = parse_date(raw) if isinstance(raw, str) else None
    if found is None:
        raise _Bad("fact_no_such_day") if looks_like_date(raw) else _wrong(fact)
    return found


def _choice(raw: Any, fact: Fact) -> str:
    if isinstance(raw, str) and raw in fact.choices:
        return raw
    named = [name for name, label in fact.choices.items() if raw in (label.zh, label.en)]
    near = Fault("did_you_mean", {"name": named[0]}) if named else hint(str(raw), fact.choices)
    raise _Bad("fact_wrong_choice", hint=near)


def _set(raw: Any, fact: Fact) -> frozenset[str]:
    if isinstance(raw, str):
        raw = [part for part in raw.split(";") if part]
    if not isinstance(raw, (list, tuple, set, frozenset)):
        raise _wrong(fact)
    return frozenset(_choice(item, fact) for item in raw)


def _text(raw: Any, fact: Fact) -> str:
    if not isinstance(raw, str) or len(raw) > MAX_TEXT:
        raise _wrong(fact)
    return raw


def _wrong(fact: Fact) -> _Bad:
    return _Bad("fact_wrong_type", wanted=Fault(f"format_{fact.type}"))


_CONVERT: dict[str, Callable[[Any, Fact], Any]] = {
    "yes_no": _yes_no,
    "integer": _integer,
    "money": _money,
    "number": _number,
    "date": _date,
    "choice": _choice,
    "set": _set,
    "text": _text,
}


def readers_of(policy: Policy) -> dict[str, _Reader]:
    """One reader per fact."""
    return {name: _Reader(fact, _CONVERT[fact.type]) for name, fact in policy.facts.items()}
