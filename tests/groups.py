"""Runs every test this machine can run and says which groups were left out, and why.

`SUNSHINE_REQUIRE=postgres,browser` makes a missing part a failure instead of a group left out.
`SUNSHINE_FAULTS=1` runs the long tests (marker `slow`) too.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from tests import rota

POSTGRES = os.environ.get(
    "SUNSHINE_TEST_PG", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)


def postgres_answers() -> bool:
    """True when the test PostgreSQL takes a connection within three seconds."""
    engine = create_engine(POSTGRES, connect_args={"connect_timeout": 3})
    try:
        with engine.connect() as connection:
            connection.execute(text("select 1"))
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()
    return True


def browser_found() -> bool:
    """True when a Chromium and its driver are on the PATH."""
    return all(shutil.which(name) for name in ("chromium", "chromedriver"))


def printer_found() -> bool:
    """True when LibreOffice and poppler's tools are on the PATH: papers can be seen as pages."""
    return all(shutil.which(name) for name in ("soffice", "pdftoppm", "pdftotext"))


def spark_found() -> bool:
    """True when PySpark is installed and there is a Java for it."""
    return importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None


def left_out() -> dict[str, str]:
    """Group → how to get it, for each group that cannot run on this machine."""
    missing = {}
    if not postgres_answers():
        missing["postgres"] = (
            "no PostgreSQL answers at SUNSHINE_TEST_PG (default 127.0.0.1:5432, user postgres); "
            "start one, then run `make test` again"
        )
    if not browser_found():
        missing["browser"] = "install the packages chromium and chromium-driver"
    if not printer_found():
        missing["printer"] = (
            "papers as pages and PDF: install the packages libreoffice-writer and poppler-utils"
        )
    if not spark_found():
        missing["spark"] = (
            "bulk answers by Spark: install Java 17 and the dependency group spark "
            "(`.venv/bin/pip install 'pyspark>=4,<5'`)"
        )
    return missing


def main(arguments: list[str]) -> int:
    """Run pytest over what is possible; the exit status is pytest's, 3 if a required group lacks."""
    missing = left_out()
    required = set(filter(None, os.environ.get("SUNSHINE_REQUIRE", "").split(",")))
    for group in sorted(required & set(missing)):
        print(f"Required but not here: {group}: {missing[group]}", file=sys.stderr)
    if required & set(missing):
        return 3
    without = [f"not {group}" for group in missing]
    if os.environ.get("SUNSHINE_FAULTS") != "1":
        without.append("not slow")
        rota.begin_the_day()
    chosen = ["-m", " and ".join(without)] if without else []
    spread = ["-n", str(os.cpu_count() or 1), "--dist", "loadfile", "--no-loadscope-reorder"]
    status = int(pytest.main([*spread, *chosen, *arguments]))
    for group, how in missing.items():
        print(f"Left out: {group}: {how}")
    if os.environ.get("SUNSHINE_FAULTS") != "1":
        print(f"Left out: slow: the long runs, and {rota.words()}; `make faults` runs them.")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
