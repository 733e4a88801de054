"""A checked tree in the words of the policy's files: labels for names, 且 or `and` for signs.

A reading aid: what is decided comes from the tree itself. What the engine adds to a policy of its
own (a table's row, a way, what a cap leaves) has no name that anybody gave it and is written out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property

from engine.labels import Label
from engine.language import tree as t
from engine.language.functions import FUNCTIONS
from engine.language.lexer import Token, tokens
from engine.model import Condition, Policy
from engine.words import chinese_date, english_date

TOTAL = "benefits_total"

_WORDS = {
    "=": "是", "!=": "不是", "<": "小于", "<=": "不大于", ">": "大于", ">=": "不小于",
    "and": "且", "or": "或", "not": "非", "in": "属于", "if": "如果", "then": "那么",
    "else": "否则",
}  # fmt: skip
_OF_NUMBERS = {"=": "等于", "!=": "不等于"}
_STRENGTH = {"or": 1, "and": 2, "compare": 3, "+": 4, "-": 4, "*": 5, "/": 5}


_JOINED = re.compile("[且或、，；（ ]")
"""What makes a label look like a sentence of its own: it is quoted then."""


class Phrases:
    """The words of one policy in one language ("zh" or "en"). `named` are further names with their
    titles, as the fields of a record, which go before the policy's."""

    def __init__(
        self, policy: Policy, lang: str = "zh", named: Mapping[str, Label] | None = None
    ) -> None:
        self.policy, self.lang = policy, lang
        self.labels = {**labels_of(policy), **(named or {})}
        self.trees = policy.trees

    def of(self, tree: t.Tree) -> str:
        """The tree in words, brackets only where they are needed."""
        return self._of(tree)[0]

    def condition(self, condition: Condition) -> str:
        """One condition of a rule; by its text where its tree has functions written out."""
        if is_written_out(condition.tree):
            return self.written(condition.text)
        return self.of(condition.tree)

    def written(self, text: str) -> str:
        """An expression as a file writes it, with labels for names and the words of the language;
        for what the checked tree has written out. A choice whose label is not certain stays."""
        known = {label.zh: name for name, label in self.labels.items()}
        words = {*known, *self._choices} - {word for word in known if word.isascii()}
        parts: list[str] = []
        end = 0
        for token in tokens(text, {word for word in words if not word.isascii()}):
            if token.kind == "end":
                break
            parts += [text[end : token.start], self._token(token, text, known)]
            end = token.end
        return " ".join("".join(parts).split()) if self.lang == "en" else "".join(parts)

    def _token(self, token: Token, text: str, known: dict[str, str]) -> str:
        raw = text[token.start : token.end]
        if token.kind == "word":
            if token.value in FUNCTIONS:
                return FUNCTIONS[token.value].zh if self.lang == "zh" else token.value
            name = known.get(token.value, token.value)
            if name in self.labels:
                return self.name(name)
            return self._choices.get(token.value, raw)
        if token.kind in ("keyword", "sign"):
            if self.lang == "zh":
                return raw if not raw.isascii() else _WORDS.get(token.value, raw)
            shown = {"to": "..", "between_open": "between", "between_close": ""}
            word = shown.get(token.value, token.value)
            return word if raw.isascii() or word == ".." else f" {word} "
        return raw

    @cached_property
    def _choices(self) -> dict[str, str]:
        """Choices by id and label, where all facts that have one call it the same."""
        found: dict[str, set[str]] = {}
        kinds = [fact.kind for fact in self.policy.facts.values()]
        kinds += [table.kind for table in self.policy.tables.values()]
        for kind in (*kinds, *(column.tree.type for column in self._columns())):
            for choice, label in kind.choices.items():
                for word in (choice, label.zh):
                    found.setdefault(word, set()).add(label.text(self.lang))
        return {word: labels.pop() for word, labels in found.items() if len(labels) == 1}

    def _columns(self) -> Iterator[Condition]:
        for table in self.policy.tables.values():
            yield from table.columns

    def name(self, name: str) -> str:
        """The label of a name; the name itself where it has none."""
        label = self.labels.get(name)
        shown = label.text(self.lang) if label is not None else name
        return f"“{shown}”" if self.lang == "zh" and _JOINED.search(shown) else shown

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
            return chinese_date(value) if self.lang == "zh" else english_date(value)
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


def is_written_out(tree: t.Tree) -> bool:
    """Whether a tree holds a function that was written out over others (engine.language.sugar)."""
    return any(
        isinstance(node, (t.Call, t.Arith, t.If))
        and any(
            child.span == node.span and not isinstance(child, (t.Ref, t.Const))
            for child in t.children(node)
        )
        for node in t.walk(tree)
    )


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
    found[TOTAL] = Label("各项合计", "all benefits together")
    for benefit in policy.benefits:
        own = benefit.label
        found[f"granted:{benefit.id}"] = found[f"worth:{benefit.id}"] = own
        left = Label(f"{own.zh}的封顶余额", f"what the caps leave for {own.en}")
        found[f"room:{benefit.id}"] = left
    for way in policy.ways:
        category = f"category:{way.category}"
        if category not in found or way.id == way.category:
            found[category] = way.label
        found[f"way:{way.id}"] = way.label
        found |= {ground.counted: ground.rule.label for ground in way.grounds}
    return found
