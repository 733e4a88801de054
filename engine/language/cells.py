"""A cell of a table to a rough condition on its column: structure only.

    -   anything          80     equal             80..100   from 80 to 100
    >= 80                 [80..100)  without 100   1, 3..5, > 9   one of these
    yes / 是              a, b   one of choices    not a, b / 非 甲、乙   none of these

Bounds may be expressions over parameters and worked-out values.
"""

from __future__ import annotations

from engine.language.lexer import Token, tokens
from engine.language.parser import Parser, Rough

ANYTHING = frozenset({"", "-", "－", "—", "任意"})


def parse_cell(text: str, words: set[str], column: Rough, is_set: bool = False) -> Rough | None:
    """The condition that a cell puts on its column; None where anything will do; Stumble where it
    cannot be read. In a column with sets of choices a cell names a choice that must be there."""
    if text.strip() in ANYTHING:
        return None
    return _Cell(tokens(text, words), column, is_set).whole()


class _Cell(Parser):
    def __init__(self, stream: list[Token], column: Rough, is_set: bool) -> None:
        super().__init__(stream)
        self.column, self.is_set = column, is_set

    def whole(self) -> Rough:
        negated = self.token.kind == "keyword" and self.token.value == "not"
        start = self.token.start
        if negated:
            self.at += 1
        elif self.token.value == "!=" and self._is_list():
            negated = True
            self.at += 1
        items = self._items()
        self.expect_end()
        span = (start, items[-1].span[1])
        found = items[0] if len(items) == 1 else Rough("or", span, "", tuple(items))
        return Rough("not", span, "", (found,)) if negated else found

    def _is_list(self) -> bool:
        return any(token.value in (",", "or") for token in self.stream)

    def _items(self) -> list[Rough]:
        if self.token.value == "(" and (found := self._bracketed()):
            return found
        items = [self._test()]
        while self.take(",", "or"):
            items.append(self._test())
        return items

    def _bracketed(self) -> list[Rough] | None:
        """A list in brackets, `(a, b)`; None where the bracket belongs to something else."""
        kept = self.at
        if not any(token.value in (",", "or") for token in self.stream):
            return None
        self.take("(")
        items = [self._test()]
        while self.take(",", "or"):
            items.append(self._test())
        if self.take(")") and self.token.kind == "end":
            return items
        self.at = kept
        return None

    def _test(self) -> Rough:
        start = self.token.start
        if self.token.value in ("(", "[", "]") and (found := self._interval()):
            return found
        if self.take("between_open"):
            low = self.sum()
            if self.take("to", "and") is None:
                raise self.stumble("expr_expected", wanted="至")
            high = self.sum()
            return self._range((start, self.need("between_close").end), low, ">=", high, "<=")
        if self.token.is_yes and self.stream[self.at + 1].value in (",", "or", ""):
            item = self.sum()
        elif operator := self.operator():
            item = self.sum()
            span = (start, item.span[1])
            return Rough("compare", span, operator, (self.column, item))
        else:
            item = self.sum()
        if self.take("..", "to"):
            high = self.sum()
            return self._range((start, high.span[1]), item, ">=", high, "<=")
        span = (start, item.span[1])
        if self.is_set:
            return Rough("in", span, "", (item, self.column))
        return Rough("compare", span, "=", (self.column, item))

    def _interval(self) -> Rough | None:
        """`[a..b)` and the like; None where the bracket opens a sum."""
        kept, start = self.at, self.token.start
        opening = self.token.value
        self.at += 1
        low = self.sum()
        if self.take("..") is None:
            self.at = kept
            if opening == "(":
                return None
            raise self.stumble("expr_unexpected")
        high = self.sum()
        closing = self.take(")", "]", "[")
        if closing is None:
            raise self.stumble("expr_expected", wanted=")")
        least = ">=" if opening == "[" else ">"
        most = "<=" if closing.value == "]" else "<"
        return self._range((start, closing.end), low, least, high, most)

    def _range(
        self, span: tuple[int, int], low: Rough, least: str, high: Rough, most: str
    ) -> Rough:
        parts = (
            Rough("compare", span, least, (self.column, low)),
            Rough("compare", span, most, (self.column, high)),
        )
        return Rough("and", span, "", parts)
