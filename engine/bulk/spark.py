"""The same answers from Spark: one checked tree rendered for it, for populations on many machines.

PySpark is an extra of its own (dependency group `spark`) and is loaded by whoever calls this; rows
that SQL leaves open are answered by `assess` in Spark's own Python workers. Every row says exactly
what `assess` says of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from engine.bulk import sql
from engine.bulk.csvfiles import answered, check_columns
from engine.bulk.numbers import NotInSql
from engine.bulk.query import Query
from engine.bulk.shape import Shape, columns_of
from engine.bulk.sources import Population
from engine.bulk.sql import Sql
from engine.bulk.table import given_facts
from engine.loading import load_files
from engine.model import Policy

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_SOURCE = "source_of_rows"
_TYPES = {
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "date": "DATE",
    "string": "VARCHAR",
}
"""Types of Spark by the names under which cells are read."""
_SHOWN = {"varchar": "string", "bigint": "bigint"}


def assess_frame(
    policy: Policy, frame: DataFrame, keys: Sequence[str] = (), lang: str = "zh"
) -> DataFrame:
    """The answers to a Spark DataFrame: the key columns and those of the bulk output.

    A column per fact as `assess_table` takes them (yes/no boolean, money in yuan, dates as date,
    choices as string, sets as string joined with `;`; NULL is unknown); any column that is neither
    a fact nor a key is Refused. Nothing runs before an action asks for rows; rows have no order.
    What is worked out stays in Spark's cache until `spark.catalog.clearCache()`.
    """
    population = Population(_SOURCE, "", _types(frame), False)
    check_columns(policy.facts, population.columns, keys)
    try:
        query = Query(policy, population.cells(policy), "spark")
    except NotInSql:
        return _by_python(policy, frame, keys, lang)
    shape = Shape(query)
    # Kept, since two parts are read from it, and as a wall: Spark would write every layer out in
    # the condition below, which grows beyond all bounds.
    coded = _coded(frame, population, query, shape).persist()
    todo = exp.column("~todo", quoted=True).sql("spark")
    answers = coded.where(f"not {todo}").selectExpr(*_answers(policy, shape, keys))
    left = coded.where(todo).select(*[_tick(name) for name in population.columns])
    return answers.unionByName(_by_python(policy, left, keys, lang))


def _types(frame: DataFrame) -> dict[str, str]:
    return {name: _TYPES.get(kind, kind.upper()) for name, kind in frame.dtypes}


def _tick(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("spark")


def _coded(frame: DataFrame, population: Population, query: Query, shape: Shape) -> DataFrame:
    """The given columns, whether a row is for Python, its packed answer, amounts and outputs."""
    source = exp.select(exp.Star()).from_(exp.to_table(_SOURCE))
    own = [c for c in query.parts.amounts.values() if isinstance(c, str)]
    own += query.parts.outputs.values()
    columns: list[Sql] = [sql.column(name) for name in population.columns]
    columns.append(exp.alias_(query.flag("todo"), "~todo", quoted=True))
    columns += shape.codes()
    columns += map(sql.column, dict.fromkeys(query.placed[name] for name in own))
    inner = query.select(source, sql.columns_in(columns)).subquery("q", copy=False)
    text = exp.select(*columns).from_(inner, copy=False).sql("spark")
    return frame.sparkSession.sql(text.replace(_SOURCE, f"{{{_SOURCE}}}"), **{_SOURCE: frame})


def _answers(policy: Policy, shape: Shape, keys: Sequence[str]) -> list[str]:
    """The columns of the answer over what is packed."""
    parts, query = shape.query.parts, shape.query
    made = {item.alias: item.this for item in shape.answers()}
    for (benefit, key), column in parts.amounts.items():
        if isinstance(column, str):
            name = f"{policy.benefits[benefit].id}.{key}"
            made[name] = sql.column(query.placed[column])
    made.update({name: sql.column(query.placed[c]) for name, c in parts.outputs.items()})
    made["error"] = sql.text("")
    shown: list[Sql] = [sql.column(key) for key in keys]
    for name, kind in columns_of(policy):
        shown.append(exp.alias_(sql.cast(made[name], kind), name, quoted=True))
    return [item.sql("spark") for item in shown]


# rows for Python ----------------------------------------------------------------------------


def _by_python(policy: Policy, frame: DataFrame, keys: Sequence[str], lang: str) -> DataFrame:
    files, names = dict(policy.files), frame.columns
    kinds = dict(frame.dtypes)
    schema = [f"{_tick(key)} {kinds[key]}" for key in keys]
    schema += [f"{_tick(name)} {_SHOWN[kind]}" for name, kind in columns_of(policy)]

    def answer(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
        return _answered(files, names, keys, lang, rows)

    made = frame.rdd.mapPartitions(answer)
    return frame.sparkSession.createDataFrame(made, ", ".join(schema))


def _answered(
    files: Mapping[str, bytes],
    names: Sequence[str],
    keys: Sequence[str],
    lang: str,
    rows: Iterable[Sequence[Any]],
) -> Iterator[tuple[Any, ...]]:
    """Rows answered one by one, in a worker that reads the policy once."""
    policy = _read(tuple(files.items()))
    for row in rows:
        raw = dict(zip(names, row, strict=True))
        cells, _ = answered(policy, given_facts(policy, raw, False), lang)
        shown = [cell if cell is None or isinstance(cell, int) else str(cell) for cell in cells]
        yield (*(raw[key] for key in keys), *shown)


@lru_cache(maxsize=4)
def _read(files: tuple[tuple[str, bytes], ...]) -> Policy:
    return load_files(dict(files))
