"""The cases of a policy: named sentences with facts and what is expected, and rule coverage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Given
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from engine.assessment import Assessment, assess
from engine.caseexpect import TRUTHS, word_faults
from engine.casewriting import amount, value
from engine.coverage import Coverage, Share
from engine.faults import Fault, Refused
from engine.messages import register, text
from engine.model import Policy
from engine.source import Mapping, Node, Scalar, Sequence, Source, hint, parse_money

_LISTS = ("grounds", "denials", "missing", "evidence", "approvals", "escalations", "warnings")
_WORDS = ("outcome", "category")

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
    }
)


@dataclass(frozen=True)
class Case:
    """One case; `expect` maps a key to the node that says what it should be, `places` a given fact
    to where its value stands."""

    name: str
    where: str
    given: dict[str, Any]
    places: dict[str, str]
    expect: tuple[tuple[Scalar, Node], ...]

    def refused(self, refused: Refused) -> list[Fault]:
        """What is wrong with its facts, each with the place of its value, or of the case where it
        is not given."""
        faults = refused.faults
        return [Fault(f.code, f.params, self.places.get(f.where or "", self.where)) for f in faults]


@dataclass(frozen=True)
class Tested:
    """What running the cases found."""

    cases: int
    faults: tuple[Fault, ...]
    coverage: Coverage

    @property
    def shares(self) -> tuple[Share, ...]:
        """What of the policy the cases touch: rules both ways, rows, boundaries."""
        return self.coverage.shares()

    @property
    def uncovered(self) -> tuple[Fault, ...]:
        """The rules that lack a case in which they hold, or one in which they do not."""
        return self.coverage.of_rules().lacking

    def document(self, examples: Iterable[Given[str, Any] | None] = ()) -> dict[str, Any]:
        """What `test --json` prints: texts in both languages, with an example case of each place
        around a boundary that no case touches, where one is known."""
        found: dict[str, Any] = {}
        for share in self.shares:
            lacking = [_worded(fault) for fault in share.lacking]
            found[share.kind] = {"all": share.all, "covered": share.covered, "lacking": lacking}
        for lacked, example in zip(found["boundaries"]["lacking"], examples, strict=False):
            lacked["example"] = example
        differences = [_worded(fault) for fault in self.faults]
        return {"cases": self.cases, "differences": differences, "coverage": found}


def _worded(fault: Fault) -> dict[str, Any]:
    words = {lang: text(fault, lang) for lang in ("zh", "en")}
    return {"code": fault.code, "where": fault.where, **words}


def read_cases(policy: Policy, source: Source | None = None) -> tuple[Case, ...]:
    """Every case of the policy's folder; Refused with every fault in how they are written."""
    source = Source() if source is None else source
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
        places: dict[str, str] = {}
        for key, given_value in block.entries("given"):
            if key.text not in policy.facts:
                near = hint(key.text, policy.facts)
                source.fault("fact_unknown_name", key.where, name=key.text, hint=near)
            given[key.text], places[key.text] = _raw(given_value), given_value.where
        expect = block.entries("expect")
        for key, _ in expect:
            if key.text not in keys:
                source.fault("unknown_key", key.where, key=key.text, hint=hint(key.text, keys))
        yield Case(block.text("name"), node.where, given, places, tuple(expect))


def _raw(node: Node) -> Any:
    """A node as JSON would have it; texts stay texts, which facts read by their type."""
    if isinstance(node, Scalar):
        return None if node.is_null else node.text
    if isinstance(node, Sequence):
        return [_raw(item) for item in node.items]
    return {key.text: _raw(value) for key, value in node.entries}


def facts_faults(policy: Policy, cases: Iterable[Case]) -> list[Fault]:
    """The cases whose facts cannot be read: a value out of range, no such choice, a date on which
    the policy is not in force."""
    faults: list[Fault] = []
    for case in cases:
        try:
            policy.read_facts(case.given)
        except Refused as refused:
            faults += case.refused(refused)
    return faults


# running ------------------------------------------------------------------------------------


def run_cases(policy: Policy, cases: tuple[Case, ...]) -> Tested:
    """Assess every case: what differs from what was expected, and what no case touches."""
    faults: list[Fault] = []
    coverage = Coverage(policy)
    for case in cases:
        try:
            found = assess(policy, policy.read_facts(case.given))
        except Refused as refused:
            faults += case.refused(refused)
            continue
        coverage.add(found)
        faults += _differences(policy, case, found)
    return Tested(len(cases), tuple(faults), coverage)


def expect_faults(policy: Policy, cases: Iterable[Case]) -> list[Fault]:
    """The words that cases expect and no answer can hold: misspelt, or of a rule that is gone."""
    return [
        fault
        for case in cases
        for key, node in case.expect
        for fault in word_faults(policy, key.text, node)
    ]


def _differences(policy: Policy, case: Case, found: Assessment) -> Iterator[Fault]:
    for key, node in case.expect:
        wrong = list(word_faults(policy, key.text, node))
        yield from wrong
        if not wrong:
            yield from _difference(case, key.text, node, found)


def _difference(case: Case, key: str, node: Node, found: Assessment) -> Iterator[Fault]:
    """What is expected under one key and what was found, both as a case writes them."""
    if key in (*_WORDS, *_LISTS, "proposed_ok", "outputs"):
        wanted, actual = _sides(key, node, found)
        shown = value(wanted), value(actual)
    else:
        wanted, actual = _wanted_amount(node), _actual_amount(found, key)
        if wanted is None:
            yield Fault("case_amount", {"text": value(_raw(node))}, node.where)
            return
        shown = amount(wanted), amount(actual)
    if wanted != actual:
        params = {"case": case.name, "key": key, "wanted": shown[0], "found": shown[1]}
        yield Fault("case_failed", params, node.where)


def _sides(key: str, node: Node, found: Assessment) -> tuple[Any, Any]:
    """What is expected under a key that is no benefit, and what the answer holds there."""
    raw = _raw(node)
    if key in _WORDS:
        return raw, getattr(found, key)
    if key in _LISTS:
        return _list(node), list(getattr(found, key))
    if key == "proposed_ok":
        return None if raw is None else TRUTHS.get(str(raw), raw), found.proposed_ok
    shown = found.document()["outputs"]
    return raw, {name: _text(shown.get(name)) for name in raw} if isinstance(raw, dict) else shown


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
