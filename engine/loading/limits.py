"""What limits several benefits together: the highest only, and caps with a running total.

Both become parts of each benefit's condition and amounts, so that every evaluator and every
explanation sees them as it sees any other rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.labels import Label
from engine.language import tree as t
from engine.language.types import INTEGER, MONEY
from engine.loading.context import Context, conjunction, truth
from engine.model import Benefit, Cap, Condition, Tier
from engine.source import Block, Scalar, hint

_CHOOSE_KEYS = "id clause? zh en of"
_CAP_KEYS = "id clause? zh en most used? of?"
_NONE = t.Const(Fraction(0), INTEGER, (0, 0))
_BELOW = t.Const(Fraction(-1), INTEGER, (0, 0))


@dataclass(frozen=True)
class _Choice:
    """Of these benefits only the one with the highest amount is given, the first of equals."""

    label: Label
    of: tuple[str, ...]


class Limits:
    """Reads `choose` and `caps` and applies them to the benefits as written."""

    def __init__(self, context: Context, written: Sequence[Benefit]) -> None:
        self.context, self.written = context, list(written)
        self.ids = [benefit.id for benefit in written]
        self.choices: list[_Choice] = []
        self.caps: list[Cap] = []

    def read_choices(self, block: Block) -> None:
        for item in block.blocks("choose", _CHOOSE_KEYS):
            self._own_id(item)
            of = self._of(item)
            if len(of) < 2:
                self.context.source.fault("choose_two", item.where)
            self._need_amounts(item, of)
            self.choices.append(_Choice(item.label(), of))

    def read_caps(self, block: Block) -> None:
        for item in block.blocks("caps", _CAP_KEYS):
            id_ = self._own_id(item)
            of = self._of(item) if item.has("of") else tuple(self.ids)
            most = self.context.expression(item.expression("most"), MONEY)
            used = self.context.expression(item.expression("used"), MONEY)
            if len(of) > 1:
                self._need_amounts(item, of[:-1])
            if most is None or (used is None and item.has("used")):
                continue
            self.caps.append(
                Cap(id_, item.label(), item.text("clause"), most, used, of, item.where)
            )

    def _own_id(self, item: Block) -> str:
        id_ = item.name_of("id")
        self.context.claim(f"limit:{id_}", item.at("id"))
        return id_

    def _of(self, item: Block) -> tuple[str, ...]:
        """Benefits by their ids, in the order of the file."""
        named: list[Scalar] = list(item.scalars("of"))
        for scalar in named:
            if scalar.text not in self.ids:
                near = hint(scalar.text, self.ids)
                self.context.source.fault("unknown_name", scalar.where, name=scalar.text, hint=near)
        return tuple(id_ for id_ in self.ids if id_ in {scalar.text for scalar in named})

    def _need_amounts(self, item: Block, of: Sequence[str]) -> None:
        """What is compared or counted before others must have an amount that the rules give."""
        for benefit in self.written:
            if benefit.id in of and any(tier.mode != "fixed" for tier in benefit.tiers):
                self.context.source.fault("limit_needs_fixed", item.where, benefit=benefit.id)

    # applying ----------------------------------------------------------------------------
    def finish(self) -> tuple[Benefit, ...]:
        """The benefits with everything that limits them, their definitions made."""
        worth = self._worths()
        granted: dict[str, t.Tree] = {}
        return tuple(self._limited(benefit, worth, granted) for benefit in self.written)

    def _worths(self) -> dict[str, t.Tree]:
        """Per benefit to be chosen among what it would give, below zero where it does not hold."""
        chosen = {id_ for choice in self.choices for id_ in choice.of}
        found: dict[str, t.Tree] = {}
        for benefit in self.written:
            if benefit.id in chosen:
                name = f"worth:{benefit.id}"
                tree = t.If(benefit.rule.when, chain(benefit.tiers), _BELOW, MONEY, (0, 0))
                self.context.define(name, tree)
                found[benefit.id] = t.Ref(name, MONEY, (0, 0))
        return found

    def _limited(
        self, benefit: Benefit, worth: dict[str, t.Tree], granted: dict[str, t.Tree]
    ) -> Benefit:
        rule = benefit.rule
        parts, conditions = [rule.when], list(rule.conditions)
        for choice in self.choices:
            if benefit.id in choice.of:
                highest = _highest(benefit.id, choice.of, worth)
                parts.append(highest)
                conditions.append(Condition(choice.label.zh, highest))
        tiers = benefit.tiers
        room = self._room(benefit, granted)
        if room is not None:
            some = t.Compare(">", room, _NONE, (0, 0))
            parts.append(some)
            labels = [cap.label.zh for cap in self.caps if benefit.id in cap.of]
            conditions.append(Condition("、".join(labels), some))
            tiers = tuple(_within(tier, room) for tier in tiers)
        whole = conjunction(parts) if len(parts) > 1 else rule.when
        self.context.define(rule.name, whole)
        made = replace(
            benefit,
            rule=self.context.rule(replace(rule, when=whole, conditions=tuple(conditions))),
            tiers=tiers,
        )
        self._counted(made, granted)
        return made

    def _room(self, benefit: Benefit, granted: dict[str, t.Tree]) -> t.Tree | None:
        """What the caps leave for a benefit, after those before it."""
        lefts: list[t.Tree] = []
        for cap in self.caps:
            if benefit.id in cap.of:
                left = cap.most
                if cap.used is not None:
                    left = t.Arith("-", left, cap.used, MONEY, (0, 0))
                for id_ in cap.of[: cap.of.index(benefit.id)]:
                    left = t.Arith("-", left, granted[id_], MONEY, (0, 0))
                lefts.append(left)
        if not lefts:
            return None
        name = f"room:{benefit.id}"
        whole = lefts[0] if len(lefts) == 1 else t.Call("min", tuple(lefts), MONEY, (0, 0))
        self.context.define(name, whole)
        return t.Ref(name, MONEY, (0, 0))

    def _counted(self, benefit: Benefit, granted: dict[str, t.Tree]) -> None:
        """What a later benefit under the same cap takes as given."""
        if any(benefit.id in cap.of[:-1] for cap in self.caps):
            name = f"granted:{benefit.id}"
            self.context.define(name, granted_tree(benefit))
            granted[benefit.id] = t.Ref(name, MONEY, (0, 0))


def _highest(id_: str, of: Sequence[str], worth: dict[str, t.Tree]) -> t.Tree:
    """More than each earlier one and at least as much as each later one."""
    place = of.index(id_)
    tests = tuple(
        t.Compare(">" if other < place else ">=", worth[id_], worth[name], (0, 0))
        for other, name in enumerate(of)
        if other != place
    )
    return conjunction(tests)


def _within(tier: Tier, room: t.Tree) -> Tier:
    """The tier's amounts, no more than the room; what is free becomes a cap."""

    def least(tree: t.Tree | None) -> t.Tree | None:
        return None if tree is None else t.Call("min", (tree, room), MONEY, (0, 0))

    if tier.mode == "discretion":
        return replace(tier, mode="cap", high=room)
    return replace(tier, amount=least(tier.amount), low=least(tier.low), high=least(tier.high))


def granted_tree(benefit: Benefit) -> t.Tree:
    """The amount of a benefit: what is fixed, or the most; nothing where it is not given."""
    given = truth(benefit.rule.name)
    return t.If(given, chain(benefit.tiers), _NONE, MONEY, (0, 0))


def chain(tiers: Sequence[Tier]) -> t.Tree:
    """The amount of the first tier that holds."""
    found: t.Tree = _NONE
    for tier in reversed(tiers):
        amount = tier.amount if tier.amount is not None else tier.high
        own = amount if amount is not None else _NONE
        always = isinstance(tier.rule.when, t.Const) and tier.rule.when.value is True
        found = own if always else t.If(truth(tier.rule.name), own, found, MONEY, (0, 0))
    return found
