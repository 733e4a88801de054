"""Both editions over one population, told apart only where an answer differs.

The rows are assessed by both in one pass and packed; equal answers are counted. The table `twofold`
then has, per different pair of answers, the values told apart by, the parts of both answers, how
many rows (`n`) and the first of them (`first`). Rows that SQL leaves are assessed by Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.assessment import Assessment, assess
from engine.bulk.numbers import NotInSql
from engine.bulk.runs import Connection, identifier, quoted, run
from engine.bulk.shape import AMOUNTS
from engine.bulk.sides import MODES, OUTCOMES, SIDES, benefits, categories, texts
from engine.bulk.sources import SOURCE, Population
from engine.bulk.statements import asked
from engine.bulk.table import given_facts, has_null, left_rows, tried_rows
from engine.faults import Refused
from engine.model import Policy

FIRST = 3
"""How many rows are kept as examples."""
_LEFT = 'select "row" from narrow where todo'


def shown(value: object) -> str | None:
    """A value as text, for telling apart and for examples."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


class Twofold:
    """Fills the table `twofold` of a connection."""

    def __init__(
        self,
        old: Policy,
        new: Policy,
        population: Population,
        connection: Connection,
        by: Sequence[str],
    ) -> None:
        self.policies = dict(zip(SIDES, (old, new), strict=True))
        self.connection, self.by = connection, by
        self._over(population)
        both = tuple(self.asked.values())
        self.categories, self.benefits = categories(both), benefits(both)
        self.by_python = 0

    def _over(self, population: Population) -> None:
        self.population = population
        self.asked = {side: asked(one, population, ()) for side, one in self.policies.items()}

    def fill(self) -> None:
        kinds = [(f"by{i}", "varchar") for i in range(len(self.by))]
        kinds += [(f"{side}_{name}", kind) for side in SIDES for name, kind in self.parts()]
        kinds += [("n", "bigint"), ("first", "bigint[]")]
        columns = ", ".join(f"{name} {kind}" for name, kind in kinds)
        run(self.connection, "create or replace temp table twofold ($columns)", columns=columns)
        try:
            found = texts(self.asked["old"], self.asked["new"], self.by)
        except NotInSql:
            self._by_hand(kinds, "")
            return
        text = found.narrow.replace(SOURCE, self.population.source)
        run(self.connection, "create or replace temp table narrow as $made", made=text)
        if self.population.full and has_null(self.connection, "narrow", ("todo", *found.words)):
            self._over(replace(self.population, full=frozenset()))  # it is not as it says
            self.fill()
            return
        run(
            self.connection,
            """create or replace temp table cells as select * exclude ("row", todo),
            count(*) as n, min("row", $most) as first from narrow where not todo group by all""",
            most=str(FIRST),
        )
        run(self.connection, "insert into twofold $made", made=found.decoded)
        self._by_hand(kinds, self._completed())

    def parts(self) -> list[tuple[str, str]]:
        """The parts of one side's answer."""
        found = [("faulty", "boolean"), ("outcome", "tinyint"), ("category", "tinyint")]
        for i in range(len(self.benefits)):
            found += [(f"mode{i}", "tinyint"), (f"min{i}", "bigint"), (f"max{i}", "bigint")]
        return found

    # by completions ----------------------------------------------------------------------
    def _completed(self) -> str:
        """Rows that completions settle on both sides; gives the query of the rows left."""
        for side, of in self.asked.items():
            if not tried_rows(self.connection, self.population, of, _LEFT, f"tried_{side}"):
                return _LEFT
        columns = [f"cast(open_rows.{identifier(name)} as varchar)" for name in self.by]
        for side, policy in self.policies.items():
            columns += self._from_words(f"tried_{side}", policy)
        run(
            self.connection,
            """insert into twofold select $columns, 1, [open_rows."row"] from open_rows
            join tried_old on tried_old."row" = open_rows."row" and not tried_old.hard
            join tried_new on tried_new."row" = open_rows."row" and not tried_new.hard""",
            columns=", ".join(columns),
        )
        return """select "row" from tried_old where hard
            union select "row" from tried_new where hard"""

    def _from_words(self, table: str, policy: Policy) -> list[str]:
        """The parts of one side's answer from the columns of a result."""
        found = ["false", _number_of(f"{table}.outcome", OUTCOMES)]
        found.append(_number_of(f"{table}.category", self.categories))
        given = {benefit.id for benefit in policy.benefits}
        for id_ in self.benefits:
            if id_ not in given:
                found += ["0", "0", "0"]
                continue
            mode, fen, low, high = (f"{table}.{identifier(f'{id_}.{key}')}" for key in AMOUNTS)
            found.append(_number_of(f"coalesce({mode}, '')", MODES))
            found += [f"coalesce({fen}, {end}, 0)" for end in (low, high)]
        return found

    # by Python ---------------------------------------------------------------------------
    def _by_hand(self, kinds: Sequence[tuple[str, str]], which: str) -> None:
        columns = ", ".join(f"unnest(cast(? as {kind}[]))" for _, kind in kinds)
        for rows in left_rows(self.connection, self.population, which):
            made = []
            for number, raw in rows:
                record: list[Any] = [shown(raw[name]) for name in self.by]
                for policy in self.policies.values():
                    record += self._assessed(policy, raw)
                made.append([*record, 1, [number]])
            self.by_python += len(made)
            lists = [[row[i] for row in made] for i in range(len(kinds))]
            run(self.connection, "insert into twofold select $columns", lists, columns=columns)

    def _assessed(self, policy: Policy, raw: Mapping[str, Any]) -> list[Any]:
        try:
            facts = policy.read_facts(given_facts(policy, raw, self.population.blank))
            return [False, *self._record(assess(policy, facts))]
        except Refused:
            return [True, 0, 0, *[0, 0, 0] * len(self.benefits)]

    def _record(self, found: Assessment) -> list[Any]:
        record: list[Any] = [OUTCOMES.index(found.outcome), self.categories.index(found.category)]
        granted = {one.id: one for one in found.benefits}
        for id_ in self.benefits:
            one = granted.get(id_)
            if one is None:
                record += [0, 0, 0]
            elif one.fen is not None:
                record += [MODES.index(one.mode), one.fen, one.fen]
            else:
                record += [MODES.index(one.mode), one.min_fen or 0, one.max_fen or 0]
        return record


def _number_of(item: str, words: Sequence[str]) -> str:
    """The place of a word in a list, from 0."""
    return f"list_position([{', '.join(map(quoted, words))}], {item}) - 1"
