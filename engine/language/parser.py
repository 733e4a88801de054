"""Tokens to a rough tree: structure only; names and types are the checker's business.

A rough node is (kind, span, parts). Depth is limited, so no text can exhaust the stack.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.faults import Fault
from engine.language.lexer import Stumble, Token, tokens
from engine.language.tree import Tree

MAX_DEPTH = 60
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})


@dataclass(frozen=True, slots=True)
class Rough:
    """kind: word number date text and or not compare in range list arith neg if call, or given
    (`tree`: checked already, as the column of a table is)."""

    kind: str
    span: tuple[int, int]
    value: str = ""
    parts: tuple[Rough, ...] = ()
    tree: Tree | None = None


def parse(text: str, words: set[str]) -> Rough:
    """The whole text as one expression; Stumble where it cannot be read."""
    parser = Parser(tokens(text, words))
    found = parser.expression()
    parser.expect_end()
    return found


class Parser:
    """Reads one stream of tokens from left to right."""

    def __init__(self, stream: list[Token]) -> None:
        self.stream, self.at, self.depth = stream, 0, 0

    # tokens ------------------------------------------------------------------------------
    @property
    def token(self) -> Token:
        return self.stream[self.at]

    def take(self, *values: str) -> Token | None:
        token = self.token
        if token.kind in ("sign", "keyword") and token.value in values:
            self.at += 1
            return token
        return None

    def need(self, value: str) -> Token:
        token = self.take(value)
        if token is None:
            in_words = Fault(f"expr_{value}") if value in ("then", "else") else None
            wanted = in_words or value.replace("between_close", "之间")
            raise self.stumble("expr_expected", wanted=wanted)
        return token

    def stumble(self, code: str, **params: object) -> Stumble:
        token = self.token
        found: object = token.value if token.kind != "end" else Fault("expr_the_end")
        return Stumble(Fault(code, {"found": found, **params}), token.start)

    def expect_end(self) -> None:
        if self.token.kind != "end":
            raise self.stumble("expr_unexpected")

    # grammar -----------------------------------------------------------------------------
    def expression(self) -> Rough:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.stumble("expr_too_deep", limit=MAX_DEPTH)
        found = self._joined("or")
        self.depth -= 1
        return found

    def _joined(self, word: str) -> Rough:
        read = self._and if word == "or" else self._not
        items = [read()]
        while self.take(word):
            items.append(read())
        if len(items) == 1:
            return items[0]
        return Rough(word, (items[0].span[0], items[-1].span[1]), "", tuple(items))

    def _and(self) -> Rough:
        return self._joined("and")

    def _not(self) -> Rough:
        starts: list[int] = []
        while token := self.take("not"):
            starts.append(token.start)
        found = self._comparison()
        for start in reversed(starts):
            found = Rough("not", (start, found.span[1]), "", (found,))
        return found

    def _comparison(self) -> Rough:
        left = self.sum()
        negated = False
        if operator := self.operator():
            right = self.sum()
            found = Rough("compare", (left.span[0], right.span[1]), operator, (left, right))
        elif token := self.take("in", "not_in", "not"):
            negated = token.value != "in"
            if token.value == "not":
                self.need("in")
            right = self._members()
            found = Rough("in", (left.span[0], right.span[1]), "", (left, right))
        elif self.take("between"):
            found = self._between(left, "and", "")
        elif self.take("between_open"):
            found = self._between(left, "to", "between_close")
        else:
            return left
        if self.operator() is not None:
            self.at -= 1
            raise self.stumble("expr_chain")
        return Rough("not", found.span, "", (found,)) if negated else found

    def operator(self) -> str | None:
        token = self.token
        if token.kind == "sign" and token.value in _COMPARISONS:
            self.at += 1
            return token.value
        if self.take("is"):
            return "!=" if self.take("not") else "="
        return None

    def _between(self, left: Rough, middle: str, close: str) -> Rough:
        low = self.sum()
        if self.take(middle, "and", "to") is None:
            raise self.stumble("expr_expected", wanted=middle)
        high = self.sum()
        end = high.span[1]
        if close:
            end = self.need(close).end
        bounds = Rough("range", (low.span[0], high.span[1]), "", (low, high))
        return Rough("in", (left.span[0], end), "", (left, bounds))

    def _members(self) -> Rough:
        opening = self.take("(", "[")
        if opening is None:
            low = self.sum()
            if self.take(".."):
                high = self.sum()
                return Rough("range", (low.span[0], high.span[1]), "", (low, high))
            return low
        items = [self.sum()]
        if self.take(".."):
            high = self.sum()
            end = self.need(")" if opening.value == "(" else "]").end
            return Rough("range", (opening.start, end), "", (items[0], high))
        while self.take(",", "or"):
            items.append(self.sum())
        end = self.need(")" if opening.value == "(" else "]").end
        return Rough("list", (opening.start, end), "", tuple(items))

    def sum(self) -> Rough:
        found = self._term()
        while token := self.take("+", "-"):
            right = self._term()
            found = Rough("arith", (found.span[0], right.span[1]), token.value, (found, right))
        return found

    def _term(self) -> Rough:
        found = self._factor()
        while token := self.take("*", "/"):
            right = self._factor()
            found = Rough("arith", (found.span[0], right.span[1]), token.value, (found, right))
        return found

    def _factor(self) -> Rough:
        signs: list[int] = []
        while token := self.take("-"):
            signs.append(token.start)
        found = self._primary()
        for start in reversed(signs):
            found = Rough("neg", (start, found.span[1]), "", (found,))
        return found

    def _primary(self) -> Rough:
        token = self.token
        if token.kind == "sign" and token.value == "=" and token.is_yes:
            self.at += 1
            return Rough("word", (token.start, token.end), "yes")
        if token.kind in ("number", "date", "text"):
            self.at += 1
            return Rough(token.kind, (token.start, token.end), token.value)
        if token.kind == "word":
            self.at += 1
            if self.take("("):
                return self._call(token)
            return Rough("word", (token.start, token.end), token.value)
        if opening := self.take("("):
            inner = self.expression()
            end = self.need(")").end
            return Rough(inner.kind, (opening.start, end), inner.value, inner.parts)
        if opening := self.take("if"):
            test = self.expression()
            self.need("then")
            then = self.expression()
            self.need("else")
            other = self.expression()
            return Rough("if", (opening.start, other.span[1]), "", (test, then, other))
        raise self.stumble("expr_expected_value")

    def _call(self, name: Token) -> Rough:
        args: list[Rough] = []
        if not self.take(")"):
            args.append(self.expression())
            while self.take(","):
                args.append(self.expression())
            end = self.need(")").end
        else:
            end = self.stream[self.at - 1].end
        return Rough("call", (name.start, end), name.value, tuple(args))
