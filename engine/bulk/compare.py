"""Two editions over one population: who changes, who gains, who loses, and by how much.

A row is *faulty* where either edition finds a fault in it; every other row is one of KINDS. Amounts
are in fen: `min_fen` and `max_fen` add up what a case gets at least and at most over its benefits,
a fixed amount counting as both; a benefit at discretion has no most and is counted in `open`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from engine.bulk.csvfiles import check_columns
from engine.bulk.runs import Connection, identifier, run
from engine.bulk.sides import MODES, OUTCOMES, SIDES
from engine.bulk.sources import ROW, Population, open_population
from engine.bulk.twofold import Twofold, shown
from engine.core import UNDETERMINED
from engine.model import Policy

KINDS = ("same", "gains", "loses", "mixed", "reclassified", "unclear")
"""same: outcome, category and every benefit; gains: at least and at most no less, one of them more;
loses: the reverse; mixed: one more, the other less; reclassified: the same money, another answer;
unclear: another answer that is undetermined on one side."""
MONEY = ("fixed_fen", "min_fen", "max_fen", "open")
_EXAMPLES = 3


@dataclass(frozen=True)
class Compared:
    """The result; `document` is what the command prints, `by_python` the rows Python assessed."""

    document: dict[str, Any]
    by_python: int

    @property
    def faulty(self) -> int:
        return int(self.document["faulty"]["rows"])


def compare_tables(
    old: Policy,
    new: Policy,
    source: str | Path | duckdb.DuckDBPyRelation | Population,
    connection: Connection | None = None,
    *,
    keys: Sequence[str] = (),
    by: Sequence[str] = (),
) -> Compared:
    """Compare two editions over a population (as `assess_table` takes it).

    `by` are columns by whose values the result is told apart; a column of `keys` is shown in the
    examples. A column must be a fact of either edition, a key or stand in `by`; else Refused.
    """
    connection = connection or duckdb.connect()
    population = open_population(connection, source)
    _check(old, new, population, keys, by)
    rows = Twofold(old, new, population, connection, by)
    rows.fill()
    return Compared(_Comparison(rows).document(keys), rows.by_python)


def _check(
    old: Policy, new: Policy, population: Population, keys: Sequence[str], by: Sequence[str]
) -> None:
    known = {**old.facts, **new.facts}
    check_columns(known, population.columns, [*keys, *(name for name in by if name not in known)])
    absent = [name for name in by if name not in population.columns]
    if absent:
        check_columns(known, population.columns, absent)


class _Comparison:
    """What the table of Twofold says."""

    def __init__(self, rows: Twofold) -> None:
        self.rows, self.connection = rows, rows.connection
        run(
            self.connection,
            "create or replace temp view judged as select *, $kind as kind from twofold",
            kind=self._kind(),
        )

    # kinds -------------------------------------------------------------------------------
    def _kind(self) -> str:
        """The kind of a row, as SQL over `twofold`."""
        pairs = [f"old_{name} = new_{name}" for name, _ in self.rows.parts()]
        undetermined = [f"{side}_outcome = {OUTCOMES.index(UNDETERMINED)}" for side in SIDES]
        undetermined += [
            f"{m} = {MODES.index(UNDETERMINED)}" for side in SIDES for m in self._each(side, "mode")
        ]
        opened = {side: f"({self._money(side, 'open')} > 0)" for side in SIDES}
        least = {side: self._money(side, "min_fen") for side in SIDES}
        most = {side: self._money(side, "max_fen") for side in SIDES}

        def more(one: str, two: str) -> str:
            higher = f"({opened[two]} or (not {opened[one]} and {most[two]} >= {most[one]}))"
            return f"({least[two]} >= {least[one]} and {higher})"

        return (
            f"case when old_faulty or new_faulty then 'faulty' when {' and '.join(pairs)} then 'same' "
            f"when {' or '.join(undetermined)} then 'unclear' "
            f"when {more('old', 'new')} and {more('new', 'old')} then 'reclassified' "
            f"when {more('old', 'new')} then 'gains' when {more('new', 'old')} then 'loses' "
            "else 'mixed' end"
        )

    def _each(self, side: str, part: str) -> list[str]:
        return [f"{side}_{part}{i}" for i in range(len(self.rows.benefits))]

    def _money(self, side: str, what: str) -> str:
        """One of MONEY of a row."""
        modes = self._each(side, "mode")
        if what == "open":
            at = MODES.index("discretion")
            parts = [f"cast({mode} = {at} as hugeint)" for mode in modes]
        elif what == "fixed_fen":
            fixed = MODES.index("fixed")
            amounts = self._each(side, "min")
            parts = [
                f"{a} * cast({m} = {fixed} as hugeint)" for m, a in zip(modes, amounts, strict=True)
            ]
        else:
            parts = [f"cast({a} as hugeint)" for a in self._each(side, what[:3])]
        return f"({' + '.join(parts) or '0'})"

    # the document ------------------------------------------------------------------------
    def document(self, keys: Sequence[str]) -> dict[str, Any]:
        groups, faulty = self._groups(), self._faulty()
        kinds = _added(groups, "kind")
        return {
            **{side: _name(policy) for side, policy in self.rows.policies.items()},
            "rows": sum(kinds.values()) + faulty["rows"],
            "faulty": faulty,
            "changed": sum(n for kind, n in kinds.items() if kind != "same"),
            "kinds": {kind: kinds.get(kind, 0) for kind in KINDS},
            "money": _money_of(groups),
            "groups": [self._group(one, keys) for one in groups if one["kind"] != "same"],
            "by": {name: self._told_apart(i) for i, name in enumerate(self.rows.by)},
        }

    def _sums(self) -> str:
        return ", ".join(
            f"sum(n * {self._money(side, what)}) as {side}_{what}"
            for side in SIDES
            for what in MONEY
        )

    def _groups(self) -> list[dict[str, Any]]:
        return self._read(
            """select old_outcome, old_category, new_outcome, new_category, kind,
            sum(n) as rows, $sums, list_sort(flatten(list(first)))[:$most] as first
            from judged where kind <> 'faulty' group by 1, 2, 3, 4, 5
            order by rows desc, 1, 2, 3, 4, 5""",
            sums=self._sums(),
            most=str(_EXAMPLES),
        )

    def _group(self, one: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
        sides = {
            side: {
                "outcome": OUTCOMES[one[f"{side}_outcome"]],
                "category": self.rows.categories[one[f"{side}_category"]],
            }
            for side in SIDES
        }
        money = _money_of([one])["difference"]
        examples = [self._example(number, keys) for number in one["first"]]
        return {
            **sides,
            "kind": one["kind"],
            "rows": int(one["rows"]),
            "difference": money,
            "examples": examples,
        }

    def _example(self, number: int, keys: Sequence[str]) -> dict[str, Any]:
        """A case to look at: its row, counted from 1, and its keys."""
        if not keys:
            return {"row": number + 1, "key": {}}
        found = run(
            self.connection,
            "select $keys from (select *, $number as $row from $source) where $row = $wanted",
            keys=", ".join(map(identifier, keys)),
            number=self.rows.population.row,
            row=identifier(ROW),
            source=self.rows.population.source,
            wanted=str(number),
        ).fetchone()
        values = map(shown, found or ())
        return {"row": number + 1, "key": dict(zip(keys, values, strict=False))}

    def _told_apart(self, number: int) -> list[dict[str, Any]]:
        """Rows, kinds and difference for each value of a column."""
        rows = self._read(
            """select by$number as value, kind, sum(n) as rows, $sums from judged
            where kind <> 'faulty' group by all order by 1 nulls last, 2""",
            number=str(number),
            sums=self._sums(),
        )
        found = []
        for value in dict.fromkeys(row["value"] for row in rows):
            own = [row for row in rows if row["value"] == value]
            kinds = _added(own, "kind")
            found.append(
                {
                    "value": value,
                    "rows": sum(kinds.values()),
                    "kinds": {kind: kinds.get(kind, 0) for kind in KINDS},
                    "difference": _money_of(own)["difference"],
                }
            )
        return found

    def _faulty(self) -> dict[str, int]:
        found = self._read(
            """select sum(n) filter (old_faulty) as old, sum(n) filter (new_faulty) as new,
            sum(n) filter (old_faulty or new_faulty) as rows from judged"""
        )
        return {name: int(value or 0) for name, value in found[0].items()}

    def _read(self, statement: str, **places: str) -> list[dict[str, Any]]:
        cursor = run(self.connection, statement, **places)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _name(policy: Policy) -> dict[str, str]:
    return {"policy": policy.id, "edition": policy.digest}


def _added(groups: Iterable[Mapping[str, Any]], by: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in groups:
        found[one[by]] = found.get(one[by], 0) + int(one["rows"])
    return found


def _money_of(groups: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Sums of each side and the new less the old."""
    listed = list(groups)
    sides = {
        side: {what: sum(int(one[f"{side}_{what}"]) for one in listed) for what in MONEY}
        for side in SIDES
    }
    difference = {what: sides["new"][what] - sides["old"][what] for what in MONEY}
    return {**sides, "difference": difference}
