"""Seeded random populations: every row of the bulk result against `assess`.

`python -m tests.engine.bulk_fuzz --cases 100000 --seed 1 --unknown 0.02` does so for both policies
of the repository (or `--policy DIR`), from a table and from a CSV. Exit status 1 on a difference.
"""

from __future__ import annotations

import argparse
import csv
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from engine import Fact, Policy, load
from engine.bulk.csvfiles import answered
from engine.bulk.shape import columns_of
from engine.bulk.table import assess_table
from tests.engine.fuzz import random_value

ROOT = Path(__file__).parents[2] / "rulesets"
POLICIES = ("licheng-2010", "yonghe-union-2024")
TYPES = {
    "yes_no": "boolean", "integer": "integer", "money": "decimal(18,2)", "number": "decimal(18,6)",
    "date": "date", "choice": "varchar", "set": "varchar", "text": "varchar",
}  # fmt: skip
ABSENT = ""
"""A blank cell of a CSV: the fact is looked up."""
_MILD = 0.12
"""How often an excluding or rare yes is drawn, so that not every case is refused."""


def population(
    policy: Policy, count: int, rng: random.Random, unknown: float, faulty: float = 0.0
) -> list[dict[str, Any]]:
    """Raw cases as a table holds them: boundaries preferred, some facts unknown, some rows wrong."""
    return [_case(policy, rng, unknown, rng.random() < faulty) for _ in range(count)]


def _case(policy: Policy, rng: random.Random, unknown: float, wrong: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    sourced = {fact.name for fact, _ in policy.machine.sourced}
    for fact in policy.facts.values():
        kept = fact.required or fact.name == policy.pick_by
        if fact.name in sourced and rng.random() < 0.5:
            found[fact.name] = ABSENT
        elif not kept and rng.random() < unknown:
            found[fact.name] = None
        else:
            found[fact.name] = _value(policy, fact, rng)
    if wrong:
        fact = rng.choice(list(policy.facts.values()))
        found[fact.name] = _wrong(fact)
    return found


def _value(policy: Policy, fact: Fact, rng: random.Random) -> Any:
    if fact.type == "yes_no" and rng.random() < 0.7:
        return rng.random() < _MILD
    if fact.type in ("integer", "money") and rng.random() < 0.1:
        return fact.low if fact.type == "integer" else f"{int(str(fact.high)) // 100}"
    value = random_value(policy, fact, rng)
    return ";".join(value) if fact.type == "set" else value


def _wrong(fact: Fact) -> Any:
    """Out of range or missing, yet of the type of the column."""
    if fact.type == "integer":
        return int(str(fact.high)) + 1
    if fact.type == "money":
        return "-0.01"
    if fact.type == "date":
        return "1899-12-31"
    return None if fact.type == "yes_no" else "nonsense"


def as_table(policy: Policy, rows: Sequence[dict[str, Any]], names: Sequence[str]) -> Any:
    """A connection with the rows in the table `people`."""
    connection = duckdb.connect()
    kinds = {name: TYPES[policy.facts[name].type] for name in names}
    shown = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
    connection.execute(f"create table people ({shown})")
    lists = ", ".join(f"unnest(cast(? as {kind}[]))" for kind in kinds.values())
    for start in range(0, len(rows), 5000):
        part = rows[start : start + 5000]
        values = [[row[name] for row in part] for name in names]
        connection.execute(f"insert into people select {lists}", values)
    return connection


def as_csv(path: Path, rows: Sequence[dict[str, Any]], names: Sequence[str]) -> None:
    words = {True: "yes", False: "no", None: "?"}
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        for row in rows:
            writer.writerow([words.get(row[n], row[n]) if _word(row[n]) else row[n] for n in names])


def _word(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def differences(
    policy: Policy,
    rows: Sequence[dict[str, Any]],
    names: Sequence[str],
    how: str = "table",
    missing: bool = True,
) -> tuple[list[str], float]:
    """What the bulk result says otherwise than `assess`, and the share that Python answered.
    Without `missing`, missing facts may be left open."""
    if how == "table":
        done = assess_table(policy, "people", as_table(policy, rows, names), missing=missing)
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "people.csv"
            as_csv(path, rows, names)
            done = assess_table(policy, path, missing=missing)
    columns = [name for name, _ in columns_of(policy)]
    outputs = {output.id for output in policy.outputs}
    kept = () if how == "csv" else {n for n, f in policy.facts.items() if f.type in ("set", "text")}
    answers = done.connection.execute(
        'select * exclude ("row") from assessed order by "row"'
    ).fetchall()
    wrong = [] if len(answers) == len(rows) else [f"{len(answers)} answers to {len(rows)} rows"]
    for row, answer in zip(rows, answers, strict=False):
        raw = {name: row[name] for name in names if row[name] != ABSENT or name in kept}
        wanted, _ = answered(policy, raw, "zh")
        wrong += [
            f"{name}: {one!r} but assess {two!r} of {row}"
            for name, one, two in zip(columns, answer, wanted, strict=True)
            if one != (_text(two) if name in outputs else two)
            and not (name == "error" and one and two)
            and not (name == "missing" and one is None and not missing)
        ]
    return wrong, done.share


def _text(value: Any) -> Any:
    """An output as a column of text holds it."""
    return value if value is None else str(value)


def looked_up(policy: Policy) -> list[str]:
    """The facts without those that are looked up where they are absent."""
    sourced = {fact.name for fact, _ in policy.machine.sourced}
    return [name for name in policy.facts if name not in sourced]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--unknown", type=float, default=0.01)
    parser.add_argument("--without-missing", action="store_true")
    parser.add_argument("--policy", action="append")
    given = parser.parse_args()
    bad = 0
    for folder in given.policy or [str(ROOT / name) for name in POLICIES]:
        policy, rng = load(folder), random.Random(given.seed)
        rows = population(policy, given.cases, rng, given.unknown, faulty=0.01)
        for how, names in (("table", looked_up(policy)), ("csv", list(policy.facts))):
            wrong, share = differences(policy, rows, names, how, not given.without_missing)
            bad += len(wrong)
            print(*wrong[:20], sep="\n")
            print(
                f"{policy.id} from {how}: {len(rows)} rows, seed {given.seed}, "
                f"{share:.1%} by Python, {len(wrong)} differences"
            )
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
