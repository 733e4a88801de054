"""The parts of an answer, packed into whole numbers, and their words for each different number.

A million rows have few different answers: the words are made once per different code and joined
back. The columns are those of `decide --csv`, lists joined with `;`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from engine.bulk import sql
from engine.bulk.query import LISTS, REFUSED, Query
from engine.bulk.sql import Sql
from engine.core import DISCRETIONARY, ELIGIBLE, INELIGIBLE, NO_CATEGORY
from engine.model import Policy

CODES = ("grounds", "denials", "missing", "evidence", "approvals", "escalations")
AMOUNTS = ("mode", "fen", "min_fen", "max_fen")
OUTCOMES = (INELIGIBLE, ELIGIBLE, DISCRETIONARY)
_WORD = 62


def columns_of(policy: Policy) -> list[tuple[str, str]]:
    """The columns of the answer with their SQL types, in the order of the bulk output."""
    found = [("outcome", "varchar"), ("category", "varchar")]
    found += [(name, "varchar") for name in CODES]
    for benefit in policy.benefits:
        kinds = ("varchar", "bigint", "bigint", "bigint")
        found += [(f"{benefit.id}.{p}", k) for p, k in zip(AMOUNTS, kinds, strict=True)]
    found += [(output.id, "varchar") for output in policy.outputs]
    return [*found, ("error", "varchar")]


@dataclass(frozen=True)
class Field:
    """Some bits of a code: the part's name, in which word, from which bit, how many."""

    name: str
    word: int
    start: int
    width: int

    def decoded(self, prefix: str = "") -> Sql:
        word = sql.column(f"{prefix}w{self.word}")
        shifted = sql.binary(exp.BitwiseRightShift, word, sql.whole(self.start))
        return sql.binary(exp.BitwiseAnd, shifted, sql.whole((1 << self.width) - 1))


class Shape:
    """How the answers of one query are packed and put into words."""

    def __init__(self, query: Query, lists: bool = True) -> None:
        """`lists` False: outcome, category and tiers only, and every row, for comparing."""
        self.query, self.policy = query, query.policy
        self.fields: dict[str, Field] = {}
        self.packed: dict[str, tuple[Sql, bool]] = {}
        """What is packed, and whether a refused case has it too."""
        self._place("outcome", 2, query.column("c_outcome"), plain=True)
        most = len(self.policy.categories)
        self._place("category", most.bit_length(), query.column("c_category"))
        for number, benefit in enumerate(self.policy.benefits):
            tier = sql.binary(exp.Add, query.column(f"c_tier{number}"), sql.whole(1))
            self._place(f"tier{number}", len(benefit.tiers).bit_length(), tier)
        for name in LISTS if lists else ():
            width = len(getattr(query.machine.lists, name))
            self._place(name, width, query.column(f"c_{name}"))
        denials = len(query.parts.denials) if lists else 0
        self._place("denials", denials, query.column("c_denials"), plain=True)

    # packing -----------------------------------------------------------------------------
    def _place(self, name: str, width: int, item: Sql, plain: bool = False) -> None:
        if width == 0:
            return
        used = sum(f.width for f in self.fields.values() if f.word == self.words - 1)
        word = self.words - 1 if self.fields else 0
        if used + width > _WORD:
            word, used = word + 1, 0
        self.fields[name] = Field(name, word, used, width)
        self.packed[name] = (item, plain)

    @property
    def words(self) -> int:
        return max((f.word for f in self.fields.values()), default=0) + 1

    def codes(self, prefix: str = "") -> list[Sql]:
        """`w0`, `w1` …: the packed parts of a row that is not for Python."""
        given = sql.binary(exp.GT, self.query.column("c_outcome"), sql.whole(REFUSED))
        found = []
        for word in range(self.words):
            always, positive = self._added(word, True), self._added(word, False)
            if positive is not None:
                part = sql.case((sql.holds(given.copy()), positive), other=sql.whole(0))
                always = part if always is None else sql.binary(exp.Add, always, part)
            found.append(exp.alias_(always or sql.whole(0), f"{prefix}w{word}", quoted=True))
        return found

    def _added(self, word: int, plain: bool) -> Sql | None:
        """The fields of a word, each in its place."""
        found: Sql | None = None
        for field in self.fields.values():
            item, own = self.packed[field.name]
            if field.word == word and own == plain:
                one: Sql = sql.cast(item.copy(), "bigint")
                if field.start:
                    one = sql.binary(exp.Mul, one, sql.whole(1 << field.start))
                found = one if found is None else exp.Add(this=found, expression=sql.part(one))
        return found

    # words -------------------------------------------------------------------------------
    def answers(self) -> list[Sql]:
        """The columns that go by the code alone, decoded from `w0`, `w1` …"""
        made: dict[str, Sql] = {
            "outcome": self._named("outcome", OUTCOMES),
            "category": self._named("category", (NO_CATEGORY, *self.policy.categories)),
            "denials": self._denials(),
            "missing": sql.text(""),
        }
        for name in LISTS:
            codes = [entry.code for entry in getattr(self.query.machine.lists, name)]
            made[name] = self._joined(name, codes) if name in self.fields else sql.text("")
        for b, benefit in enumerate(self.policy.benefits):
            modes = (None, *(tier.mode for tier in benefit.tiers))
            made[f"{benefit.id}.mode"] = self._named(f"tier{b}", modes)
            for key in AMOUNTS[1:]:
                amounts = self.query.parts.amounts[b, key]
                if not isinstance(amounts, str):
                    made[f"{benefit.id}.{key}"] = self._fixed(f"tier{b}", amounts)
        return [exp.alias_(item, name, quoted=True) for name, item in made.items()]

    def _named(self, name: str, words: Sequence[str | None]) -> Sql:
        if name not in self.fields:
            return sql.cast(sql.null(), "varchar")
        code = self.fields[name].decoded()
        pairs = [
            (sql.binary(exp.EQ, code.copy(), sql.whole(number)), sql.text(word))
            for number, word in enumerate(words)
            if word is not None
        ]
        return sql.cast(sql.case(*pairs), "varchar") if pairs else sql.cast(sql.null(), "varchar")

    def _fixed(self, name: str, amounts: object) -> Sql:
        pairs = []
        if isinstance(amounts, dict):
            code = self.fields[name].decoded()
            pairs = [
                (sql.binary(exp.EQ, code.copy(), sql.whole(tier + 1)), sql.whole(fen))
                for tier, fen in amounts.items()
            ]
        return sql.cast(sql.case(*pairs) if pairs else sql.null(), "bigint")

    def _joined(self, name: str, codes: Sequence[str], first: int = 0) -> Sql:
        """The codes whose bits are set, joined with `;`."""
        field = self.fields[name]
        parts = []
        for number, code in enumerate(codes):
            one = Field("", field.word, field.start + first + number, 1).decoded()
            test = sql.binary(exp.EQ, one, sql.whole(1))
            parts.append(sql.case((test, sql.text(code))))
        return sql.call("concat_ws", sql.text(";"), *parts) if parts else sql.text("")

    def _denials(self) -> Sql:
        """The denials of the first level that has one."""
        if "denials" not in self.fields:
            return sql.text("")
        field, start = self.fields["denials"], 0
        pairs = []
        for level in range(1 + max(level for level, _ in self.query.parts.denials)):
            codes = [entry.code for at, entry in self.query.parts.denials if at == level]
            if codes:
                some = Field("", field.word, field.start + start, len(codes)).decoded()
                test = sql.binary(exp.NEQ, some, sql.whole(0))
                pairs.append((test, self._joined("denials", codes, start)))
                start += len(codes)
        return sql.case(*pairs, other=sql.text(""))
