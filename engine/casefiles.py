"""The cases of a policy: named sentences with facts and what is expected, and rule coverage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from engine.assessment import Assessment, assess
from engine.faults import Fault, Refused
from engine.language import tree as t
from engine.messages import register
from engine.model import Policy, Rule
from engine.source import Mapping, Node, Scalar, Sequence, Source, hint, parse_money

_LISTS = ("grounds", "denials", "missing", "evidence", "approvals", "escalations")
_WORDS = ("outcome", "category")
_TRUTHS = {"yes": True, "true": True, "no": False, "false": False}

register(
    {
        "case_failed": (
            "“{case}”的 {key}：应为 {wanted}，实为 {found}。",
            '"{case}": {key} should be {wanted}, but is {found}.',
        ),
        "case_twice": (
            "情形“{name}”写了两次，前一处在 {first}。",
            'The case "{name}" stands twice, first at {first}.',
        ),
        "case_amount": (
            "看不懂应发“{text}”：可写元数、{{min: , max: }}、{{cap: }}、discretion、undetermined 或 none。",
            'The amount "{text}" is not understood: write yuan, {{min: , max: }}, {{cap: }}, '
            "discretion, undetermined or none.",
        ),
        "rule_never_true": (
            "规则“{rule}”（{clause}）没有一个成立的情形，请补一例。",
            'No case in which the rule "{rule}" ({clause}) holds; add one.',
        ),
        "rule_never_false": (
            "规则“{rule}”（{clause}）没有一个不成立的情形，请补一例。",
            'No case in which the rule "{rule}" ({clause}) does not hold; add one.',
        ),
    }
)


@dataclass(frozen=True)
class Case:
    """One case; `expect` maps a key to the node that says what it should be."""

    name: str
    where: str
    given: dict[str, Any]
    expect: tuple[tuple[Scalar, Node], ...]


@dataclass(frozen=True)
class Tested:
    """What running the cases found."""

    cases: int
    faults: tuple[Fault, ...]
    uncovered: tuple[Fault, ...]
    rules: int


def read_cases(policy: Policy) -> tuple[Case, ...]:
    """Every case of the policy's folder; Refused with every fault in how they are written."""
    source = Source()
    cases: list[Case] = []
    names: dict[str, str] = {}
    for path in sorted(policy.files):
        if PurePosixPath(path).parts[0] == "cases" and path.endswith((".yaml", ".yml")):
            for case in _file(policy, source, source.read(path, policy.files[path])):
                if case.name in names:
                    first = names[case.name]
                    source.fault("case_twice", case.where, name=case.name, first=first)
                names.setdefault(case.name, case.where)
                cases.append(case)
    source.refuse()
    return tuple(cases)


def _file(policy: Policy, source: Source, root: Node) -> Iterator[Case]:
    if not isinstance(root, Sequence):
        source.fault("expected_list", root.where)
        return
    keys = [*_WORDS, *_LISTS, "proposed_ok", "outputs", *(b.id for b in policy.benefits)]
    for node in root.items:
        block = source.block(node, "name given expect")
        given: dict[str, Any] = {}
        for key, value in block.entries("given"):
            if key.text not in policy.facts:
                near = hint(key.text, policy.facts)
                source.fault("fact_unknown_name", key.where, name=key.text, hint=near)
            given[key.text] = _raw(value)
        expect = block.entries("expect")
        for key, _ in expect:
            if key.text not in keys:
                source.fault("unknown_key", key.where, key=key.text, hint=hint(key.text, keys))
        yield Case(block.text("name"), node.where, given, tuple(expect))


def _raw(node: Node) -> Any:
    """A node as JSON would have it; texts stay texts, which facts read by their type."""
    if isinstance(node, Scalar):
        return None if node.is_null else node.text
    if isinstance(node, Sequence):
        return [_raw(item) for item in node.items]
    return {key.text: _raw(value) for key, value in node.entries}


# running ------------------------------------------------------------------------------------


def run_cases(policy: Policy, cases: tuple[Case, ...]) -> Tested:
    """Assess every case: what differs from what was expected, and which rules lack a case."""
    faults: list[Fault] = []
    seen: dict[str, set[bool | None]] = {rule.id: set() for rule in policy.all_rules()}
    for case in cases:
        try:
            found = assess(policy, policy.read_facts(case.given))
        except Refused as refused:
            faults += [Fault(f.code, f.params, case.where) for f in refused.faults]
            continue
        for rule, truth in found.truths.items():
            seen[rule].add(truth)
        faults += _differences(policy, case, found)
    rules = [rule for rule in policy.all_rules() if not isinstance(rule.when, t.Const)]
    return Tested(len(cases), tuple(faults), tuple(_uncovered(rules, seen)), len(rules))


def _uncovered(rules: list[Rule], seen: dict[str, set[bool | None]]) -> Iterator[Fault]:
    for rule in rules:
        for truth, code in ((True, "rule_never_true"), (False, "rule_never_false")):
            if truth not in seen[rule.id]:
                yield Fault(code, {"rule": rule.id, "clause": rule.clause}, rule.where)


def _differences(policy: Policy, case: Case, found: Assessment) -> Iterator[Fault]:
    for key, node in case.expect:
        wanted: Any
        actual: Any
        if key.text in _WORDS:
            wanted, actual = _raw(node), getattr(found, key.text)
        elif key.text in _LISTS:
            wanted, actual = _list(node), list(getattr(found, key.text))
        elif key.text == "proposed_ok":
            raw = _raw(node)
            wanted, actual = (
                (None if raw is None else _TRUTHS.get(str(raw), raw)),
                found.proposed_ok,
            )
        elif key.text == "outputs":
            raw = _raw(node)
            shown = found.document()["outputs"]
            wanted = raw
            actual = (
                {name: _text(shown.get(name)) for name in raw} if isinstance(raw, dict) else shown
            )
        else:
            wanted, actual = _wanted_amount(node), _actual_amount(found, key.text)
            if wanted is None:
                yield Fault("case_amount", {"text": _raw(node)}, node.where)
                continue
        if wanted != actual:
            params = {"case": case.name, "key": key.text, "wanted": wanted, "found": actual}
            yield Fault("case_failed", {k: str(v) for k, v in params.items()}, node.where)


def _list(node: Node) -> Any:
    raw = _raw(node)
    return [] if raw is None else raw


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if value is None or isinstance(value, list) else str(value)


def _wanted_amount(node: Node) -> dict[str, Any] | None:
    """An expected benefit: yuan, {min, max}, {cap}, discretion, undetermined or none."""
    if isinstance(node, Scalar):
        if node.text in ("discretion", "undetermined", "none"):
            return {"mode": node.text}
        fen = parse_money(node.text)
        return None if fen is None else {"mode": "fixed", "fen": fen}
    if not isinstance(node, Mapping):
        return None
    given = {
        key.text: parse_money(value.text)
        for key, value in node.entries
        if isinstance(value, Scalar)
    }
    if None in given.values():
        return None
    if set(given) == {"min", "max"}:
        return {"mode": "range", **given}
    return {"mode": "cap", **given} if set(given) in ({"cap"}, {"min", "cap"}) else None


def _actual_amount(found: Assessment, id_: str) -> dict[str, Any]:
    granted = next((g for g in found.benefits if g.id == id_), None)
    if granted is None:
        return {"mode": "none"}
    if granted.mode == "fixed":
        return {"mode": "fixed", "fen": granted.fen}
    if granted.mode == "range":
        return {"mode": "range", "min": granted.min_fen, "max": granted.max_fen}
    if granted.mode == "cap":
        least = {} if granted.min_fen == 1 else {"min": granted.min_fen}
        return {"mode": "cap", **least, "cap": granted.max_fen}
    return {"mode": granted.mode}
