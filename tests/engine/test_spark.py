"""Spark answers as `assess` does, to the fen, unknown facts included: every policy of the repository."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine import Policy, Refused, load
from engine.bulk.csvfiles import answered
from engine.bulk.shape import columns_of
from tests.engine.bulk_fuzz import ABSENT, looked_up, population

ROOT = Path(__file__).parents[2]
POLICIES = ("licheng-2010", "yonghe-union-2024", "qinghe-medical-2025", "huaishu-grades-2025")
KINDS = {
    "yes_no": "boolean",
    "integer": "bigint",
    "money": "decimal(18,2)",
    "number": "decimal(18,6)",
    "date": "date",
}
CASES = int(os.environ.get("SUNSHINE_SPARK_CASES", "120"))

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    SparkSession = pytest.importorskip("pyspark.sql").SparkSession  # noqa: N806 - its own name

    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    made = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    yield made
    made.stop()


def cell(policy: Policy, name: str, value: Any) -> Any:
    kind = policy.facts[name].type
    if value is None or value == ABSENT:
        return None
    if kind in ("money", "number"):
        return Decimal(str(value))
    return date.fromisoformat(value) if kind == "date" else value


@pytest.mark.parametrize("folder", POLICIES)
def test_every_row_says_what_assess_says_of_it(spark: Any, folder: str) -> None:
    from engine.bulk.spark import assess_frame

    policy = load(ROOT / "rulesets" / folder)
    names = looked_up(policy)
    rows = population(policy, CASES, random.Random(7), 0.05)
    given = [{name: cell(policy, name, row[name]) for name in names} for row in rows]
    kinds = [f"`{name}` {KINDS.get(policy.facts[name].type, 'string')}" for name in names]
    frame = spark.createDataFrame(
        [(number, *row.values()) for number, row in enumerate(given)],
        ", ".join(["person bigint", *kinds]),
    )
    found = {
        row["person"]: list(row)[1:] for row in assess_frame(policy, frame, ["person"]).collect()
    }
    spark.catalog.clearCache()
    assert len(found) == len(rows)
    for number, row in enumerate(given):
        wanted, _ = answered(policy, row, "zh")
        assert found[number] == [
            str(one) if one is not None and kind == "varchar" else one
            for one, (_, kind) in zip(wanted, columns_of(policy), strict=True)
        ], row


def test_a_column_that_is_neither_fact_nor_key_is_refused(spark: Any) -> None:
    from engine.bulk.spark import assess_frame

    frame = spark.createDataFrame([(1, True)], "person bigint, wrong boolean")
    with pytest.raises(Refused, match="csv_unknown_column"):
        assess_frame(load(ROOT / "rulesets" / "licheng-2010"), frame, ["person"])
