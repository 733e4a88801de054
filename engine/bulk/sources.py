"""Where a population comes from: a Parquet or CSV file, a table or a relation of DuckDB.

The only module that names files to DuckDB. A CSV is read as text, every cell as it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from sqlglot import exp

from engine.bulk import sql
from engine.bulk.columns import Cell
from engine.bulk.csvfiles import check_columns
from engine.bulk.runs import identifier, quoted, run
from engine.bulk.sql import Sql
from engine.faults import Fault, Refused
from engine.model import Policy

ROW = "row"
"""The number of a row in its source, from 0; it stands in every result, so no key has this name."""


@dataclass(frozen=True)
class Population:
    """What is selected from, the number of a row in it, and its columns with their types.
    `blank`: an empty cell is an absent fact, as in CSV."""

    source: str
    row: str
    types: dict[str, str]
    blank: bool

    @property
    def columns(self) -> list[str]:
        return list(self.types)

    def cells(self, policy: Policy) -> dict[str, Cell]:
        return {
            name: Cell(sql.column(name), kind, self.blank)
            for name, kind in self.types.items()
            if name in policy.facts
        }

    def table(self, keys: Sequence[str]) -> exp.Select:
        """The source as a layer: every column, and the number of the row."""
        found = exp.select(exp.Star(), exp.alias_(_raw(self.row), ROW, quoted=True))
        return found.from_(exp.to_table("source_of_rows"))


def _raw(text: str) -> Sql:
    return exp.column(text) if text.isidentifier() else exp.maybe_parse(text, dialect="duckdb")


def open_population(
    connection: duckdb.DuckDBPyConnection, source: str | Path | duckdb.DuckDBPyRelation
) -> Population:
    """The population behind a path (.parquet, .csv), the name of a table or view, or a relation.

    duckdb.Error where it cannot be read; a CSV is loaded into a temporary table.
    """
    if isinstance(source, duckdb.DuckDBPyRelation):
        source.create_view("given_relation", replace=True)
        return _described(connection, '"given_relation"', "row_number() over () - 1", False)
    if isinstance(source, Path) or _is_file(source):
        path = str(source)
        if path.endswith(".csv"):
            return _csv(connection, path)
        read = f"read_parquet({quoted(path)}, file_row_number = true)"
        found = _described(connection, read, "file_row_number", False)
        found.types.pop("file_row_number", None)
        return found
    name = identifier(source)
    kind = connection.execute(
        "select table_type from information_schema.tables where table_name = ?", [source]
    ).fetchone()
    row = "rowid" if kind is not None and kind[0] != "VIEW" else "row_number() over () - 1"
    return _described(connection, name, row, False)


def _is_file(source: str) -> bool:
    return source.endswith((".parquet", ".csv"))


def _csv(connection: duckdb.DuckDBPyConnection, path: str) -> Population:
    run(
        connection,
        """create or replace temp table csv_rows as select * from read_csv($path,
        all_varchar = true, header = true, delim = ',', quote = '"', escape = '"',
        strict_mode = true, null_padding = false, auto_detect = false, columns = $names)""",
        path=quoted(path),
        names=_names(path),
    )
    return _described(connection, "csv_rows", "rowid", True)


def _names(path: str) -> str:
    import csv  # only here: the heading is read as the other reader of tables reads it

    with Path(path).open(encoding="utf-8-sig", newline="") as stream:
        heading = next(csv.reader(stream))
    shown = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in heading)
    return "{" + shown + "}"


def _described(
    connection: duckdb.DuckDBPyConnection, source: str, row: str, blank: bool
) -> Population:
    rows = run(connection, "describe select * from $source", source=source).fetchall()
    return Population(source, row, {name: kind.upper() for name, kind, *_ in rows}, blank)


def checked(policy: Policy, population: Population, keys: Sequence[str]) -> None:
    """Refused where a column is neither a fact nor a key."""
    check_columns(policy, population.columns, keys)
    if ROW in keys:
        raise Refused([Fault("csv_duplicate_column", {"name": ROW}, ROW)])
