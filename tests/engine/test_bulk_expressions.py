"""Random expressions say the same in SQL as in the reference evaluator, unknowns included."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import duckdb
import pytest
from sqlglot import exp

from engine.bulk import sql, truths
from engine.bulk.numbers import Arithmetic, NotInSql, Number, Whole, constant
from engine.bulk.render import Day, Renderer, Value
from engine.language import compile_expression, tree
from engine.reference import Reference
from tests import rota
from tests.engine import expressions

COLUMNS: Mapping[str, tuple[str, Value]] = {}
_KINDS = {
    "yes_no": "boolean", "integer": "bigint", "money": "bigint", "number": "bigint",
    "date": "date", "choice": "varchar", "set": "varchar", "text": "varchar",
}  # fmt: skip
_SPANS = {"integer": (0, 9, 1), "money": (0, 1000, 100), "number": (0, 7_000_001, 1_000_000)}


def names() -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, kind in expressions.TYPES.items():
        place = sql.column(name)
        if kind.kind in _SPANS:
            low, high, bottom = _SPANS[kind.kind]
            low = 1 if name == "k" else low
            found[name] = Number(Whole(place, low, high * 1_000_000), constant(bottom))
            if name in ("n", "k"):
                found[name] = Number(Whole(place, low, high), constant(1))
        elif kind.kind == "date":
            days = (date(2010, 1, 1).toordinal(), date(2012, 12, 31).toordinal())
            found[name] = Day(place, *days)
        else:
            found[name] = truths.of(place) if kind.kind == "yes_no" else place
    return found


def stored(value: Any, kind: str) -> Any:
    """A typed value as the columns hold it."""
    if value is None:
        return None
    if kind == "number":
        return int(value * 1_000_000)
    return ";" + ";".join(sorted(value)) + ";" if kind == "set" else value


def table_of(cases: list[dict[str, Any]]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    kinds = {name: kind.kind for name, kind in expressions.TYPES.items()}
    shown = ", ".join(f'"{name}" {_KINDS[kind]}' for name, kind in kinds.items())
    connection.execute(f"create table t ({shown})")
    lists = ", ".join(f"unnest(cast(? as {_KINDS[kind]}[]))" for kind in kinds.values())
    values = [[stored(case[name], kind) for case in cases] for name, kind in kinds.items()]
    connection.execute(f"insert into t select {lists}", values)
    return connection


def cases(rng: random.Random, count: int) -> list[dict[str, Any]]:
    return [
        {
            name: expressions.value(rng, kind, rng.choice([0.0, 0.2, 0.6]))
            for name, kind in expressions.TYPES.items()
        }
        for _ in range(count)
    ]


def exact(tree_: tree.Tree, case: dict[str, Any]) -> Any:
    return Reference(case, {}).value(tree_)


@pytest.mark.parametrize("seed", rota.in_turn(range(12), 4))
def test_conditions_say_the_same_in_sql_as_in_the_reference(seed: int) -> None:
    rng = random.Random(seed)
    rows = cases(rng, 120)
    connection = table_of(rows)
    known = expressions.names()
    for _ in range(40):
        text = expressions.condition(rng, rng.randint(0, 3))
        found = compile_expression(text, known).tree
        query = (
            exp.select(Renderer(names(), "int128").truth(found).nullable).from_("t").sql("duckdb")
        )
        answers = [row[0] for row in connection.execute(query).fetchall()]
        assert answers == [exact(found, case) for case in rows], text


@pytest.mark.parametrize("make", [expressions.number, expressions.money])
def test_numbers_are_the_same_to_the_last_digit(make: Any) -> None:
    rng = random.Random(11)
    rows = cases(rng, 60)
    connection = table_of(rows)
    known = expressions.names()
    for _ in range(150):
        text = make(rng, 3)
        found = compile_expression(text, known, want=None).tree
        number = Renderer(names(), "int128").number(found)
        query = exp.select(number.top.sql, number.bottom.sql).from_("t").sql("duckdb")
        for (top, bottom), case in zip(connection.execute(query).fetchall(), rows, strict=True):
            wanted = exact(found, case)
            assert (top is None or bottom is None) == (wanted is None), text
            assert wanted is None or Fraction(top, bottom) == wanted, text
            if top is not None:
                assert number.top.low <= top <= number.top.high, text


def test_days_are_the_same_at_the_ends_of_months() -> None:
    rng = random.Random(3)
    rows = cases(rng, 200)
    connection = table_of(rows)
    for _ in range(60):
        text = expressions.day(rng, 2)
        found = compile_expression(text, expressions.names(), want=None).tree
        query = exp.select(Renderer(names(), "int128").day(found).sql).from_("t").sql("duckdb")
        answers = [row[0] for row in connection.execute(query).fetchall()]
        assert answers == [exact(found, case) for case in rows], text


def test_a_product_beyond_64_bits_is_worked_out_with_38_digits() -> None:
    math = Arithmetic("int128")
    big = Whole(sql.column("a"), 0, 10**12)
    found = math.times(big, math.times(big, Whole(sql.column("b"), 0, 1000)))
    query = (
        f"select {found.sql.sql('duckdb')} from (select 10::bigint ** 12 as x, 1000::bigint as b)"
    )
    query = query.replace('"a"', "cast(x as bigint)")
    assert duckdb.sql(query).fetchall() == [(10**27,)]


def test_a_product_beyond_38_digits_is_left_to_python() -> None:
    math = Arithmetic("int128")
    big = Whole(sql.column("a"), 0, 10**15)
    with pytest.raises(NotInSql):
        math.times(big, math.times(big, big))


def test_a_product_of_written_numbers_alone_is_not_cut_to_32_bits() -> None:
    """`if a then 1000 else 20` has 32 bits in the database, and its product needs more."""
    math = Arithmetic("hugeint")
    chosen = Whole(sql.case((sql.column("a"), sql.whole(1000)), other=sql.whole(20)), 20, 1000)
    asked = math.times(chosen, constant(1_000_000_000))
    row = duckdb.sql(f"select {asked.sql.sql('duckdb')} from (values (true), (false)) v(a)")
    assert row.fetchall() == [(1_000_000_000_000,), (20_000_000_000,)]


def test_nested_minima_and_ifs_do_not_double_the_text_at_each_step() -> None:
    """Each needs its operands three times; written out, twenty steps would be a thousand million."""
    kept: dict[str, exp.Expr] = {}

    def keep(item: exp.Expr) -> exp.Expr:
        kept[name := f"k{len(kept)}"] = item
        return sql.column(name)

    text = "n"
    for step in range(18):
        text = f"min({text}, k + {step})" if step % 2 else f"(if a then {text} else k)"
    found = compile_expression(text, expressions.names(), want=None).tree
    number = Renderer(names(), "int128", keep).number(found)
    assert sum(len(item.sql("duckdb")) for item in [*kept.values(), number.top.sql]) < 10_000
