"""The statements by which two editions are compared, written once for the pair and kind of table.

Both editions stand over one source, the new one on the old, so that what they share is worked out
once. As in engine.bulk.statements the text goes by the editions' digests and the columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from engine.bulk import sql, truths
from engine.bulk.query import Query
from engine.bulk.shape import OUTCOMES as SETTLED
from engine.bulk.shape import Shape
from engine.bulk.sources import ROW
from engine.bulk.sql import Sql
from engine.bulk.statements import Asked, Kept
from engine.core import NO_CATEGORY, UNDETERMINED

SIDES = ("old", "new")
OUTCOMES = (*SETTLED, UNDETERMINED)
MODES = ("", "fixed", "range", "cap", "discretion", UNDETERMINED)


@dataclass(frozen=True)
class Texts:
    """`narrow`, over `source_of_rows`: per row its number, both packed answers, the amounts that differ
    from row to row, and whether it is for Python. `decoded`: the columns of `twofold` from `cells`.
    `words`: the names of the packed answers."""

    narrow: str
    decoded: str
    words: tuple[str, ...]


_TEXTS: Kept[Texts] = Kept()


def texts(old: Asked, new: Asked, by: Sequence[str]) -> Texts:
    """NotInSql where one of the editions cannot be put in SQL over such a table."""
    key = old.key, new.key, tuple(by)
    return _TEXTS.get(key, lambda: _Sides(old, new, by).texts())


def categories(asked: Sequence[Asked]) -> tuple[str, ...]:
    """Of both editions, in the order of their numbers."""
    found = [name for one in asked for name in one.policy.categories]
    return tuple(dict.fromkeys([NO_CATEGORY, *found, UNDETERMINED]))


def benefits(asked: Sequence[Asked]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(b.id for one in asked for b in one.policy.benefits))


class _Sides:
    def __init__(self, old: Asked, new: Asked, by: Sequence[str]) -> None:
        self.population, self.by = old.population, by
        self.categories, self.benefits = categories((old, new)), benefits((old, new))
        first = old.query("~old.")
        self.queries = {"old": first, "new": new.query("~new.", first)}
        self.shapes = {side: Shape(query, lists=False) for side, query in self.queries.items()}

    def texts(self) -> Texts:
        words = [f"{s}_w{n}" for s, shape in self.shapes.items() for n in range(shape.words)]
        return Texts(self._narrow().sql("duckdb"), self._decoded().sql("duckdb"), tuple(words))

    def _narrow(self) -> exp.Select:
        """Per row its number, the packed answers, and the amounts that differ from row to row."""
        columns: list[Sql] = [sql.column(ROW)]
        for i, name in enumerate(self.by):
            columns.append(exp.alias_(sql.cast(sql.column(name), "varchar"), f"by{i}"))
        todo: list[Sql] = []
        own: dict[str, None] = {}
        for side, query in self.queries.items():
            todo += [query.bits["c_bad"], query.bits["c_undecided"]]
            columns += self.shapes[side].codes(f"{side}_")
            amounts = (c for c in query.parts.amounts.values() if isinstance(c, str))
            own.update(dict.fromkeys(query.placed[name] for name in amounts))
        columns += map(sql.column, own)
        columns.append(exp.alias_(truths.is_set(truths.either(*todo)), "todo"))
        layer: exp.Query = self.population.table(())
        old, new = self.queries.values()
        wanted = sql.columns_in(columns)
        layer = new.select(old.select(layer, new.inputs(wanted)), wanted)
        return exp.select(*columns).from_(layer.subquery("q", copy=False), copy=False)

    def _decoded(self) -> exp.Select:
        """The columns of `twofold` from `cells`."""
        columns: list[Sql] = [sql.column(f"by{i}") for i in range(len(self.by))]
        for side, query in self.queries.items():
            fields = self.shapes[side].fields
            columns += self._side(query, {n: f.decoded(f"{side}_") for n, f in fields.items()})
        columns += [sql.column("n"), sql.column("first")]
        return exp.select(*columns).from_("cells")

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


def _by_number(code: Sql | None, numbers: Mapping[int, int]) -> Sql:
    """Numbers by the value of a field; zero elsewhere."""
    pairs = [
        (sql.binary(exp.EQ, code, sql.whole(key)), sql.whole(value))
        for key, value in numbers.items()
        if code is not None and value
    ]
    return sql.case(*pairs, other=sql.whole(0)) if pairs else sql.whole(0)
