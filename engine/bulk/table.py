"""Assess a whole table: SQL where it is certain, `assess` for every other row.

The result is a table in DuckDB with one row per case: the number of the row, the key columns, and
the columns of the bulk output. Every row says exactly what `assess` says of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from engine.bulk.csvfiles import answered
from engine.bulk.numbers import NotInSql
from engine.bulk.runs import Connection, count, identifier, run
from engine.bulk.shape import columns_of
from engine.bulk.sources import ROW, SOURCE, Population, checked, open_population
from engine.bulk.statements import Asked, Statements, asked, completed, statements
from engine.model import Policy

_BATCH = 5000
_FEW = 100
"""Fewer open rows than this are answered sooner by Python than by another query."""


@dataclass(frozen=True)
class Assessed:
    """What was done: the table of results in its connection, how many rows, how many of them
    Python answered, how many are faulty; `why` says what could not be put in SQL at all."""

    connection: Connection
    table: str
    rows: int
    by_python: int
    faulty: int
    why: str = ""

    @property
    def share(self) -> float:
        """The share of rows that Python answered."""
        return self.by_python / self.rows if self.rows else 0.0


def assess_table(
    policy: Policy,
    source: str | Path | duckdb.DuckDBPyRelation | Population,
    connection: Connection | None = None,
    *,
    into: str = "assessed",
    keys: Sequence[str] = (),
    missing: bool = True,
    lang: str = "zh",
) -> Assessed:
    """Assess a Parquet or CSV file, a table, a view or a relation into the table `into`.

    A column per fact: yes/no as boolean, money in yuan, dates as DATE, choices as text, sets as
    text joined with `;`; NULL is unknown, and a column that is absent is looked up where it has a
    source. Columns of `keys` are passed through; any other is Refused. In a CSV, cells are as
    `decide --csv` takes them. With `missing` False the missing facts of undetermined cases are not
    worked out (NULL), which saves most of the work of Python where much is unknown. duckdb.Error
    where the source cannot be read.
    """
    connection = connection or duckdb.connect()
    population = open_population(connection, source)
    checked(policy, population, keys)
    of = asked(policy, population, keys)
    try:
        texts = statements(of)
    except NotInSql as reason:
        return _all_by_python(policy, population, connection, into, keys, lang, str(reason))
    coded = texts.coded.replace(SOURCE, population.source)
    run(connection, "create or replace temp table coded as $made", made=coded)
    if population.full and has_null(connection, "coded", ("~todo", *texts.words)):
        population = replace(population, full=frozenset())  # it is not as it says
        return assess_table(
            policy, population, connection, into=into, keys=keys, missing=missing, lang=lang
        )
    left = _settle(connection, population, of, missing)
    faulty = _by_hand(policy, population, connection, keys, lang, left)
    _join(connection, texts, into)
    return _counted(connection, into, faulty, "")


def _settle(connection: Connection, population: Population, of: Asked, missing: bool) -> str:
    """`settled`: the answers of rows that completions settle; gives the query of the rows left."""
    todo = 'select "row" from coded where "~todo"'
    columns = [(ROW, "bigint"), *((key, population.types[key]) for key in of.keys)]
    columns += columns_of(of.policy)
    shown = ", ".join(f"{identifier(name)} {kind}" for name, kind in columns)
    run(connection, "create or replace temp table settled ($shown)", shown=shown)
    if not tried_rows(connection, population, of, todo, "tried", missing):
        return todo
    run(connection, "insert into settled select * exclude (hard) from tried where not hard")
    return 'select "row" from tried where hard'


def has_null(connection: Connection, table: str, columns: Sequence[str]) -> bool:
    """Whether something is NULL in columns that never are where a source has no NULL in the columns
    that it calls full: `&` and `|` of bytes carry any NULL on to the end."""
    test = " or ".join(f"{identifier(name)} is null" for name in columns)
    return count(connection, "select count(*) from $table where $test", table=table, test=test) > 0


def tried_rows(
    connection: Connection,
    population: Population,
    of: Asked,
    which: str,
    into: str,
    missing: bool = False,
) -> bool:
    """A table of the rows whose numbers the query `which` gives, answered by their completions,
    `hard` where that is left to Python. False where there are few or no way to."""
    if count(connection, "select count(*) from ($which)", which=which) < _FEW:
        return False
    made = completed(of, missing)
    if made is None:
        return False
    run(
        connection,
        """create or replace temp table open_rows as
        select * from (select *, $number as "row" from $source) where "row" in ($which)""",
        number=population.row,
        source=population.source,
        which=which,
    )
    run(connection, "create or replace temp table $into as $made", into=into, made=made)
    return True


def _join(connection: Connection, texts: Statements, into: str) -> None:
    run(connection, "create or replace temp table answers as $query", query=texts.answers)
    run(
        connection,
        """create or replace table $into as
        select $shown from coded join answers using ($words) where not "~todo"
        union all by name select * from settled
        union all by name select * from by_hand""",
        into=identifier(into),
        shown=texts.shown,
        words=", ".join(map(identifier, texts.words)),
    )


# rows for Python ----------------------------------------------------------------------------


def _by_hand(
    policy: Policy,
    population: Population,
    connection: Connection,
    keys: Sequence[str],
    lang: str,
    which: str,
) -> int:
    """`by_hand`: the rows that SQL leaves, answered one by one; how many are faulty."""
    columns = [(ROW, "bigint"), *((key, population.types[key]) for key in keys)]
    columns += columns_of(policy)
    shown = ", ".join(f"{identifier(name)} {kind}" for name, kind in columns)
    run(connection, "create or replace temp table by_hand ($shown)", shown=shown)
    faulty = 0
    for rows in left_rows(connection, population, which):
        made = []
        for number, raw in rows:
            answer, good = answered(policy, given_facts(policy, raw, population.blank), lang)
            made.append([number, *(raw[key] for key in keys), *answer])
            faulty += not good
        _insert(connection, "by_hand", [kind for _, kind in columns], made)
    return faulty


def left_rows(
    connection: Connection, population: Population, which: str
) -> Iterator[list[tuple[int, dict[str, Any]]]]:
    """The rows of the population whose numbers the query `which` gives ("" for all), some at a
    time, with their numbers. Statements in between do not disturb it."""
    if which and not count(connection, "select count(*) from ($which)", which=which):
        return
    run(
        connection,
        """create or replace temp table left_rows as
        select $row, $names from (select *, $number as $row from $source) where $chosen""",
        row=identifier(ROW),
        names=", ".join(map(identifier, population.columns)),
        number=population.row,
        source=population.source,
        chosen=f"{identifier(ROW)} in ({which})" if which else "true",
    )
    start = 0
    while rows := _slice(connection, start):
        start += _BATCH
        yield [(row[0], dict(zip(population.columns, row[1:], strict=True))) for row in rows]


def _slice(connection: Connection, start: int) -> list[tuple[Any, ...]]:
    """Some of the rows left."""
    bounds = [start, start + _BATCH]
    return connection.execute(
        "select * from left_rows where rowid >= ? and rowid < ?", bounds
    ).fetchall()


def given_facts(policy: Policy, raw: Mapping[str, Any], blank: bool) -> dict[str, Any]:
    """The facts of a row as `read_facts` takes them."""
    return {
        name: value
        for name, value in raw.items()
        if name in policy.facts and not (blank and value in (None, ""))
    }


def _insert(
    connection: Connection, table: str, kinds: Sequence[str], rows: list[list[Any]]
) -> None:
    """Rows by columns: a list per column is one value to DuckDB, which is quick."""
    lists = [[row[i] for row in rows] for i in range(len(kinds))]
    shown = ", ".join(f"unnest(cast(? as {kind}[]))" for kind in kinds)
    run(connection, "insert into $table select $shown", lists, table=table, shown=shown)


def _all_by_python(
    policy: Policy,
    population: Population,
    connection: Connection,
    into: str,
    keys: Sequence[str],
    lang: str,
    why: str,
) -> Assessed:
    faulty = _by_hand(policy, population, connection, keys, lang, "")
    run(connection, "create or replace table $into as from by_hand", into=identifier(into))
    return _counted(connection, into, faulty, why)


def _counted(connection: Connection, into: str, faulty: int, why: str) -> Assessed:
    rows = count(connection, "select count(*) from $into", into=identifier(into))
    by_python = count(connection, "select count(*) from by_hand")
    return Assessed(connection, into, rows, by_python, faulty, why)
