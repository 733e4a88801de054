"""Facts, parameters and definitions of a policy as layers of a query.

Each layer is a SELECT over the one before, so that nothing is worked out twice. A definition stands
in the layer after those that it uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from sqlglot import exp

from engine.bulk import sql, truths
from engine.bulk.columns import (
    Cell,
    choice_from,
    choice_of,
    dated,
    nothing,
    read,
    source_value,
    value_of,
)
from engine.bulk.numbers import NotInSql, Number, Whole, constant
from engine.bulk.render import Choice, Day, Renderer, Value
from engine.bulk.sql import Sql
from engine.bulk.truths import Truth
from engine.language.types import YES_NO
from engine.machine import Machine
from engine.model import Fact, Policy

WIDE = {"duckdb": "int128", "spark": "decimal(38,0)"}
"""The type of each dialect for 38 digits."""


class Layers:
    """The layers of one policy over columns of given types, up to its definitions.

    `below` is a query over the same cells on which this one stands (engine.bulk.twofold). `level`
    says in which layer a column is worked out, `bad` where a row is for Python.
    """

    def __init__(
        self,
        policy: Policy,
        cells: Mapping[str, Cell],
        dialect: str,
        prefix: str,
        below: Layers | None = None,
    ) -> None:
        self.prefix, self.dialect = prefix, dialect
        self.placed: dict[str, str] = {}
        self.done: dict[str, str] = dict(below.done) if below is not None else {}
        self.policy, self.cells = policy, cells
        self.machine: Machine = policy.machine
        self.plan = self.machine.plan
        self.layers: list[dict[str, Sql]] = []
        self.names: dict[str, Value] = {}
        self.level: dict[str, int] = {}
        self.bad: list[Sql] = []
        self.bits: dict[str, Sql] = {}
        self.kept = 0
        self.renderer = Renderer(self.names, WIDE[dialect], self.keep)
        self.conditions: dict[int, Truth] = {}
        self._facts()
        self._parameters()
        self._definitions()

    # layers ------------------------------------------------------------------------------
    def add(self, name: str, item: Sql) -> Sql:
        """A column in the layer after those that it reads. What is worked out already, here or by the
        query this one stands on, is not worked out again."""
        text = item.sql(self.dialect)
        done = self.done.get(text)
        if done is None:
            self.done[text] = done = self.prefix + name
            level = 1 + max((self.level.get(n, -1) for n in sql.columns_in([item])), default=-1)
            self.layers += [{} for _ in range(level + 1 - len(self.layers))]
            self.layers[level][done] = item
            self.level[done] = level
        self.placed[name] = done
        return sql.column(done)

    def keep(self, item: Sql) -> Sql:
        """What is written out more than once gets a column of its own: a text in which everything
        stands twice at every step grows without bound, and so does what DuckDB plans it with."""
        if isinstance(item, (exp.Column, exp.Literal)) or not sql.columns_in([item]):
            return item
        self.kept += 1
        return self.add(f"k{self.kept}", item)

    def column(self, name: str) -> Sql:
        """A column that `add` has been given; no column of a table begins like it."""
        return sql.column(self.placed[name])

    def add_bit(self, name: str, item: Sql) -> Sql:
        """A column with a bit, unless it is written out or a column already."""
        plain = truths.fixed(item) is not None or isinstance(item, exp.Column)
        self.bits[name] = item if plain else self.add(name, item)
        return self.bits[name]

    def add_truth(self, name: str, item: Truth) -> Truth:
        return Truth(self.add_bit(f"{name}+", item.yes), self.add_bit(f"{name}-", item.no))

    def select(self, source: exp.Query | exp.Table, wanted: Iterable[str]) -> exp.Select:
        """The wanted columns over a source that has the cells' columns. Each layer passes on only what
        is asked for above it: binding a `*` of every layer costs more than the rows do."""
        found: exp.Query | exp.Table = source
        live = self._live(wanted)
        for number, layer in enumerate(self.layers):
            own = {name: item for name, item in layer.items() if name in live[number + 1]}
            if own:
                inner = (
                    found.subquery(f"s{number}", copy=False)
                    if isinstance(found, exp.Query)
                    else found
                )
                kept = map(sql.column, sorted(live[number + 1] - own.keys()))
                made = [
                    exp.alias_(item, name, quoted=True, copy=False) for name, item in own.items()
                ]
                found = exp.select(*kept, *made, copy=False).from_(inner, copy=False)
        if not isinstance(found, exp.Select):
            raise NotInSql("nothing to select")
        return found

    def inputs(self, wanted: Iterable[str]) -> set[str]:
        """The columns of the source that the wanted ones rest on."""
        return self._live(wanted)[0]

    def _live(self, wanted: Iterable[str]) -> list[set[str]]:
        """What must be there below the first layer, and above each."""
        found = [set(wanted)]
        for layer in reversed(self.layers):
            above = found[0]
            own = [item for name, item in layer.items() if name in above]
            found.insert(0, (above - layer.keys()) | sql.columns_in(own))
        return found

    # facts -------------------------------------------------------------------------------
    def _facts(self) -> None:
        """Reads the cells, makes truths of what is read and looks up what is absent."""
        read_as: dict[str, Sql] = {}
        for i, (name, fact) in enumerate(self.policy.facts.items()):
            cell = self.cells.get(name)
            if cell is None:
                read_as[name] = nothing(fact)
                continue
            made = read(fact, cell, self.dialect)
            read_as[name] = made.sql
            if not isinstance(made.sql, exp.Column):
                read_as[name] = self.add(f"f{i}", made.sql)
            self.bad.append(sql.every([made.given, sql.unknown(read_as[name])]))
        for i, (name, fact) in enumerate(self.policy.facts.items()):
            self.names[name] = self._fact(f"f{i}", fact, read_as[name])
        self._required(read_as)
        for fact, source in self.machine.sourced:
            self._looked_up(
                fact.name, read_as[fact.name], source_value(self.policy, fact, source, self.names)
            )

    def _fact(self, place: str, fact: Fact, item: Sql) -> Value:
        """A fact that is read, as the renderer takes it."""
        if fact.type == "choice":
            return self._choice(place, fact, item)
        cell = self.cells.get(fact.name)
        full = cell is not None and cell.full and cell.type == "BOOLEAN" and fact.type == "yes_no"
        found = truths.of_full(item) if full else value_of(fact, item)
        return self.add_truth(place, found) if isinstance(found, Truth) else found

    def _choice(self, place: str, fact: Fact, code: Sql) -> Choice:
        cell = self.cells.get(fact.name)
        if cell is None:
            return Choice(
                sql.cast(sql.null(), "varchar"),
                dict.fromkeys(fact.choices, truths.OPEN),
                truths.bit(True),
            )
        word = cell.sql if cell.type == "VARCHAR" else sql.cast(cell.sql, "varchar")
        made = choice_from(fact, code, sql.case((sql.known(code), word)), cell.full)
        found = {
            name: self.add_truth(f"{place}.{number}", truth)
            for number, (name, truth) in enumerate(made.truths.items())
        }
        return Choice(made.word, found, self.add_bit(f"{place}?", made.open))

    def _required(self, read_as: Mapping[str, Sql]) -> None:
        for name in self.machine.required:
            self.bad.append(sql.unknown(read_as[name]))
        low, high = self.policy.in_force_from, self.policy.in_force_to
        on = self.names[self.policy.pick_by]
        if not isinstance(on, Day):
            raise NotInSql("no date to pick by")
        if low is not None:
            self.bad.append(sql.holds(sql.binary(exp.LT, on.sql, sql.day(low))))
            on = Day(on.sql, max(on.low, low.toordinal()), on.high)
        if high is not None:
            self.bad.append(sql.holds(sql.binary(exp.GT, on.sql, sql.day(high))))
            on = Day(on.sql, on.low, min(on.high, high.toordinal()))
        if on.low > on.high:
            raise NotInSql("no date is in force")
        self.names[self.policy.pick_by] = on

    def _looked_up(self, name: str, own: Sql, source: tuple[Value, Sql]) -> None:
        found, gone = source
        fact, declared = self.policy.facts[name], self.names[name]
        if not isinstance(found, Number) or not isinstance(declared, Number):
            raise NotInSql(f"a source of {name} that is no number")
        scale = declared.bottom.low
        if found.bottom.constant is None or scale % found.bottom.constant:
            raise NotInSql(f"a source of {name} with more decimals")
        top = self.renderer.math.times(found.top, constant(scale // found.bottom.constant))
        cell = self.cells.get(name)
        absent = sql.truth(True) if cell is None else cell.absent
        self.bad.append(sql.every([absent, sql.holds(gone)]))
        if cell is None:
            made = top.sql
        elif cell.blank:
            made = sql.case((absent, top.sql), other=own)
        else:
            return
        span = (min(top.low, declared.top.low), max(top.high, declared.top.high))
        place = self.add(f"l{name}", made) if not isinstance(made, exp.Literal) else made
        self.names[name] = value_of(fact, place, span)

    def _parameters(self) -> None:
        on = self.names[self.policy.pick_by]
        if not isinstance(on, Day):
            raise NotInSql("no date to pick by")
        for name in self.machine.parameters:
            parameter = self.policy.parameters[name]
            choice = choice_of(self.policy, parameter.by, parameter, self.names)
            found = dated(parameter, on, choice, Fraction(1), False)
            self.bad.append(sql.holds(found.gone))
            value = found.value
            if not value.top.fixed:
                place = self.add(f"p{name}", value.top.sql)
                value = Number(Whole(place, value.top.low, value.top.high), value.bottom)
            self.names[name] = value

    # definitions -------------------------------------------------------------------------
    def _definitions(self) -> None:
        """What is only another name gets no column."""
        for i, definition in enumerate(self.policy.definitions):
            value = self.renderer.value(definition.tree)
            self.names[definition.name] = self._placed(i, value)
            if definition.tree.type == YES_NO:
                made = self.names[definition.name]
                if not isinstance(made, Truth):
                    raise NotInSql(f"{definition.name} as a condition")
                self.conditions[self.plan.names[definition.name]] = made

    def _placed(self, number: int, value: Value) -> Value:
        if isinstance(value, Number):
            top = self._whole(f"d{number}", value.top)
            return Number(top, self._whole(f"d{number}b", value.bottom))
        if isinstance(value, Day):
            return Day(self.add(f"d{number}", value.sql), value.low, value.high)
        if isinstance(value, Truth):
            return self.add_truth(f"d{number}", value)
        if isinstance(value, (Choice, exp.Column)):
            return value
        return self.add(f"d{number}", value)

    def _whole(self, name: str, item: Whole) -> Whole:
        if item.fixed:
            return item
        return Whole(self.add(name, sql.as_long(item.sql)), item.low, item.high, item.wide)
