"""The statements by which a table is assessed, written once for each edition and kind of table.

An edition never changes, and the date stands in the rows: what is rendered goes by the edition's
digest and by the columns. So many are kept; the oldest goes first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from sqlglot import exp

from engine.bulk import sql
from engine.bulk.numbers import NotInSql
from engine.bulk.query import Query
from engine.bulk.runs import identifier
from engine.bulk.settled import settled_rows
from engine.bulk.shape import Shape, columns_of
from engine.bulk.sources import ROW, SOURCE, Population
from engine.bulk.sql import Sql
from engine.model import Policy

_MOST = 32
Text = TypeVar("Text")


class Kept(Generic[Text]):
    """What was made for a key, the latest `_MOST` of them. Keys are texts, never a policy: an edition
    that nobody uses any more is not kept alive by its statements."""

    def __init__(self) -> None:
        self._made: OrderedDict[object, Text] = OrderedDict()
        self._lock = Lock()

    def get(self, key: object, make: Callable[[], Text]) -> Text:
        """Made now or before; two threads may make the same at once, which does no harm."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
        found = make()
        with self._lock:
            self._made[key] = found
            while len(self._made) > _MOST:
                self._made.popitem(last=False)
        return found


@dataclass(frozen=True)
class Asked:
    """An edition over a kind of table."""

    policy: Policy = field(repr=False)
    edition: tuple[str, str]
    columns: tuple[tuple[str, str], ...]
    blank: bool
    row: str
    keys: tuple[str, ...]
    full: frozenset[str] = frozenset()

    @property
    def key(self) -> object:
        """What its statements go by."""
        return self.edition, self.columns, self.blank, self.row, self.keys, self.full

    @property
    def population(self) -> Population:
        return Population(SOURCE, self.row, dict(self.columns), self.blank, full=self.full)

    def query(self, prefix: str = "~", below: Query | None = None) -> Query:
        return Query(self.policy, self.population.cells(self.policy), "duckdb", prefix, below)


def asked(policy: Policy, population: Population, keys: Sequence[str]) -> Asked:
    return Asked(
        policy,
        (policy.id, policy.digest),
        tuple(population.types.items()),
        population.blank,
        population.row,
        tuple(keys),
        population.full,
    )


@dataclass(frozen=True)
class Statements:
    """Queries over `source_of_rows`: `coded` gives per row its number, keys, whether it is for Python
    and its packed answer; `answers` each different answer in words; `shown` are the columns of the
    result over both, joined by `words`."""

    coded: str
    answers: str
    shown: str
    words: tuple[str, ...]


_STATEMENTS: Kept[Statements] = Kept()
_COMPLETED: Kept[str | None] = Kept()


def statements(of: Asked) -> Statements:
    """NotInSql where the edition cannot be put in SQL over such a table."""
    return _STATEMENTS.get(of.key, lambda: _statements(of))


def completed(of: Asked, missing: bool) -> str | None:
    """The query over `open_rows` that answers them by their completions; None where there is none."""
    return _COMPLETED.get((of.key, missing), lambda: _completed(of, missing))


def _statements(of: Asked) -> Statements:
    query = of.query()
    shape = Shape(query)
    words = tuple(f"w{number}" for number in range(shape.words))
    return Statements(_coded(of, query, shape), _answers(shape), _shown(of, query), words)


def _coded(of: Asked, query: Query, shape: Shape) -> str:
    columns: list[Sql] = [
        sql.column(ROW),
        *(sql.column(key) for key in of.keys),
        exp.alias_(query.flag("todo"), "~todo", quoted=True),
    ]
    columns += shape.codes()
    columns += map(sql.column, dict.fromkeys(query.placed[name] for name in _own(query).values()))
    inner = query.select(of.population.table(of.keys), sql.columns_in(columns))
    return exp.select(*columns).from_(inner.subquery("q", copy=False), copy=False).sql("duckdb")


def _own(query: Query) -> dict[str, str]:
    """The columns of the result that a row brings itself."""
    amounts = query.parts.amounts.items()
    found = {
        f"{query.policy.benefits[b].id}.{key}": c for (b, key), c in amounts if isinstance(c, str)
    }
    return {**found, **query.parts.outputs}


def _answers(shape: Shape) -> str:
    names = [f"w{number}" for number in range(shape.words)]
    different = exp.select(*map(sql.column, names)).distinct().from_("coded").where('not "~todo"')
    decoded = exp.select(*map(sql.column, names), *shape.answers())
    return decoded.from_(different.subquery("d")).sql("duckdb")


def _shown(of: Asked, query: Query) -> str:
    own = _own(query)
    columns = [f"coded.{identifier(ROW)}", *(f"coded.{identifier(key)}" for key in of.keys)]
    for name, kind in columns_of(of.policy):
        if name == "error":
            columns.append("'' as error")
        elif name in own:
            place = identifier(query.placed[own[name]])
            columns.append(f"cast(coded.{place} as {kind}) as {identifier(name)}")
        else:
            columns.append(f"answers.{identifier(name)}")
    return ", ".join(columns)


def _completed(of: Asked, missing: bool) -> str | None:
    try:
        source = exp.select(exp.Star()).from_("open_rows")
        return settled_rows(of.query(), source, of.keys, missing).sql("duckdb")
    except NotInSql:
        return None
