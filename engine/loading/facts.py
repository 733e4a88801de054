"""Read facts.yaml and parameters.yaml: types, ranges, sources, dated values."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import Any

from engine.labels import Label
from engine.language import tree as t
from engine.language.sugar import Dated
from engine.language.types import KINDS, YES_NO
from engine.loading.context import Context
from engine.model import Fact, FactSource, Parameter
from engine.source import (
    Block,
    Mapping,
    Node,
    Scalar,
    hint,
    parse_date,
    parse_money,
    read_date,
    read_name,
)

_KEYS = (
    "type range? choices? zh en help_zh? help_en? asked? from? annex? section? shown_when? "
    "required? unit?"
)
_PARAMETER_KEYS = ("zh", "en", "by", "clause", "unit", "placeholder", "type")
_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?\Z")
_FIELD = r"([a-z][a-z0-9_.]*)"
_SOURCES = (
    (re.compile(rf"(member|household|application)\.{_FIELD}\Z"), ("kind", "name")),
    (re.compile(rf"(parameter) {_FIELD}(?: by {_FIELD})?\Z"), ("kind", "name", "by")),
    (
        re.compile(rf"(year) of {_FIELD}(?: within (-?[0-9]{{1,2}}\.\.-?[0-9]{{1,2}}))?\Z"),
        ("kind", "name", "years"),
    ),
    (
        re.compile(
            rf"(grants) (latest|count|sum)(?: {_FIELD})?(?: of {_FIELD})?"
            r"(?: within (year|[0-9]{1,3} months))?(?: per (member|household))?\Z"
        ),
        ("kind", "measure", "name", "benefit", "within", "per"),
    ),
)
# Bounds where a file gives none: wide, but finite, so that completions can be tried.
_DEFAULTS: dict[str, tuple[Any, Any]] = {
    "integer": (0, 1_000_000),
    "money": (0, 100_000_000_000),
    "number": (Fraction(-1_000_000_000), Fraction(1_000_000_000)),
    "date": (date(1900, 1, 1), date(2199, 12, 31)),
}


def read_facts_file(context: Context, root: Node, sections: dict[str, Label]) -> dict[str, Fact]:
    """Every fact; its names and labels are made known to expressions."""
    facts: dict[str, Fact] = {}
    shown: list[tuple[str, Scalar | None]] = []
    entries = root.entries if isinstance(root, Mapping) else ()
    if not isinstance(root, Mapping):
        context.source.fault("expected_mapping", root.where)
    for scalar, node in entries:
        name = read_name(context.source, scalar)
        if "-" in name:
            context.source.fault("expected_name", scalar.where, text=name)
        context.claim(name, scalar.where)
        block = context.source.block(node, _KEYS)
        facts[name] = _fact(context, name, scalar.where, block, sections)
        if "type" in block.wrong:
            context.names.spoilt.add(name)
        shown.append((name, block.expression("shown_when")))
        _learn(context, facts[name])
    for name, expression in shown:
        tree = context.expression(expression, YES_NO)
        if tree is not None:
            facts[name] = Fact(**{**_fields(facts[name]), "shown_when": tree})
    context.used.clear()  # showing a field is no use of it in a rule
    return facts


def _fields(fact: Fact) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in Fact.__slots__}


def _learn(context: Context, fact: Fact) -> None:
    context.names.add(fact.name, fact.kind, fact.zh)
    context.facts.add(fact.name)
    low, high = fact.low, fact.high
    if fact.type == "money" and isinstance(low, int) and isinstance(high, int):
        context.names.ranges[fact.name] = (Fraction(low, 100), Fraction(high, 100))
    elif isinstance(low, date) and isinstance(high, date):
        context.names.days[fact.name] = (low, high)
    elif isinstance(low, (int, Fraction)) and isinstance(high, (int, Fraction)):
        context.names.ranges[fact.name] = (Fraction(low), Fraction(high))


def _fact(
    context: Context, name: str, where: str, block: Block, sections: dict[str, Label]
) -> Fact:
    kind = block.choice("type", KINDS, default="text")
    choices = _choices(context, block, kind)
    low, high = _range(context, block, kind)
    section = block.text("section") or None
    if section is not None and section not in sections:
        near = hint(section, sections)
        context.source.fault("unknown_section", block.at("section"), name=section, hint=near)
    return Fact(
        name=name,
        type=kind,
        low=low,
        high=high,
        choices=choices,
        zh=block.text("zh"),
        en=block.text("en"),
        help_zh=block.text("help_zh"),
        help_en=block.text("help_en"),
        asked=block.text("asked") or None,
        source=_source(context, block),
        annex=block.text("annex") or None,
        section=section,
        shown_when=None,
        required=block.yes_no("required"),
        unit=block.text("unit"),
        where=where,
    )


def _choices(context: Context, block: Block, kind: str) -> dict[str, Label]:
    found = {name: choice.label() for name, choice in block.named("choices", "zh en")}
    if kind in ("choice", "set") and not found:
        context.source.fault("fact_needs_choices", block.where)
    if kind not in ("choice", "set") and block.has("choices"):
        context.source.fault("fact_no_choices", block.at("choices"))
    return found


def _range(context: Context, block: Block, kind: str) -> tuple[Any, Any]:
    default = _DEFAULTS.get(kind, (None, None))
    written = block.scalar("range")
    if written is None:
        return default
    if kind not in _DEFAULTS:
        context.source.fault("fact_no_range", written.where)
        return default
    low_text, dots, high_text = written.text.partition("..")
    low, high = _bound(low_text.strip(), kind), _bound(high_text.strip(), kind)
    if not dots or low is None or high is None or low > high:
        context.source.fault("expected_range", written.where, text=written.text)
        return default
    return low, high


def _bound(text: str, kind: str) -> Any:
    if kind == "date":
        return parse_date(text)
    if kind == "money":
        return parse_money(text)
    if not _NUMBER.match(text):
        return None
    value = Fraction(text)
    if kind == "integer":
        return int(value) if value.denominator == 1 else None
    return value


def _source(context: Context, block: Block) -> FactSource | None:
    written = block.scalar("from")
    if written is None:
        return None
    for pattern, fields in _SOURCES:
        match = pattern.match(written.text)
        if match:
            found = dict(zip(fields, match.groups(), strict=True))
            found["name"] = found["name"] or ""
            given = {key: value for key, value in found.items() if value is not None}
            if given.get("within", "").endswith(" months"):
                given["within"] = given["within"].removesuffix(" months")
            years = _years(context, written, given.pop("years", None))
            return FactSource(**given, years=years)
    context.source.fault("fact_source", written.where, text=written.text)
    return None


def _years(context: Context, written: Scalar, text: str | None) -> tuple[int, int] | None:
    """How far from the year of a date a typed year may lie: `-1..0` is the one before or the same."""
    if text is None:
        return None
    low, high = (int(bound) for bound in text.split(".."))
    if low > high:
        context.source.fault("expected_range", written.where, text=text)
        return None
    return low, high


def check_sources(
    context: Context, facts: dict[str, Fact], parameters: dict[str, Parameter]
) -> None:
    """Sources that name facts and parameters name real ones of the right kind."""
    for fact in facts.values():
        source = fact.source
        if source is None or context.names.spoilt & {fact.name, source.name, source.by}:
            continue
        if source.kind == "year":
            named = facts.get(source.name)
            if named is None or named.type != "date" or fact.type != "integer":
                context.source.fault("fact_source_kind", fact.where, name=source.name)
        elif source.kind == "parameter":
            _check_parameter_source(context, fact, source, parameters)


def _check_parameter_source(
    context: Context, fact: Fact, source: FactSource, parameters: dict[str, Parameter]
) -> None:
    parameter = parameters.get(source.name)
    if parameter is None:
        near = hint(source.name, parameters)
        context.source.fault("unknown_parameter", fact.where, name=source.name, hint=near)
        return
    context.used.add(source.name)
    numeric = fact.type == parameter.type or {fact.type, parameter.type} <= {"integer", "number"}
    if parameter.by != source.by or not numeric or period_factor(fact, parameter) is None:
        context.source.fault("fact_source_kind", fact.where, name=source.name)


_PERIODS = {"year": 12, "month": 1}


def period_factor(fact: Fact, parameter: Parameter) -> Fraction | None:
    """What a parameter's value is multiplied by to be in the unit of the fact (month → year)."""
    ours, theirs = fact.unit.rpartition("/")[2], parameter.unit.rpartition("/")[2]
    if not fact.unit or ours == theirs:
        return Fraction(1)
    if ours in _PERIODS and theirs in _PERIODS:
        return Fraction(_PERIODS[ours], _PERIODS[theirs])
    return None


# parameters ---------------------------------------------------------------------------------


def read_parameters_file(
    context: Context, root: Node, facts: dict[str, Fact]
) -> dict[str, Parameter]:
    parameters: dict[str, Parameter] = {}
    if not isinstance(root, Mapping):
        context.source.fault("expected_mapping", root.where)
        return parameters
    for scalar, node in root.entries:
        name = read_name(context.source, scalar)
        context.claim(name, scalar.where)
        if isinstance(node, Mapping):
            parameters[name] = found = _parameter(context, name, scalar.where, node, facts)
            context.names.add(name, found.kind, found.label.zh if found.label.zh != name else "")
            _learn_parameter(context, found, facts)
        else:
            context.source.fault("expected_mapping", node.where)
    return parameters


def _learn_parameter(context: Context, parameter: Parameter, facts: dict[str, Fact]) -> None:
    """Its values over time, and between which of them it always lies."""
    factor = Fraction(1, 100) if parameter.type == "money" else Fraction(1)
    by = facts[parameter.by] if parameter.by else None
    periods: list[tuple[date, Any]] = []
    every: list[Fraction] = []
    for since, value in parameter.values:
        made: Any = None
        if isinstance(value, dict):
            made = {choice: own * factor for choice, own in value.items()}
            every += made.values()
        elif value is not None:
            made = value * factor
            every.append(made)
        periods.append((since, made))
    ref = t.Ref(by.name, by.kind, (0, 0)) if by is not None else None
    context.names.dated[parameter.name] = Dated(parameter.name, parameter.kind, tuple(periods), ref)
    if every:
        context.names.ranges[parameter.name] = (min(every), max(every))


def _parameter(
    context: Context, name: str, where: str, node: Mapping, facts: dict[str, Fact]
) -> Parameter:
    dated = [(key, value) for key, value in node.entries if key.text[:1].isdigit()]
    plain = tuple(entry for entry in node.entries if not entry[0].text[:1].isdigit())
    block = context.source.block(
        Mapping(plain, node.place), " ".join(f"{key}?" for key in _PARAMETER_KEYS)
    )
    unit = block.text("unit", "yuan")
    kind = block.choice(
        "type", ("money", "number", "integer"), "money" if unit.startswith("yuan") else "number"
    )
    by = block.text("by") or None
    if by is not None and (by not in facts or facts[by].type != "choice"):
        near = hint(by, [fact.name for fact in facts.values() if fact.type == "choice"])
        if by not in context.names.spoilt:
            context.source.fault("unknown_fact", block.at("by"), name=by, hint=near)
        by = None
        context.names.spoilt.add(name)
    elif "type" in block.wrong:
        context.names.spoilt.add(name)
    values = []
    for key, value in dated:
        since = read_date(context.source, key)
        if name not in context.names.spoilt:
            values.append((since, _value(context, value, kind, facts[by] if by else None)))
    if not dated:
        context.source.fault("parameter_no_dates", node.where)
    zh, en = block.text("zh", name), block.text("en", name)
    return Parameter(
        name,
        kind,
        Label(zh, en),
        block.text("clause"),
        unit,
        by,
        block.yes_no("placeholder"),
        tuple(sorted(values, key=lambda pair: pair[0])),
        where,
    )


def _value(context: Context, node: Node, kind: str, by: Fact | None) -> Any:
    """A value: money in fen, a Fraction, one per choice, or None for "ended"."""
    if isinstance(node, Scalar) and node.text == "ended":
        return None
    if by is not None:
        block = context.source.own(node, " ".join(f"{choice}?" for choice in by.choices))
        for choice in by.choices:
            if not block.has(choice):
                context.source.fault("parameter_choice_missing", node.where, choice=choice)
        return {choice: _single(context, value, kind) for choice, value in block.nodes.items()}
    return _single(context, node, kind)


def _single(context: Context, node: Node, kind: str) -> int | Fraction:
    if not isinstance(node, Scalar):
        context.source.fault("expected_text", node.where)
        return 0
    if kind == "money":
        money = parse_money(node.text)
        if money is None:
            context.source.fault("expected_money", node.where, text=node.text)
        return money or 0
    percent = node.text.endswith("%")
    digits = node.text.removesuffix("%")
    if not _NUMBER.match(digits):
        context.source.fault("expected_number", node.where, text=node.text)
        return Fraction(0)
    value = Fraction(digits) / 100 if percent else Fraction(digits)
    if (value * 1_000_000).denominator != 1:
        context.source.fault("expected_number", node.where, text=node.text)
    if kind == "integer" and value.denominator != 1:
        context.source.fault("expected_integer", node.where, text=node.text)
    return int(value) if kind == "integer" else value
