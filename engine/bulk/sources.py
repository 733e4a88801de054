"""Where a population comes from: a Parquet or CSV file, a table or a relation of DuckDB.

The only module that names files to DuckDB. A CSV is read as text, every cell as it stands.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
from sqlglot import exp

from engine.bulk import sql
from engine.bulk.columns import Cell
from engine.bulk.csvfiles import BROKEN, batches, check_columns, whole_row
from engine.bulk.runs import Connection, identifier, quoted, run
from engine.bulk.sql import Sql
from engine.faults import Fault, Refused
from engine.model import Policy

ROW = "row"
"""The number of a row in its source, from 0; it stands in every result, so no key has this name."""
SOURCE = "source_of_rows"
"""Stands in a statement for what is selected from."""
_BLOCK = 1 << 24
_DOUBTFUL = (b'"', b"\0", "\ufffd".encode(), b"\n\n", b"\n\r\n")


@dataclass(frozen=True)
class Population:
    """What is selected from, the number of a row in it, and its columns with their types.
    `blank`: an empty cell is an absent fact, as in CSV; `plain`: no row of it is broken; `full`: the
    columns in which, as the source says of itself, nothing is NULL."""

    source: str
    row: str
    types: dict[str, str]
    blank: bool
    plain: bool = True
    full: frozenset[str] = frozenset()

    @property
    def columns(self) -> list[str]:
        return list(self.types)

    def cells(self, policy: Policy) -> dict[str, Cell]:
        return {
            name: Cell(sql.column(name), kind, self.blank, name in self.full)
            for name, kind in self.types.items()
            if name in policy.facts
        }

    def table(self, keys: Sequence[str]) -> exp.Select:
        """The source as a layer: every column, and the number of the row."""
        found = exp.select(exp.Star(), exp.alias_(_raw(self.row), ROW, quoted=True))
        return found.from_(exp.to_table(SOURCE))


def _raw(text: str) -> Sql:
    return exp.column(text) if text.isidentifier() else exp.maybe_parse(text, dialect="duckdb")


def open_population(
    connection: Connection, source: str | Path | duckdb.DuckDBPyRelation | Population
) -> Population:
    """The population behind a path (.parquet, .csv), the name of a table or view, or a relation.

    duckdb.Error where it cannot be read; a CSV is loaded into a temporary table.
    """
    if isinstance(source, Population):
        return source
    if isinstance(source, duckdb.DuckDBPyRelation):
        source.create_view("given_relation", replace=True)
        return _described(connection, '"given_relation"', "row_number() over () - 1", False)
    if isinstance(source, Path) or _is_file(source):
        path = str(source)
        if not path.endswith(".parquet"):
            return _csv(connection, path)
        read = f"read_parquet({quoted(path)}, file_row_number = true)"
        found = _described(connection, read, "file_row_number", False)
        found.types.pop("file_row_number", None)
        return replace(found, full=found.full | _full_columns(connection, path))
    name = identifier(source)
    kind = connection.execute(
        "select table_type from information_schema.tables where table_name = ?", [source]
    ).fetchone()
    row = "rowid" if kind is not None and kind[0] != "VIEW" else "row_number() over () - 1"
    return _described(connection, name, row, False)


def _is_file(source: str) -> bool:
    return source.endswith((".parquet", ".csv"))


def is_plain(path: str | Path) -> bool:
    """Whether a CSV leaves no room for two readings: no quotes, no blank lines, one kind of line
    end, no bytes that stand for nothing. Any other is read cell by cell in Python."""
    tail, first = b"", True
    with Path(path).open("rb") as stream:
        while block := stream.read(_BLOCK):
            text = tail + block
            if any(mark in text for mark in _DOUBTFUL) or (first and text[:1] in b"\r\n"):
                return False
            tail, first = text[-3:], False
            whole = text[:-1] if text.endswith(b"\r") else text
            if whole.count(b"\r") != whole.count(b"\r\n"):
                return False
    return True


def _csv(connection: Connection, path: str) -> Population:
    plain = is_plain(path)
    with Path(path).open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        heading = next(filter(None, csv.reader(stream)), [])
    if len(set(heading)) < len(heading) or not heading or "" in heading:
        check_columns(dict.fromkeys(heading), heading, ())  # says what is wrong with it
        raise Refused([Fault("csv_unknown_column", {"name": "", "hint": ""}, "")])
    try:
        if not plain:
            raise duckdb.InvalidInputException("read in Python")
        _load(connection, path, heading)
    except duckdb.Error:
        plain = False
        _load_by_python(connection, path, heading)
    return replace(_described(connection, "csv_rows", "rowid", True), plain=plain)


def _load(connection: Connection, path: str, heading: Sequence[str]) -> None:
    names = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in heading)
    run(
        connection,
        """create or replace temp table csv_rows as select * from read_csv($path,
        all_varchar = true, header = true, delim = ',', quote = '"', escape = '"',
        strict_mode = true, null_padding = false, auto_detect = false, columns = $names)""",
        path=quoted(path),
        names="{" + names + "}",
    )


def _load_by_python(connection: Connection, path: str, heading: Sequence[str]) -> None:
    """The same cells read by Python; a row that is broken gets a first fact that cannot be."""
    shown = ", ".join(f"{identifier(name)} varchar" for name in heading)
    run(connection, "create or replace temp table csv_rows ($shown)", shown=shown)
    columns = ", ".join("unnest(cast(? as varchar[]))" for _ in heading)
    for rows in batches(path):
        good = [row if whole_row(row, heading) else [BROKEN] * len(heading) for row in rows]
        lists = [[row[i] for row in good] for i in range(len(heading))]
        run(connection, "insert into csv_rows select $columns", lists, columns=columns)


def _described(connection: Connection, source: str, row: str, blank: bool) -> Population:
    rows = run(connection, "describe select * from $source", source=source).fetchall()
    full = frozenset(name for name, _, null, *_ in rows if null == "NO")
    return Population(source, row, {n: kind.upper() for n, kind, *_ in rows}, blank, full=full)


def _full_columns(connection: Connection, path: str) -> frozenset[str]:
    """The columns of a Parquet file of which every part says that it has no NULL."""
    rows = connection.execute(
        """select path_in_schema from parquet_metadata(?) group by 1
        having count(*) = count(stats_null_count) and sum(stats_null_count) = 0""",
        [path],
    ).fetchall()
    return frozenset(name for (name,) in rows)


def checked(policy: Policy, population: Population, keys: Sequence[str]) -> None:
    """Refused where a column is neither a fact nor a key."""
    check_columns(policy.facts, population.columns, keys)
    if ROW in keys:
        raise Refused([Fault("csv_duplicate_column", {"name": ROW}, ROW)])
