"""The answers of rows in which three-valued logic leaves something open, as columns of the result.

What all completions agree on stands; outcome, category or benefit are `undetermined` where they do
not. `missing` is empty where all completions give one answer, else not worked out here (NULL).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sqlglot import exp

from engine.bulk import sql
from engine.bulk.query import LISTS, Query
from engine.bulk.settle import Settle
from engine.bulk.shape import AMOUNTS, columns_of
from engine.bulk.sources import ROW
from engine.bulk.sql import Sql
from engine.core import INELIGIBLE, UNDETERMINED, Core
from engine.findings import Entry


def settled_rows(query: Query, source: exp.Query, keys: Sequence[str], missing: bool) -> exp.Select:
    """Row, keys, the columns of the result, and `hard`: still for Python. `missing` asks for exact
    missing facts, so that only rows in which nothing is missing are settled."""
    made = _Settled(query)
    columns = made.columns()
    hard = made.hard(missing)
    shown: list[Sql] = [sql.column(ROW), *map(sql.column, keys)]
    for name, kind in columns_of(query.policy):
        shown.append(exp.alias_(sql.cast(columns[name], kind), name, quoted=True))
    shown.append(exp.alias_(hard, "hard"))
    layer = query.select(source, sql.columns_in(shown)).subquery("q", copy=False)
    return exp.select(*shown).from_(layer, copy=False)


class _Settled:
    def __init__(self, query: Query) -> None:
        self.query, self.policy = query, query.policy
        self.settle = Settle(query)
        reached = self.settle.leaves()
        listed = {name: self._listed(getattr(query.machine.lists, name)) for name in LISTS}
        levels = [self._listed(level) for level in query.machine.lists.denials]
        self.leaves = query.add("s_leaves", reached)
        self.lists = listed
        self.levels = levels
        self.outcome = query.add("s_outcome", self._shared(lambda core: core[0]))

    def _shared(self, of: Callable[[Core], str]) -> Sql:
        """The value that all completions share, else undetermined."""
        pairs = [
            (test, sql.text(str(value))) for test, value in self.settle.agreed(self.leaves, of)
        ]
        return sql.case(*pairs, other=sql.text(UNDETERMINED))

    def _listed(self, entries: Iterable[Entry]) -> list[tuple[str, Sql]]:
        """Codes, and whether each holds in every completion."""
        return [
            (
                entry.code,
                self.query.entry(entry).test if entry.plain else self.settle.always(entry),
            )
            for entry in entries
        ]

    # columns -----------------------------------------------------------------------------
    def columns(self) -> dict[str, Sql]:
        refused = sql.binary(exp.EQ, self.outcome, sql.text(INELIGIBLE))
        found: dict[str, Sql] = {
            "outcome": self.outcome,
            "category": self._shared(lambda core: core[1]),
            "denials": self._denials(),
            "missing": sql.case((self._one(), sql.text(""))),
            "error": sql.text(""),
        }
        for name, listed in self.lists.items():
            found[name] = sql.case((refused.copy(), sql.text("")), other=_joined(listed))
        for number, benefit in enumerate(self.policy.benefits):
            found.update(
                {f"{benefit.id}.{key}": made for key, made in self._benefit(number).items()}
            )
        for output, name in self.query.parts.outputs.items():
            found[output] = self.query.column(name)
        return found

    def _denials(self) -> Sql:
        """The denials of the first level that has one."""
        pairs = [
            (sql.some(test.copy() for _, test in level), _joined(level))
            for level in self.levels
            if level
        ]
        return sql.case(*pairs, other=sql.text("")) if pairs else sql.text("")

    def _benefit(self, number: int) -> dict[str, Sql]:
        tiers = self.policy.benefits[number].tiers
        pairs: dict[str, list[tuple[Sql, Sql]]] = {key: [] for key in AMOUNTS}
        for test, tier in self.settle.agreed(self.leaves, lambda core: _tier(core, number)):
            if isinstance(tier, int) and tier >= 0:
                pairs["mode"].append((test, sql.text(tiers[tier].mode)))
                for key in AMOUNTS[1:]:
                    if (number, tier, key) in self.query.fen:
                        amount = self.query.fen[number, tier, key]
                        pairs[key].append((test.copy(), amount.copy()))
        some = self.settle.touches(self.leaves, lambda core: _tier(core, number) >= 0)
        decided = sql.binary(exp.NEQ, self.outcome, sql.text(UNDETERMINED))
        pairs["mode"].append((sql.every([decided, some]), sql.text(UNDETERMINED)))
        return {key: sql.case(*own) if own else sql.null() for key, own in pairs.items()}

    # what is left ------------------------------------------------------------------------
    def _one(self) -> Sql:
        """Whether every completion gives the same answer."""
        less = sql.binary(exp.Sub, self.leaves.copy(), sql.whole(1))
        both = sql.binary(exp.BitwiseAnd, self.leaves.copy(), less)
        return sql.binary(exp.EQ, both, sql.whole(0))

    def hard(self, missing: bool) -> Sql:
        extra: list[Sql] = [self.query.flag("c_bad")]
        for (number, tier, _), amount in self.query.fen.items():
            if not isinstance(amount, exp.Literal):
                given = self.settle.touches(self.leaves, _gives(number, tier))
                extra.append(sql.every([given, sql.unknown(amount)]))
        if missing:
            extra.append(sql.negation(self._one()))
        return self.settle.finish(extra)


def _tier(core: Core, number: int) -> int:
    return dict(core[2]).get(number, -1)


def _gives(number: int, tier: int) -> Callable[[Core], bool]:
    return lambda core: _tier(core, number) == tier


def _joined(listed: Iterable[tuple[str, Sql]]) -> Sql:
    parts = [sql.case((test.copy(), sql.text(code))) for code, test in listed]
    return sql.call("concat_ws", sql.text(";"), *parts) if parts else sql.text("")
