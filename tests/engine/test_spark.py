"""The query for Spark: always rendered; with PySpark, 10,000 random cases against `assess`."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import Policy, load
from engine.bulk.csvfiles import answered
from engine.bulk.shape import columns_of
from engine.bulk.spark import BY_PYTHON, assess_frame, query_of
from tests.engine import bulk_fuzz
from tests.engine.commands import ROOT

POLICIES = sorted(path.name for path in (ROOT / "rulesets").iterdir())
_TYPES = {
    "yes_no": "boolean", "integer": "int", "money": "decimal(18,2)", "number": "decimal(18,6)",
    "date": "date", "choice": "string", "set": "string", "text": "string",
}  # fmt: skip
_OF_ALL = 10_000


@pytest.fixture(params=POLICIES, scope="module")
def policy(request: pytest.FixtureRequest) -> Policy:
    return load(ROOT / "rulesets" / request.param)


def test_the_query_is_made_without_spark_and_has_every_column(policy: Policy) -> None:
    query = query_of(policy, {name: _TYPES[fact.type] for name, fact in policy.facts.items()})
    for name, _ in columns_of(policy):
        assert name == "error" or f"AS `{name}`" in query, name
    assert "INT128" not in query
    assert "HUGEINT" not in query


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    sql = pytest.importorskip(
        "pyspark.sql", reason="PySpark is not installed: the extra spark, with Java 17"
    )
    session = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.mark.spark
@pytest.mark.slow
def test_answers_on_spark_are_those_of_assess_to_the_fen(
    policy: Policy, spark: Any, tmp_path: Path
) -> None:
    count, rng = _OF_ALL // len(POLICIES), random.Random(7)
    names = bulk_fuzz.looked_up(policy)
    rows = bulk_fuzz.population(policy, count, rng, unknown=0.01, faulty=0.01)
    for number, row in enumerate(rows):
        row["number"] = number
    connection = bulk_fuzz.as_table(policy, rows, names)
    path = tmp_path / "people.parquet"
    connection.execute(f"copy (select *, rowid as number from people) to '{path}'")
    frame = spark.read.parquet(str(path))
    found = {
        row["number"]: row.asDict()
        for row in assess_frame(spark, policy, frame, ["number"]).collect()
    }
    assert len(found) == count
    outputs = {output.id for output in policy.outputs}
    decided = 0
    for row in rows:
        answer = found[row["number"]]
        if answer[BY_PYTHON]:
            continue
        decided += 1
        raw = {name: row[name] for name in names if row[name] != bulk_fuzz.ABSENT}
        wanted, good = answered(policy, raw, "zh")
        assert good
        for (name, _), value in zip(columns_of(policy), wanted, strict=True):
            if name != "error":
                shown = str(value) if name in outputs and value is not None else value
                assert answer[name] == shown, (name, row)
    assert decided > count * 0.6
