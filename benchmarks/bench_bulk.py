"""A million cases by SQL: against a query written by hand, two editions compared, and from CSV.

`python -m benchmarks.bench_bulk [--cases 1000000] [--rounds 5] [--unknown 10]` prints medians of
wall clock and of processor time (other work on the machine lengthens the first), and ratios. The
answers are checked equal in the same run; differences end it with status 1. `--unknown` is the
share of unknown facts in tenths of a per cent for the second population.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.by_hand import LICHENG_BY_HAND
from engine import Policy, load, load_files
from engine.bulk.compare import compare_tables
from engine.bulk.table import Assessed, assess_table

ROOT = Path(__file__).parents[1] / "rulesets"


def population(policy: Policy, unknown: int) -> str:
    """The columns of an invented case number i: seeded by hashes, the same in every run."""
    sourced = {fact.name for fact, _ in policy.machine.sourced}
    columns = []
    for number, fact in enumerate(policy.facts.values()):
        if fact.name in sourced:
            continue
        dice = f"hash(i * 64 + {number})"
        if fact.type == "yes_no":
            value = f"({dice} % 1000 < {120 if number > 20 else 400})"
        elif fact.type == "choice":
            names = ", ".join(f"'{name}'" for name in fact.choices)
            value = f"[{names}][({dice} % {len(fact.choices)})::bigint + 1]"
        elif fact.type == "date":
            value = f"(date '{policy.in_force_from}' + ({dice} % 1400)::integer)"
        elif fact.type == "integer":
            low = 2009 if fact.low == 2000 else fact.low
            value = f"({low} + ({dice} % {6 if low == 2009 else 10})::integer)"
        else:
            value = f"((({dice} % 4000000)::bigint) / 100)::decimal(12, 2)"
        if not fact.required:
            value = (
                f"case when hash(i * 64 + {number} + 7777777) % 1000 >= {unknown} then {value} end"
            )
        columns.append(f'{value} as "{fact.name}"')
    return ", ".join(columns)


def later(policy: Policy) -> Policy:
    """Another edition: a higher line for the country, more money from 2012."""
    parameters = policy.files["parameters.yaml"].decode()
    parameters = parameters.replace("rural: 150", "rural: 250")
    parameters = parameters.replace("2010-06-07: 600}", "2010-06-07: 600, 2012-01-01: 700}")
    return load_files({**policy.files, "parameters.yaml": parameters.encode()})


def in_turns(rounds: int, *works: Callable[[], Any]) -> list[tuple[float, float]]:
    """Medians of wall clock and processor time in seconds of each work, after one round to warm up.
    They take turns, so that what else the machine does meets all alike."""
    for work in works:
        work()
    found: list[list[tuple[float, float]]] = [[] for _ in works]
    for _ in range(rounds):
        for work, own in zip(works, found, strict=True):
            wall, processor = time.perf_counter(), time.process_time()
            work()
            own.append((time.perf_counter() - wall, time.process_time() - processor))
    return [(statistics.median(w for w, _ in o), statistics.median(p for _, p in o)) for o in found]


def show(name: str, found: tuple[float, float], note: str = "") -> None:
    print(f"  {name:<44} {found[0]:7.3f} s   {found[1]:7.3f} s of processor  {note}")


def differences(connection: duckdb.DuckDBPyConnection) -> int:
    """Rows that logic settles in which the query by hand answers otherwise."""
    columns = [row[0] for row in connection.execute("describe by_hand_written").fetchall()]
    shown = ", ".join(f'"{name}"' for name in columns)
    found = connection.execute(
        f"""select count(*) from (
        select {shown} from by_hand_written where outcome <> 'open'
        and "row" in (select "row" from coded where not "~todo")
        except all select {shown} from assessed)"""
    ).fetchone()
    return int(found[0]) if found else -1


def against_hand(policy: Policy, path: Path, rounds: int, title: str) -> int:
    connection = duckdb.connect()
    connection.execute("set threads = 2")
    hand = LICHENG_BY_HAND.replace("$source", f"read_parquet('{path}', file_row_number = true)")
    done: list[Assessed] = []
    print(title)
    by_hand, ours = in_turns(
        rounds,
        lambda: connection.execute(hand),
        lambda: done.append(assess_table(policy, path, connection, missing=False)),
    )
    wrong = differences(connection)
    show("written by hand, without missing", by_hand)
    show("assess_table", ours, f"{done[-1].share:.2%} of the rows by Python")
    print(
        f"  ratio {ours[0] / by_hand[0]:.2f} of wall clock, {ours[1] / by_hand[1]:.2f} of processor; "
        f"{wrong} rows differ\n"
    )
    return wrong


def comparing(old: Policy, new: Policy, path: Path, csv: Path, rounds: int) -> None:
    connection = duckdb.connect()
    connection.execute("set threads = 2")
    print("compare, two editions")
    connection.execute(f"create table people as from read_parquet('{path}')")
    sources: dict[str, str | Path] = {
        "from Parquet, warm": path, "from a table, warm": "people", "from CSV": csv,
    }  # fmt: skip
    works = [partial(compare_tables, old, new, source, connection) for source in sources.values()]
    for name, found in zip(sources, in_turns(rounds, *works), strict=True):
        show(name, found)
    one = compare_tables(old, new, path, connection).document
    two = compare_tables(old, new, csv, connection).document
    print(f"  {one['changed']} change; the same from Parquet and CSV: {one == two}\n")


def as_csv(path: Path, target: Path) -> None:
    connection = duckdb.connect()
    columns = connection.execute(f"describe select * from '{path}'").fetchall()
    shown = ", ".join(
        f"""case when "{n}" then 'yes' when not "{n}" then 'no' else '?' end as "{n}" """
        if kind == "BOOLEAN"
        else f"""coalesce("{n}"::varchar, '?') as "{n}" """
        for n, kind, *_ in columns
    )
    connection.execute(f"copy (select {shown} from '{path}') to '{target}' (header, quote '')")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--unknown", type=int, default=10)
    given = parser.parse_args()
    policy = load(ROOT / "licheng-2010")
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for unknown in (0, given.unknown):
            path = Path(folder) / f"people{unknown}.parquet"
            duckdb.connect().execute(
                f"copy (select {population(policy, unknown)} from range({given.cases}) t(i)) to '{path}'"
            )
            title = f"{given.cases} cases from Parquet, {unknown / 10:g} % of the facts unknown"
            wrong += against_hand(policy, path, given.rounds, title)
            if not unknown:
                as_csv(path, Path(folder) / "people.csv")
                comparing(policy, later(policy), path, Path(folder) / "people.csv", given.rounds)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
