"""A checked tree in the words of the policy's files: labels for names, 且 or `and` for signs.

A reading aid: what is decided comes from the tree itself. What the engine adds to a policy of its
own (a table's row, a way, what a cap leaves) has no name that anybody gave it and is written out.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from engine.labels import Label
from engine.language import tree as t
from engine.language.functions import FUNCTIONS
from engine.model import Policy

TOTAL = "benefits_total"

_WORDS = {
    "=": "是", "!=": "不是", "<": "小于", "<=": "不大于", ">": "大于", ">=": "不小于",
    "and": "且", "or": "或", "not": "非", "in": "属于", "if": "如果", "then": "那么",
    "else": "否则",
}  # fmt: skip
_OF_NUMBERS = {"=": "等于", "!=": "不等于"}
_STRENGTH = {"or": 1, "and": 2, "compare": 3, "+": 4, "-": 4, "*": 5, "/": 5}


class Phrases:
    """The words of one policy in one language ("zh" or "en")."""

    def __init__(self, policy: Policy, lang: str = "zh") -> None:
        self.policy, self.lang = policy, lang
        self.labels = labels_of(policy)
        self.trees = policy.trees

    def of(self, tree: t.Tree) -> str:
        """The tree in words, brackets only where they are needed."""
        return self._of(tree)[0]

    def name(self, name: str) -> str:
        """The label of a name; the name itself where it has none."""
        label = self.labels.get(name)
        return label.text(self.lang) if label is not None else name

    def word(self, word: str) -> str:
        return _WORDS[word] if self.lang == "zh" else word

    def _of(self, tree: t.Tree) -> tuple[str, int]:
        """The words, and how strongly they hold together."""
        if isinstance(tree, t.Const):
            return self._const(tree), 9
        if isinstance(tree, t.Ref):
            if tree.name in self.labels or tree.name not in self.trees:
                return self.name(tree.name), 9
            return self._of(self.trees[tree.name])
        if isinstance(tree, t.Not):
            return f"{self.word('not')} {self._within(tree.item, 9)}", 3
        if isinstance(tree, (t.All, t.Any)):
            word = "and" if isinstance(tree, t.All) else "or"
            strength = _STRENGTH[word]
            parts = [self._within(item, strength + 1) for item in tree.items]
            return f" {self.word(word)} ".join(parts), strength
        if isinstance(tree, t.Compare):
            return self._compare(tree), _STRENGTH["compare"]
        if isinstance(tree, t.OneOf):
            values = self._list([self._const(value) for value in tree.values])
            item = self._within(tree.item, 4)
            return f"{item} {self.word('in')} {values}", _STRENGTH["compare"]
        if isinstance(tree, t.Has):
            chosen = self._choice(tree.item, tree.value)
            return f"{chosen} {self.word('in')} {self._within(tree.item, 4)}", 3
        return self._worked_out(tree)

    def _worked_out(self, tree: t.Tree) -> tuple[str, int]:
        if isinstance(tree, t.Arith):
            strength = _STRENGTH[tree.op]
            left, right = self._within(tree.left, strength), self._within(tree.right, strength + 1)
            return f"{left} {tree.op} {right}", strength
        if isinstance(tree, t.If):
            test, then, other = (self.of(part) for part in (tree.test, tree.then, tree.other))
            words = (
                f"{self.word('if')} {test} {self.word('then')} {then} {self.word('else')} {other}"
            )
            return words, 0
        if isinstance(tree, t.Call):
            short = _short(tree)
            if short is not None:
                tree = short
            name = FUNCTIONS[tree.name].zh if self.lang == "zh" else tree.name
            return f"{name}({', '.join(self.of(arg) for arg in tree.args)})", 9
        raise TypeError(f"no words for {type(tree).__name__}")

    def _within(self, tree: t.Tree, strength: int) -> str:
        words, own = self._of(tree)
        if own >= strength:
            return words
        return f"（{words}）" if self.lang == "zh" else f"({words})"

    def _compare(self, tree: t.Compare) -> str:
        right = self._within(tree.right, 4)
        if isinstance(tree.right, t.Const) and tree.left.type.kind == "choice":
            right = self._choice(tree.left, str(tree.right.value))
        word = self.word(tree.op)
        if self.lang == "zh" and tree.left.type.is_numeric:
            word = _OF_NUMBERS.get(tree.op, word)
        return f"{self._within(tree.left, 4)} {word} {right}"

    def _choice(self, of: t.Tree, value: str) -> str:
        label = of.type.choices.get(value)
        return label.text(self.lang) if label is not None else value

    def _const(self, tree: t.Const) -> str:
        value = tree.value
        if isinstance(value, bool):
            return ("是" if value else "否") if self.lang == "zh" else ("yes" if value else "no")
        if isinstance(value, Fraction):
            return plain_number(value)
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, frozenset):
            return self._list([self._of_type(tree, choice) for choice in sorted(value)])
        return self._of_type(tree, value)

    def _of_type(self, tree: t.Const, value: str) -> str:
        label = tree.type.choices.get(value)
        return label.text(self.lang) if label is not None else f"'{value}'"

    def _list(self, items: list[str]) -> str:
        return f"（{'、'.join(items)}）" if self.lang == "zh" else f"({', '.join(items)})"


def _short(tree: t.Call) -> t.Call | None:
    """The function that was written out as this call of another (engine.language.sugar)."""
    inner = tree.args[0]
    step = tree.args[1] if len(tree.args) > 1 else None
    if not isinstance(inner, t.Call) or not isinstance(step, t.Const):
        return None
    by = (tree.name, inner.name, step.value)
    if by == ("add_months", "start_of_month", 1):
        return t.Call("next_month", inner.args, tree.type, tree.span)
    if by == ("add_days", "add_months", -1) and (month := _short(inner)) is not None:
        return t.Call("end_of_month", month.args, tree.type, tree.span)
    if by == ("add_days", "add_months", 1) and isinstance(year := inner.args[0], t.Call):
        return t.Call("start_of_year", year.args, tree.type, tree.span)
    return None


def plain_number(value: Fraction) -> str:
    """A number as people write it: 1200, 0.5; a fraction without an end stays one: 1/3."""
    if value.denominator == 1:
        return str(value.numerator)
    scaled = value * 1_000_000
    if scaled.denominator == 1:
        sign, digits = "-" if value < 0 else "", f"{abs(scaled.numerator):07d}"
        return f"{sign}{digits[:-6]}.{digits[-6:].rstrip('0')}"
    return str(value)


def labels_of(policy: Policy) -> dict[str, Label]:
    """Every name that the policy's files give a label."""
    found = {name: fact.label for name, fact in policy.facts.items()}
    found |= {name: parameter.label for name, parameter in policy.parameters.items()}
    found |= {d.name: d.label for d in policy.definitions if d.label is not None}
    found |= {f"benefit:{benefit.id}": benefit.label for benefit in policy.benefits}
    found |= {benefit.id: benefit.label for benefit in policy.benefits}
    found[TOTAL] = Label("各项合计", TOTAL)
    for benefit in policy.benefits:
        own = benefit.label
        found[f"granted:{benefit.id}"] = found[f"worth:{benefit.id}"] = own
        left = Label(f"{own.zh}的封顶余额", f"what the caps leave for {own.en}")
        found[f"room:{benefit.id}"] = left
    for way in policy.ways:
        found.setdefault(f"category:{way.category}", way.label)
        found[f"way:{way.id}"] = way.label
        found |= {ground.counted: ground.rule.label for ground in way.grounds}
    return found
