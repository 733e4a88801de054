"""What a policy is once it is read: frozen values, nothing left to guess.

A policy's conditions are *definitions*: named trees that may refer to facts, parameters and earlier
definitions. Names with a colon belong to the engine (`counted:major_accident`), plain ones can be
used in the files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine.exchange import Exchange
from engine.faults import Fault, Refused
from engine.labels import Label
from engine.language import tree as t
from engine.language.types import Type
from engine.terms import Terms

if TYPE_CHECKING:
    from engine.facts import Facts
    from engine.machine import Machine
    from engine.papers import Papers
    from engine.procedure import Office, Procedure


@dataclass(frozen=True, slots=True)
class FactSource:
    """Where a fact comes from (`from:`).

    `kind` is member, household or application (a field, `name`), parameter (`name`, `by` a fact),
    year (of the date fact `name`; one that is typed lies `years` from it, both ends included, or
    anywhere where that is None) or grants (an aggregate over past grants: `measure` count, sum
    or latest; `name` the field taken; `benefit` a filter; `within` "year" or a number of months;
    `per` member or household).
    """

    kind: str
    name: str
    by: str | None = None
    measure: str | None = None
    benefit: str | None = None
    within: str | None = None
    per: str = "member"
    years: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. `low`/`high` bound numbers (money in fen) and dates; `asked` is a stage id;
    `required`: may not be unknown; `shown_when`: asked only where this is not false."""

    name: str
    type: str
    low: int | Fraction | date | None
    high: int | Fraction | date | None
    choices: Mapping[str, Label]
    zh: str
    en: str
    help_zh: str
    help_en: str
    asked: str | None
    source: FactSource | None
    annex: str | None
    section: str | None
    shown_when: t.Tree | None
    required: bool
    unit: str
    where: str = ""

    @property
    def label(self) -> Label:
        return Label(self.zh, self.en)

    @property
    def kind(self) -> Type:
        return Type(self.type, self.choices)


@dataclass(frozen=True)
class Parameter:
    """Dated values. `by` names a choice fact; `values` are (from date, value), the newest last: a
    value is money in fen or a Fraction, by choice a mapping, or None from the date it ended."""

    name: str
    type: str
    label: Label
    clause: str
    unit: str
    by: str | None
    placeholder: bool
    values: tuple[tuple[date, Any], ...]
    where: str = ""

    @property
    def kind(self) -> Type:
        return Type(self.type)

    def on(self, day: date, choice: str | None = None) -> Any:
        """The value in force on a date (for a choice); LookupError where there is none."""
        found = None
        for since, value in self.values:
            if since <= day:
                found = value
        if found is None or (self.by and choice not in found):
            raise LookupError(self.name)
        return found[choice] if self.by else found


@dataclass(frozen=True)
class Condition:
    """One part of a rule as it was written; a rule holds when all its parts do."""

    text: str
    tree: t.Tree


@dataclass(frozen=True)
class Rule:
    """Anything with a truth. `kind` is value, row, ground, exclusion, no_ground, benefit, tier,
    evidence or escalation; `name` is its definition; `when` its tree.

    Of evidence: `asked` is the stage whose people supply it (None: the applicant, at once),
    `served_by` other papers that do as well. `never_departs`: no decision goes past this denial. Of an escalation: `opens` is the road on which
    another application is to be opened for the member, `help` what to do, in words; `warns`: it goes to
    nobody and is only shown.
    """

    id: str
    kind: str
    name: str
    clause: str
    label: Label
    when: t.Tree
    conditions: tuple[Condition, ...]
    where: str
    level: int = 0
    to: str = ""
    copies: int = 1
    unless: t.Tree | None = None
    pending: t.Tree | None = None
    asked: str | None = None
    served_by: tuple[str, ...] = ()
    never_departs: bool = False
    opens: str | None = None
    help: Label | None = None
    warns: bool = False


@dataclass(frozen=True)
class Ground:
    """A ground of a way to qualify; `counted` names the definition that lists it."""

    rule: Rule
    discretion: bool
    last_resort: bool
    counted: str


@dataclass(frozen=True)
class Way:
    """One way to qualify: when it applies, the category it leads to, its grounds."""

    id: str
    category: str
    label: Label
    when: t.Tree
    grounds: tuple[Ground, ...]
    no_ground: Rule | None
    where: str


@dataclass(frozen=True)
class Tier:
    """One step of a benefit: `mode` fixed, range, cap or discretion; amounts are trees in yuan, after
    what limits them. `written` holds amount, min and max as the file writes them."""

    rule: Rule
    mode: str
    amount: t.Tree | None
    low: t.Tree | None
    high: t.Tree | None
    written: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Benefit:
    """A benefit: given when `rule` holds, by the first of its tiers that holds."""

    id: str
    label: Label
    rule: Rule
    tiers: tuple[Tier, ...]
    proposed: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: what each cell says and asks, and what the row gives (None: it counts)."""

    rule: Rule
    cells: tuple[str, ...]
    tests: tuple[t.Tree, ...]
    then: t.Tree | None
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class Table:
    """A decision or lookup table; `name` is the worked-out value that it gives.

    `hit` is unique, first, any, priority, or collect sum, min, max or count; `columns` are what
    the cells ask about, as written; `otherwise` is given where no row holds.
    """

    name: str
    label: Label
    clause: str
    hit: str
    columns: tuple[Condition, ...]
    rows: tuple[Row, ...]
    otherwise: t.Tree | None
    kind: Type
    where: str


@dataclass(frozen=True, slots=True)
class Guard:
    """Something that must not hold: where `definition` holds a case is refused with `code`.

    It stands for what reading could not prove of a table: that one row holds, and only one.
    """

    definition: str
    code: str
    table: str
    where: str


@dataclass(frozen=True, slots=True)
class Cap:
    """A most over several benefits together; `used` is what was granted before (None: nothing)."""

    id: str
    label: Label
    clause: str
    most: t.Tree
    used: t.Tree | None
    of: tuple[str, ...]
    where: str


@dataclass(frozen=True)
class Definition:
    """A named tree: a condition or a worked-out value. What a file names has its label, clause and
    place; what the engine adds of its own has none."""

    name: str
    tree: t.Tree
    label: Label | None = None
    clause: str = ""
    where: str = ""
    text: str = ""
    """The expression as the file writes it, where it is one."""


@dataclass(frozen=True)
class Output:
    """Something else that a policy works out."""

    id: str
    label: Label
    definition: str


@dataclass(frozen=True)
class Policy:
    """A policy, read and checked. `assess(policy, facts)` asks it."""

    id: str
    zh: str
    en: str
    pick_by: str
    in_force_from: date | None
    in_force_to: date | None
    source: Mapping[str, str]
    sections: Mapping[str, Label]
    digest: str
    facts: Mapping[str, Fact]
    parameters: Mapping[str, Parameter]
    ways: tuple[Way, ...]
    exclusions: tuple[Rule, ...]
    benefits: tuple[Benefit, ...]
    evidence: tuple[Rule, ...]
    escalations: tuple[Rule, ...]
    outputs: tuple[Output, ...]
    rules: Mapping[str, Rule]
    definitions: tuple[Definition, ...]
    roads: Mapping[str, str]
    """Road id → the definition of its `when`."""
    procedure: Procedure
    papers: Papers
    tables: Mapping[str, Table] = field(default_factory=dict)
    caps: tuple[Cap, ...] = ()
    guards: tuple[Guard, ...] = ()
    files: Mapping[str, bytes] = field(repr=False, default_factory=dict)
    warnings: tuple[Rule, ...] = ()
    """What is only shown besides an answer and goes to nobody."""
    clauses: Mapping[str, Label] = field(repr=False, default_factory=dict)
    words: Terms | None = field(repr=False, default=None)
    """What people and units are called; None in an edition from before there were words."""
    exchange: Exchange = field(repr=False, default_factory=Exchange)

    def sentence(self, clause: str) -> Label | None:
        """The paper's words of a clause, or of the nearest one that holds it (4.6.2 lies in 4.6);
        None where the policy has no text of it."""
        while clause and clause not in self.clauses:
            clause = clause.rpartition(".")[0]
        return self.clauses.get(clause)

    @property
    def offices(self) -> Mapping[str, Office]:
        return self.procedure.offices

    @property
    def eligibility(self) -> tuple[Way, ...]:
        return self.ways

    @cached_property
    def categories(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(way.category for way in self.ways))

    @cached_property
    def trees(self) -> Mapping[str, t.Tree]:
        return {definition.name: definition.tree for definition in self.definitions}

    @cached_property
    def machine(self) -> Machine:
        """The evaluators of this policy, made at first use."""
        from engine.machine import Machine  # the machine reads the model, not the other way round

        return Machine(self)

    def read_facts(self, raw: Mapping[str, Any], strict: bool = False) -> Facts:
        """Facts as `decide` takes them, typed and with sources looked up; raises Refused.

        `strict` takes texts only where JSON has nothing better (money, dates, choices, texts).
        """
        from engine.facts import read_facts  # likewise

        return read_facts(self, raw, strict)

    def parameter(self, name: str, on: date, choice: str | None = None) -> Any:
        """A dated value (money in fen); Refused where there is none on that date."""
        try:
            return self.parameters[name].on(on, choice)
        except LookupError:
            params = {"parameter": name, "date": on.isoformat()}
            raise Refused([Fault("parameter_no_value", params)]) from None

    def all_rules(self) -> Iterator[Rule]:
        """Every rule, in the order of the files."""
        yield from self.rules.values()
