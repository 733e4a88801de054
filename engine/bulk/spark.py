"""The same assessment on Spark: the tree that DuckDB runs, rendered in Spark's dialect.

`query_of` only makes text and needs no Spark; `assess_frame` wants a session (the optional extra
`spark`). What SQL cannot say with certainty is marked `by_python`: those rows go through
`engine.assess` on the executors, which have this package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from engine.bulk import sql
from engine.bulk.columns import Cell
from engine.bulk.query import Query
from engine.bulk.shape import Shape
from engine.model import Policy

BY_PYTHON = "by_python"
"""True where a row's answer is not in the other columns: assess it with `engine.assess`."""
_VIEW = "source_of_rows"


def query_of(policy: Policy, types: Mapping[str, str], keys: Sequence[str] = ()) -> str:
    """Spark SQL over the view `source_of_rows`: the columns of `keys`, the answer, `by_python`.

    `types` gives the Spark type of each column that is a fact, `BIGINT` or `DECIMAL(12,2)` or
    `STRING`; money in yuan, NULL for unknown. NotInSql where the policy has what SQL cannot say.
    """
    cells = {
        name: Cell(sql.column(name), kind.upper(), False)
        for name, kind in types.items()
        if name in policy.facts
    }
    query = Query(policy, cells, "spark")
    shape = Shape(query)
    own = {
        f"{policy.benefits[b].id}.{key}": name
        for (b, key), name in query.parts.amounts.items()
        if isinstance(name, str)
    }
    own |= query.parts.outputs
    source = exp.select(exp.Star()).from_(exp.to_table(_VIEW))
    inner = query.select(source).subquery("q", copy=False)
    placed = dict.fromkeys(query.placed[name] for name in own.values())
    passed = [*map(sql.column, keys)]
    todo = exp.alias_(query.column("todo"), BY_PYTHON, quoted=True)
    coded = exp.select(*passed, todo, *shape.codes(), *map(sql.column, placed))
    coded = coded.from_(inner, copy=False)
    columns: list[Any] = [*(column.copy() for column in passed), *shape.answers()]
    columns += [
        exp.alias_(sql.column(query.placed[name]), shown, quoted=True)
        for shown, name in own.items()
    ]
    found = exp.select(*columns, sql.column(BY_PYTHON)).from_(coded.subquery("c", copy=False))
    return found.sql("spark")


def assess_frame(spark: Any, policy: Policy, frame: Any, keys: Sequence[str] = ()) -> Any:
    """A DataFrame with a row per row of `frame`: see `query_of`."""
    types = dict(frame.dtypes)
    frame.createOrReplaceTempView(_VIEW)
    return spark.sql(query_of(policy, types, keys))
