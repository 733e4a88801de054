"""The part of FEEL that DMN level 2 needs in tables: unary tests and simple values, to our cells.

"a", "b"   1, [3..5], > 9   not("a")   [80..90)   >= line * 2   date("2025-01-01")   true   -
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from engine.faults import Fault

_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"[^\"\n]*\")|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<sign>\.\.|<=|>=|!=|[-+*/<>=()\[\],])"
    r"|(?P<word>[^\W\d][\w]*))"
)
_COMPARE = frozenset({"<", "<=", ">", ">=", "=", "!="})
_WORD = re.compile(r"[a-z][a-z0-9_-]*\Z")


class FeelError(Exception):
    """What is wrong with a piece of FEEL, as a fault without a place."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.fault = Fault(code, params)


@dataclass(frozen=True)
class _Token:
    kind: str
    value: str


def cell_of(text: str, name: Callable[[str], str]) -> str:
    """A unary test as a cell of ours; `name` turns a FEEL name into one of the policy."""
    if text.strip() == "-":
        return "-"
    if not text.strip():
        raise FeelError("feel_empty")
    return _Reader(text, name).tests()


def value_of(text: str, name: Callable[[str], str]) -> str:
    """An output entry or input expression as an expression of ours."""
    if not text.strip():
        raise FeelError("feel_empty")
    return _Reader(text, name).whole_value()


class _Reader:
    def __init__(self, text: str, name: Callable[[str], str]) -> None:
        self.tokens, self.at, self.name = _tokens(text), 0, name

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def take(self, *values: str) -> str | None:
        if self.token.kind == "sign" and self.token.value in values:
            self.at += 1
            return self.tokens[self.at - 1].value
        return None

    def need(self, *values: str) -> str:
        found = self.take(*values)
        if found is None:
            rest = self.token.value
            raise FeelError("feel_more", rest=rest) if rest else FeelError("feel_end")
        return found

    def end(self) -> None:
        if self.token.kind != "end":
            raise FeelError("feel_more", rest=self.token.value)

    def tests(self) -> str:
        negated = self.token == _Token("word", "not")
        if negated:
            self.at += 1
            self.need("(")
        items = [self._test()]
        while self.take(","):
            items.append(self._test())
        if negated:
            self.need(")")
        self.end()
        shown = ", ".join(items)
        return f"not {shown}" if negated else shown

    def whole_value(self) -> str:
        found = self._sum()
        self.end()
        return found

    def _test(self) -> str:
        if self.token.kind == "sign" and self.token.value in _COMPARE:
            sign = self.need(*_COMPARE)
            return f"{sign} {self._sum()}"
        if opening := self.take("[", "]", "("):
            low = self._sum()
            if opening == "(" and self.token.value == ")":
                self.need(")")
                return f"({low})"
            self.need("..")
            high = self._sum()
            closing = self.need("]", "[", ")")
            least = "[" if opening == "[" else "("
            most = "]" if closing == "]" else ")"
            return f"{least}{low}..{high}{most}"
        return self._sum()

    def _sum(self) -> str:
        found = self._term()
        while sign := self.take("+", "-"):
            found = f"{found} {sign} {self._term()}"
        return found

    def _term(self) -> str:
        found = self._factor()
        while sign := self.take("*", "/"):
            found = f"{found} {sign} {self._factor()}"
        return found

    def _factor(self) -> str:
        if self.take("-"):
            return f"-{self._factor()}"
        if self.take("("):
            inner = self._sum()
            self.need(")")
            return f"({inner})"
        token = self.token
        if token.kind == "end":
            raise FeelError("feel_end")
        self.at += 1
        if token.kind == "number":
            return token.value
        if token.kind == "text":
            inner = token.value[1:-1]
            return inner if _WORD.match(inner) or not inner.isascii() else f"'{inner}'"
        if token.kind == "word":
            return self._word(token.value)
        raise FeelError("feel_value")

    def _word(self, word: str) -> str:
        if word in ("true", "false"):
            return "yes" if word == "true" else "no"
        if self.token.value == "(":
            if word != "date":
                raise FeelError("feel_call", name=word)
            return self._date()
        while self.token.kind == "word":  # names in FEEL may have spaces
            word = f"{word} {self.token.value}"
            self.at += 1
        known = self.name(word)
        if " " in known:
            raise FeelError("feel_name", name=word)
        return known

    def _date(self) -> str:
        self.need("(")
        token = self.token
        self.at += 1
        try:
            day = date.fromisoformat(token.value.strip('"'))
        except ValueError:
            raise FeelError("feel_value") from None
        if token.kind != "text":
            raise FeelError("feel_value")
        self.need(")")
        return day.isoformat()


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise FeelError("feel_sign", sign=text[at:].strip()[:1])
        found.append(_Token(match.lastgroup, match.group(match.lastgroup)))
        at = match.end()
    return [*found, _Token("end", "")]
