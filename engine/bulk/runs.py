"""Statements of DuckDB: a text with named places, filled with names and queries that are quoted."""

from __future__ import annotations

from collections.abc import Sequence
from string import Template

import duckdb
from sqlglot import exp

Connection = duckdb.DuckDBPyConnection


def quoted(text: str) -> str:
    """A text as a literal of SQL."""
    return exp.Literal.string(text).sql("duckdb")


def identifier(name: str) -> str:
    """A name as SQL writes it, whatever is in it."""
    return exp.to_identifier(name, quoted=True).sql("duckdb")


def run(
    connection: Connection, statement: str, values: Sequence[object] = (), **places: str
) -> Connection:
    """Run a statement whose `$places` are SQL already and whose `?` are values."""
    text = Template(statement).substitute(places)
    return connection.execute(text, list(values)) if values else connection.execute(text)


def count(connection: Connection, statement: str, **places: str) -> int:
    """The whole number that a statement gives."""
    found = run(connection, statement, **places).fetchone()
    return int(found[0]) if found and found[0] is not None else 0
