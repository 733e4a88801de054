"""A policy in z3: facts as variables within their ranges, rules as formulas over them.

Money counts in yuan, from whole fen; dates are their ordinals; a choice is the number of its place.
A function of dates that has no plain formula becomes a free variable: what is then impossible is
certain, what seems possible is proved by asking the engine about the witness.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import z3

from engine.calculus import FUNCTIONS
from engine.completions import OTHER_TEXT
from engine.language import tree as t
from engine.language.types import Type
from engine.model import Fact, Parameter, Policy

_SCALE = {"money": 100, "number": 1_000_000}
_SMALL = 64
_ENDS = 10**15


class Encoding:
    """Variables and formulas of one policy; `suffix` tells two copies of a case apart."""

    def __init__(self, policy: Policy, suffix: str = "") -> None:
        self.policy, self.suffix = policy, suffix
        self.domain: list[Any] = []
        """What every case fulfils."""
        self._names: dict[str, Any] = {}
        self._done: dict[object, Any] = {}
        self.free: list[tuple[t.Call, Any, list[Any]]] = []
        """Calls without a plain formula: the variable that stands for each, and its arguments."""
        self.near: list[list[Any]] = []
        """Per call of `free` within what its value must lie."""
        self._names_in: dict[int, tuple[Any, frozenset[str]]] = {}
        self._count = 0
        self.texts = [OTHER_TEXT, *dict.fromkeys(_texts(policy.trees.values()))]
        self.facts = {name: self._variable(fact) for name, fact in policy.facts.items()}
        self._limit_force()

    # facts -------------------------------------------------------------------------------
    def _variable(self, fact: Fact) -> Any:
        name = f"{fact.name}{self.suffix}"
        if fact.type == "yes_no":
            return z3.Bool(name)
        if fact.type == "set":
            return {choice: z3.Bool(f"{name}:{choice}") for choice in fact.choices}
        made = z3.Int(name)
        low, high = self._range(fact)
        self.domain += [made >= low, made <= high]
        return made

    def _range(self, fact: Fact) -> tuple[int, int]:
        if fact.type == "choice":
            return 0, len(fact.choices) - 1
        if fact.type == "text":
            return 0, len(self.texts) - 1
        return _units(fact, fact.low, -_ENDS), _units(fact, fact.high, _ENDS)

    def _limit_force(self) -> None:
        """Only dates on which the policy is in force and every parameter in use has a value."""
        on = self.facts[self.policy.pick_by]
        low, high = self.policy.in_force_from, self.policy.in_force_to
        if low is not None:
            self.domain.append(on >= low.toordinal())
        if high is not None:
            self.domain.append(on <= high.toordinal())

    # names -------------------------------------------------------------------------------
    def named(self, name: str) -> Any:
        """A fact, a parameter or a definition as expressions see it."""
        if name not in self._names:
            self._names[name] = self._named(name)
        return self._names[name]

    def _named(self, name: str) -> Any:
        if name in self.policy.trees:
            return self.of(self.policy.trees[name])
        fact = self.policy.facts.get(name)
        if fact is None:
            return self._parameter(self.policy.parameters[name])
        made = self.facts[name]
        scale = _SCALE.get(fact.type)
        if scale is not None:
            return z3.ToReal(made) / scale
        return z3.ToReal(made) if fact.type == "integer" else made

    def _parameter(self, parameter: Parameter) -> Any:
        """The value in force on the date; the domain is limited to dates that have one."""
        on = self.facts[self.policy.pick_by]
        since = [(day, value) for day, value in parameter.values if value is not None]
        if since:
            self.domain.append(on >= since[0][0].toordinal())
        found: Any = z3.RealVal(0)
        for day, value in parameter.values:
            if value is None:
                self.domain.append(on < day.toordinal())
                continue
            found = z3.If(on >= day.toordinal(), self._dated(parameter, value), found)
        return found

    def _dated(self, parameter: Parameter, value: Any) -> Any:
        if parameter.by is None:
            return _amount(parameter, value)
        choices = list(self.policy.facts[parameter.by].choices)
        found = z3.RealVal(0)
        for number, choice in enumerate(choices):
            if choice in value:
                here = self.facts[parameter.by] == number
                found = z3.If(here, _amount(parameter, value[choice]), found)
        return found

    # trees -------------------------------------------------------------------------------
    def of(self, tree: t.Tree) -> Any:
        key = t.key(tree)
        if key not in self._done:
            self._done[key] = self._of(tree)
        return self._done[key]

    def _of(self, tree: t.Tree) -> Any:
        if isinstance(tree, t.Const):
            return self._const(tree)
        if isinstance(tree, t.Ref):
            return self.named(tree.name)
        if isinstance(tree, t.Not):
            return z3.Not(self.of(tree.item))
        if isinstance(tree, (t.All, t.Any)):
            join = z3.And if isinstance(tree, t.All) else z3.Or
            return join(*[self.of(item) for item in tree.items])
        if isinstance(tree, t.Compare):
            return self._compare(tree.op, tree.left, tree.right)
        if isinstance(tree, t.OneOf):
            return z3.Or(*[self._compare("=", tree.item, const) for const in tree.values])
        if isinstance(tree, t.If):
            return z3.If(self.of(tree.test), self.of(tree.then), self.of(tree.other))
        if isinstance(tree, t.Has):
            held = self.of(tree.item)
            return held[tree.value] if isinstance(held, dict) else self._unknown(tree)
        return self._arith(tree) if isinstance(tree, t.Arith) else self._call(tree)

    def _const(self, tree: t.Const) -> Any:
        value = tree.value
        if isinstance(value, bool):
            return z3.BoolVal(value)
        if isinstance(value, Fraction):
            return z3.Q(value.numerator, value.denominator)
        if isinstance(value, date):
            return z3.IntVal(value.toordinal())
        if isinstance(value, frozenset):
            return {choice: z3.BoolVal(choice in value) for choice in tree.type.choices}
        if tree.type.kind == "choice":
            return z3.IntVal(list(tree.type.choices).index(value))
        return z3.IntVal(self.texts.index(value))

    def _compare(self, op: str, left: t.Tree, right: t.Tree) -> Any:
        if left.type.kind == "choice" and tuple(left.type.choices) != tuple(right.type.choices):
            return self._unknown(left, z3.BoolSort())
        a, b = self.of(left), self.of(right)
        if isinstance(a, dict) or isinstance(b, dict):
            return self._unknown(left, z3.BoolSort())
        table = {"=": a == b, "!=": a != b}
        if op in table:
            return table[op]
        return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]

    def _arith(self, tree: t.Arith) -> Any:
        left, right = self.of(tree.left), self.of(tree.right)
        if tree.op == "+":
            return left + right
        if tree.op == "-":
            return left - right
        if tree.op == "/":
            return left / right
        for small, other in ((tree.left, right), (tree.right, left)):
            spread = self._spread(small, other)
            if spread is not None:
                return spread
        return left * right

    def _spread(self, tree: t.Tree, other: Any) -> Any | None:
        """A product with a fact of few values as a choice among products with numbers, which z3
        solves well; None where it is none."""
        fact = self.policy.facts.get(tree.name) if isinstance(tree, t.Ref) else None
        if fact is None or fact.type != "integer" or z3.is_rational_value(other):
            return None
        low, high = self._range(fact)
        if high - low >= _SMALL:
            return None
        made = other * high
        for value in range(high - 1, low - 1, -1):
            made = z3.If(self.facts[fact.name] == value, other * value, made)
        return made

    def _call(self, tree: t.Tree) -> Any:
        if not isinstance(tree, t.Call):
            raise TypeError(f"no formula for {type(tree).__name__}")
        args = [self.of(arg) for arg in tree.args]
        if tree.name in ("min", "max"):
            found = args[0]
            for arg in args[1:]:
                found = z3.If(arg < found if tree.name == "min" else arg > found, arg, found)
            return found
        if tree.name in ("round", "round_up", "round_down"):
            return _rounded(tree.name, args[0], args[1] if len(args) > 1 else z3.RealVal(1))
        if tree.name == "days_between":
            return z3.ToReal(args[1] - args[0])
        if tree.name == "add_days":
            return args[0] + z3.ToInt(args[1])
        if tree.name == "year":
            return self._year(args[0])
        return self._stands_for(tree, args)

    def _stands_for(self, tree: t.Call, args: list[Any]) -> Any:
        """A free variable for a function of dates, kept within what months can be."""
        made = self._unknown(tree)
        if tree.type.kind == "integer":
            self._count += 1
            made = z3.ToReal(z3.Int(f"free{self._count}{self.suffix}"))
        self.near.append(_near(tree.name, made, args))
        self.free.append((tree, made, args))
        return made

    def calls_in(self, claims: Sequence[Any]) -> list[int]:
        """The calls without a plain formula on which claims rest, through their arguments too.

        Those of other questions would only burden the solver: it knows nothing of them to use.
        """
        names: set[str] = set()
        for claim in claims:
            names |= self._names_of(claim)
        found: list[int] = []
        for number in range(len(self.free) - 1, -1, -1):  # arguments stand before what uses them
            _, made, args = self.free[number]
            if self._names_of(made) & names:
                found.append(number)
                for arg in args:
                    names |= self._names_of(arg)
        return found

    def _names_of(self, formula: Any) -> frozenset[str]:
        """The variables of a formula."""
        known = self._names_in.get(formula.get_id())
        if known is None:
            found: frozenset[str] = frozenset()
            if z3.is_const(formula):
                if formula.decl().kind() == z3.Z3_OP_UNINTERPRETED:
                    found = frozenset((formula.decl().name(),))
            else:
                found = found.union(*map(self._names_of, formula.children()))
            known = self._names_in[formula.get_id()] = (formula, found)  # kept, so is its id
        return known[1]

    def settled(self, model: Any, calls: Sequence[int]) -> list[tuple[Any, Any]]:
        """For these calls: that their arguments are those of a model, and their values for them."""
        found = []
        for tree, made, args in (self.free[number] for number in calls):
            values = [model.eval(arg, model_completion=True) for arg in args]
            here = z3.And(*[arg == value for arg, value in zip(args, values, strict=True)])
            plain = [_back(value, arg.type) for value, arg in zip(values, tree.args, strict=True)]
            found.append((here, made == _forth(FUNCTIONS[tree.name](*plain))))
        return found

    def _year(self, day: Any) -> Any:
        years = range(1900, 2200)
        made = z3.RealVal(years[-1])
        for year in reversed(years[:-1]):
            made = z3.If(day < date(year + 1, 1, 1).toordinal(), z3.RealVal(year), made)
        return made

    def _unknown(self, tree: t.Tree, sort: Any = None) -> Any:
        """A free variable in place of what has no plain formula."""
        self._count += 1
        kind = tree.type.kind
        if sort is None:
            sort = z3.RealSort() if tree.type.is_numeric else z3.IntSort()
            sort = z3.BoolSort() if kind == "yes_no" else sort
        return z3.Const(f"free{self._count}{self.suffix}", sort)

    # back --------------------------------------------------------------------------------
    def case(self, model: Any) -> dict[str, Any]:
        """The facts of a model, as `decide` takes them."""
        return {
            name: self._value(fact, self.facts[name], model)
            for name, fact in self.policy.facts.items()
        }

    def _value(self, fact: Fact, made: Any, model: Any) -> Any:
        if fact.type == "set":
            return [choice for choice, holds in made.items() if _true(model, holds)]
        if fact.type == "yes_no":
            return _true(model, made)
        units = model.eval(made, model_completion=True).as_long()
        if fact.type == "choice":
            return list(fact.choices)[units]
        if fact.type == "text":
            return self.texts[units]
        if fact.type == "date":
            return date.fromordinal(units).isoformat()
        if fact.type == "money":
            sign = "-" if units < 0 else ""
            return f"{sign}{abs(units) // 100}.{abs(units) % 100:02d}"
        return units if fact.type == "integer" else f"{Fraction(units, 1_000_000)!s}"


def _true(model: Any, made: Any) -> bool:
    return bool(z3.is_true(model.eval(made, model_completion=True)))


def _near(name: str, made: Any, args: list[Any]) -> list[Any]:
    """Within what a function of dates can be, so that z3 looks in the right place."""
    if name in ("months_between", "years_between"):
        least, most = (28, 31) if name == "months_between" else (365, 366)
        days = z3.ToReal(args[1] - args[0])
        later = z3.And(made >= 0, made * least <= days, days <= (made + 1) * most)
        earlier = z3.And(made <= 0, -made * least <= -days, -days <= (1 - made) * most)
        return [z3.If(days >= 0, later, earlier)]
    if name == "add_months":
        months = z3.ToInt(args[1])
        near, far = args[0] + 28 * months, args[0] + 31 * months
        forwards, back = z3.And(made >= near, made <= far), z3.And(made >= far, made <= near)
        return [z3.If(months >= 0, forwards, back)]
    if name in ("month", "day"):
        return [made >= 1, made <= (12 if name == "month" else 31)]
    if name == "end_of_year":
        return [made >= args[0], made <= args[0] + 365]
    if name == "start_of_month":
        return [made <= args[0], made >= args[0] - 30]
    return []


def _back(value: Any, kind: Type) -> Any:
    """A z3 value as the functions of the language take it."""
    if kind.kind == "date":
        return date.fromordinal(max(1, min(value.as_long(), date.max.toordinal())))
    return Fraction(value.numerator_as_long(), value.denominator_as_long())


def _forth(value: Any) -> Any:
    if isinstance(value, date):
        return z3.IntVal(value.toordinal())
    found = Fraction(value)
    return z3.Q(found.numerator, found.denominator)


def _units(fact: Fact, value: Any, missing: int) -> int:
    if value is None:
        return missing
    if isinstance(value, date):
        return value.toordinal()
    return int(value * 1_000_000) if fact.type == "number" else int(value)


def _amount(parameter: Parameter, value: Any) -> Any:
    found = Fraction(value, 100) if parameter.type == "money" else Fraction(value)
    return z3.Q(found.numerator, found.denominator)


def _rounded(name: str, value: Any, step: Any) -> Any:
    """To a multiple of step; `round` goes half away from zero. ToInt rounds down."""
    if name == "round_down":
        return z3.ToReal(z3.ToInt(value / step)) * step
    if name == "round_up":
        return -z3.ToReal(z3.ToInt(-value / step)) * step
    half = z3.Q(1, 2)
    up = z3.ToReal(z3.ToInt(value / step + half)) * step
    down = -z3.ToReal(z3.ToInt(-value / step + half)) * step
    return z3.If(value >= 0, up, down)


def _texts(trees: Iterable[t.Tree]) -> Iterator[str]:
    for tree in trees:
        for node in t.walk(tree):
            if not isinstance(node, t.Const) or node.type.kind != "text":
                continue
            if isinstance(node.value, str):
                yield node.value
