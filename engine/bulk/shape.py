"""The parts of an answer, packed into whole numbers, and their words for each different number.

A million rows have few different answers: the words are made once per different code and joined
back. The columns are those of `decide --csv`, lists joined with `;`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from engine.bulk import sql, truths
from engine.bulk.numbers import NotInSql
from engine.bulk.query import LISTS, Query
from engine.bulk.sql import Sql
from engine.core import DISCRETIONARY, ELIGIBLE, INELIGIBLE, NO_CATEGORY
from engine.model import Policy

CODES = ("grounds", "denials", "missing", "evidence", "approvals", "escalations")
AMOUNTS = ("mode", "fen", "min_fen", "max_fen")
OUTCOMES = (INELIGIBLE, ELIGIBLE, DISCRETIONARY)
_BITS = 7
"""Of a byte, so that no sign comes in."""
_WORD = 9 * _BITS


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
        self.packed: dict[tuple[int, int], Sql] = {}
        """(word, byte) → what stands in it, bit by bit."""
        self._word = self._next = 0
        self._place("outcome", query.outcomes)
        if lists:
            self._place("denials", query.lists["denials"])
        self._next += -self._next % _BITS
        self._always = (self._word, self._next // _BITS)
        """From this byte on a refused case has nothing."""
        self._place("category", _numbered(query.categories))
        for number, benefit in enumerate(self.policy.benefits):
            tiers = {i + 1: query.bits[f"c_tier{number}.{i}"] for i in range(len(benefit.tiers))}
            self._place(f"tier{number}", _numbered(tiers))
        for name in LISTS if lists else ():
            self._place(name, query.lists[name])

    # packing -----------------------------------------------------------------------------
    def _place(self, name: str, bits: Sequence[Sql]) -> None:
        if not bits:
            return
        if len(bits) > _WORD:
            raise NotInSql("a list of more codes than a number has bits")
        if self._next + len(bits) > _WORD:
            self._word, self._next = self._word + 1, 0
        self.fields[name] = Field(name, self._word, self._next, len(bits))
        for bit in bits:
            place, number = divmod(self._next, _BITS)
            here = truths.raised(bit, number)
            before = self.packed.get((self._word, place))
            self.packed[self._word, place] = (
                here if before is None else truths.overlaid(before, here)
            )
            self._next += 1

    @property
    def words(self) -> int:
        return self._word + 1

    def codes(self, prefix: str = "") -> list[Sql]:
        """`w0`, `w1` …: the packed parts of a row that is not for Python."""
        found: dict[int, Sql] = {
            word: sql.cast(sql.whole(0), "bigint") for word in range(self.words)
        }
        mask = truths.mask(self.query.bits["c_given"])
        for (word, place), byte in self.packed.items():
            if (word, place) >= self._always:
                byte = exp.BitwiseAnd(this=sql.part(byte), expression=sql.part(mask))
            wide = sql.cast(sql.part(byte), "bigint")
            if place:
                wide = sql.binary(exp.Mul, wide, sql.whole(1 << place * _BITS))
            found[word] = (
                wide if not place else exp.Add(this=found[word], expression=sql.part(wide))
            )
        return [exp.alias_(one, f"{prefix}w{word}", quoted=True) for word, one in found.items()]

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
        for level in range(1 + max(level for level, _ in self.query.denials)):
            codes = [entry.code for at, entry in self.query.denials if at == level]
            if codes:
                some = Field("", field.word, field.start + start, len(codes)).decoded()
                test = sql.binary(exp.NEQ, some, sql.whole(0))
                pairs.append((test, self._joined("denials", codes, start)))
                start += len(codes)
        return sql.case(*pairs, other=sql.text(""))


def _numbered(bits: Mapping[int, Sql]) -> list[Sql]:
    """The bits of a number of which one bit says that it is this one."""
    most = max(bits, default=0).bit_length()
    return [
        truths.either(*(bit for number, bit in bits.items() if number >> place & 1))
        for place in range(most)
    ]
