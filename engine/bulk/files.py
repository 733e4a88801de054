"""`decide --csv`: a large, plain table by SQL, any other row by row; the same bytes either way."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import duckdb

from engine.bulk.csvfiles import decide_table
from engine.bulk.runs import run
from engine.bulk.shape import columns_of
from engine.bulk.sources import Population, is_plain, open_population
from engine.bulk.table import assess_table
from engine.faults import Fault, Refused
from engine.model import Policy

LARGE = 1 << 20
"""Bytes; a smaller table is done before DuckDB is awake."""
_BATCH = 20_000


def decide_file(
    policy: Policy, source: Path, target: Path, keys: Sequence[str], lang: str, large: int = LARGE
) -> tuple[int, int]:
    """(rows, faulty rows), as `decide_table`; by SQL where that reads the file without doubt.

    A key given twice counts once; Refused where one has the name of a column of the answer.
    """
    keys = list(dict.fromkeys(keys))
    answers = {name for name, _ in columns_of(policy)}
    if taken := [key for key in keys if key in answers]:
        raise Refused(Fault("csv_key_taken", {"name": key}, key) for key in taken)
    if source.stat().st_size < large or not is_plain(source):
        return decide_table(policy, source, target, keys, lang)
    connection = duckdb.connect()
    population = open_population(connection, source)
    if not population.plain:
        return decide_table(policy, source, target, keys, lang)
    return _decided(policy, population, connection, target, keys, lang)


def _decided(
    policy: Policy,
    population: Population,
    connection: duckdb.DuckDBPyConnection,
    target: Path,
    keys: Sequence[str],
    lang: str,
) -> tuple[int, int]:
    done = assess_table(policy, population, connection, keys=keys, lang=lang)
    temporary = target.with_name(f".{target.name}.part")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow([*keys, *(name for name, _ in columns_of(policy))])
            rows = run(connection, 'select * exclude ("row") from assessed order by "row"')
            while batch := rows.fetchmany(_BATCH):
                writer.writerows(batch)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return done.rows, done.faulty
