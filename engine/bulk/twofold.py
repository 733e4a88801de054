"""Both editions over one population, told apart only where an answer differs.

The rows are assessed by both in one pass and packed; equal answers are counted. The table `twofold`
then has, per different pair of answers, the values told apart by, the parts of both answers, how
many rows (`n`) and the first of them (`first`). Rows that SQL leaves are assessed by Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from engine.assessment import Assessment, assess
from engine.bulk import sql, truths
from engine.bulk.numbers import NotInSql
from engine.bulk.query import Query
from engine.bulk.runs import Connection, identifier, quoted, run
from engine.bulk.shape import AMOUNTS, Shape
from engine.bulk.shape import OUTCOMES as SETTLED
from engine.bulk.sources import ROW, Population
from engine.bulk.sql import Sql
from engine.bulk.table import given_facts, left_rows, tried_rows
from engine.core import NO_CATEGORY, UNDETERMINED
from engine.faults import Refused
from engine.model import Policy

SIDES = ("old", "new")
OUTCOMES = (*SETTLED, UNDETERMINED)
MODES = ("", "fixed", "range", "cap", "discretion", UNDETERMINED)
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
        self.population, self.connection, self.by = population, connection, by
        self.categories = tuple(
            dict.fromkeys([NO_CATEGORY, *old.categories, *new.categories, UNDETERMINED])
        )
        self.benefits = tuple(dict.fromkeys(b.id for p in (old, new) for b in p.benefits))
        self.by_python = 0

    def fill(self) -> None:
        kinds = [(f"by{i}", "varchar") for i in range(len(self.by))]
        kinds += [(f"{side}_{name}", kind) for side in SIDES for name, kind in self.parts()]
        kinds += [("n", "bigint"), ("first", "bigint[]")]
        columns = ", ".join(f"{name} {kind}" for name, kind in kinds)
        run(self.connection, "create or replace temp table twofold ($columns)", columns=columns)
        try:
            queries = self._queries()
        except NotInSql:
            self._by_hand(kinds, "")
            return
        text = self._narrow(queries).sql("duckdb").replace("source_of_rows", self.population.source)
        run(self.connection, "create or replace temp table narrow as $made", made=text)
        run(
            self.connection,
            """create or replace temp table cells as select * exclude ("row", todo),
            count(*) as n, min("row", $most) as first from narrow where not todo group by all""",
            most=str(FIRST),
        )
        wide = self._decoded(queries).sql("duckdb")
        run(self.connection, "insert into twofold $made", made=wide)
        self._by_hand(kinds, self._completed(queries))

    def parts(self) -> list[tuple[str, str]]:
        """The parts of one side's answer."""
        found = [("faulty", "boolean"), ("outcome", "tinyint"), ("category", "tinyint")]
        for i in range(len(self.benefits)):
            found += [(f"mode{i}", "tinyint"), (f"min{i}", "bigint"), (f"max{i}", "bigint")]
        return found

    # by SQL ------------------------------------------------------------------------------
    def _queries(self) -> dict[str, Query]:
        found: dict[str, Query] = {}
        below: Query | None = None
        for side, policy in self.policies.items():
            cells = self.population.cells(policy)
            found[side] = below = Query(policy, cells, "duckdb", f"~{side}.", below)
        return found

    def _narrow(self, queries: Mapping[str, Query]) -> exp.Select:
        """Per row its number, the packed answers, and the amounts that differ from row to row."""
        columns: list[Sql] = [sql.column(ROW)]
        for i, name in enumerate(self.by):
            columns.append(exp.alias_(sql.cast(sql.column(name), "varchar"), f"by{i}"))
        todo: list[Sql] = []
        own: dict[str, None] = {}
        for side, query in queries.items():
            todo += [query.bits["c_bad"], query.bits["c_undecided"]]
            columns += Shape(query, lists=False).codes(f"{side}_")
            amounts = (c for c in query.parts.amounts.values() if isinstance(c, str))
            own.update(dict.fromkeys(query.placed[name] for name in amounts))
        columns += map(sql.column, own)
        columns.append(exp.alias_(truths.is_set(truths.either(*todo)), "todo"))
        layer: exp.Query = self.population.table(())
        old, new = queries.values()
        wanted = sql.columns_in(columns)
        layer = new.select(old.select(layer, new.inputs(wanted)), wanted)
        return exp.select(*columns).from_(layer.subquery("q", copy=False), copy=False)

    def _decoded(self, queries: Mapping[str, Query]) -> exp.Select:
        """The columns of `twofold` from `cells`."""
        columns: list[Sql] = [sql.column(f"by{i}") for i in range(len(self.by))]
        for side, query in queries.items():
            fields = Shape(query, lists=False).fields
            columns += self._side(query, {n: f.decoded(f"{side}_") for n, f in fields.items()})
        columns += [sql.column("n"), sql.column("first")]
        return exp.select(*columns).from_("cells")

    # by completions ----------------------------------------------------------------------
    def _completed(self, queries: Mapping[str, Query]) -> str:
        """Rows that completions settle on both sides; gives the query of the rows left."""
        for side, policy in self.policies.items():
            alone = Query(policy, self.population.cells(policy), "duckdb")
            if not tried_rows(self.connection, self.population, alone, _LEFT, f"tried_{side}"):
                return _LEFT
        columns = [f"cast(open_rows.{identifier(name)} as varchar)" for name in self.by]
        for side, query in queries.items():
            columns += self._from_words(f"tried_{side}", query.policy)
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

    # decoding ----------------------------------------------------------------------------
    def _side(self, query: Query, fields: Mapping[str, Sql]) -> list[Sql]:
        names = (NO_CATEGORY, *query.policy.categories)
        category = _by_number(
            fields.get("category"), {i: self.categories.index(n) for i, n in enumerate(names)}
        )
        numbers = {benefit.id: b for b, benefit in enumerate(query.policy.benefits)}
        found = [sql.truth(False), fields["outcome"], category]
        for id_ in self.benefits:
            found += self._benefit(query, fields, numbers.get(id_))
        return found

    def _benefit(self, query: Query, fields: Mapping[str, Sql], number: int | None) -> list[Sql]:
        """Mode, least and most; a benefit that is not given has zeros."""
        if number is None:
            return [sql.whole(0), sql.whole(0), sql.whole(0)]
        tiers = query.policy.benefits[number].tiers
        code = fields.get(f"tier{number}")
        found = [_by_number(code, {i + 1: MODES.index(one.mode) for i, one in enumerate(tiers)})]
        for key in ("min_fen", "max_fen"):
            parts: list[Sql] = []
            for one in (query.parts.amounts[number, "fen"], query.parts.amounts[number, key]):
                if isinstance(one, str):
                    own = query.column(one)
                    parts.append(sql.case((sql.known(own), own), other=sql.whole(0)))
                else:
                    parts.append(_by_number(code, {tier + 1: fen for tier, fen in one.items()}))
            found.append(sql.binary(exp.Add, *parts))  # a tier has one or the other
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


def _by_number(code: Sql | None, numbers: Mapping[int, int]) -> Sql:
    """Numbers by the value of a field; zero elsewhere."""
    pairs = [
        (sql.binary(exp.EQ, code, sql.whole(key)), sql.whole(value))
        for key, value in numbers.items()
        if code is not None and value
    ]
    return sql.case(*pairs, other=sql.whole(0)) if pairs else sql.whole(0)
