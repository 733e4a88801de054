"""Text of an expression to tokens, English and Chinese alike. Knows words, not their meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.faults import Fault
from engine.language.functions import FUNCTIONS

# Chinese words of the language → the English word that the parser knows.
CHINESE = {
    "并且": "and", "且": "and", "或者": "or", "或": "or", "并非": "not", "非": "not",
    "不是": "!=", "是": "=", "等于": "=", "不等于": "!=", "大于": ">", "小于": "<",
    "不小于": ">=", "不大于": "<=", "不属于": "not_in", "属于": "in",
    "在": "between_open", "之间": "between_close", "至": "to", "到": "to",
    "如果": "if", "若": "if", "那么": "then", "则": "then", "否则": "else", "否": "no",
    **{signature.zh: name for name, signature in FUNCTIONS.items()},
}  # fmt: skip
_SIGNS = {
    "＝": "=", "≠": "!=", "＜": "<", "＞": ">", "≤": "<=", "≥": ">=", "≦": "<=", "≧": ">=",
    "＋": "+", "－": "-", "−": "-", "×": "*", "÷": "/", "（": "(", "）": ")", "，": ",", "、": ",",
    "【": "[", "】": "]", "==": "=",
}  # fmt: skip
KEYWORDS = frozenset(
    {"and", "or", "not", "in", "is", "between", "if", "then", "else", "to", "not_in",
     "between_open", "between_close"}
)  # fmt: skip

_SPACE = re.compile(r"[ \t\r\n\u3000]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")
_CHINESE_DATE = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(%|万元?|元)?")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SIGN = re.compile(r"\.\.|<=|>=|!=|==|[-+*/=<>()\[\],＝≠＜＞≤≥≦≧＋－−×÷（），、【】]")
_TEXT = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"|“([^”\n]*)”")
_OTHER = re.compile(r"[^\s\x00-\x7f（），、＝≠＜＞≤≥×÷＋－“”【】]+|.", re.DOTALL)
_JOINTS = re.compile(
    "并且|且|或者|或|不等于|等于|不大于|大于|不小于|小于|不属于|属于|不是|是|那么|否则"
)


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is word, number, date, text, sign, keyword or end; `value` its meaning."""

    kind: str
    value: str
    start: int
    end: int
    is_yes: bool = False
    """The word 是, which also means yes."""


class Stumble(Exception):  # noqa: N818 - a signal to the checker, never shown as an error
    """Where an expression cannot be read; the caller knows file and line."""

    def __init__(self, fault: Fault, offset: int) -> None:
        super().__init__(fault.code)
        self.fault, self.offset = fault, offset


def tokens(text: str, words: set[str]) -> list[Token]:
    """`words` are the Chinese labels and choices in use; the longest that fits is taken."""
    by_length = sorted(words | set(CHINESE), key=len, reverse=True)
    found: list[Token] = []
    at = 0
    while at < len(text):
        space = _SPACE.match(text, at)
        if space:
            at = space.end()
            continue
        token = _next(text, at, by_length, words)
        found.append(token)
        at = token.end
    found.append(Token("end", "", len(text), len(text)))
    return found


def _next(text: str, at: int, by_length: list[str], words: set[str]) -> Token:
    written = _CHINESE_DATE.match(text, at)
    if written:
        year, month, day = written.groups()
        return Token("date", f"{year}-{month:0>2}-{day:0>2}", at, written.end())
    for kind, pattern in (("date", _DATE), ("number", _NUMBER), ("word", _WORD), ("sign", _SIGN)):
        match = pattern.match(text, at)
        if match:
            value = _SIGNS.get(match.group(), match.group())
            if kind == "word" and value in KEYWORDS and value.isalpha():
                kind = "keyword"
            return Token(kind, value, at, match.end())
    quoted = _TEXT.match(text, at)
    if quoted:
        return Token("text", next(g for g in quoted.groups() if g is not None), at, quoted.end())
    for word in by_length:
        if text.startswith(word, at):
            return _chinese(word, at, words)
    run = _OTHER.match(text, at)
    shown = run.group() if run else text[at]
    joint = _JOINTS.search(shown, 1)
    if joint:  # an unknown word ends where the next operator begins
        shown = shown[: joint.start()]
    if len(shown) == 1 and shown.isascii():
        raise Stumble(Fault("expr_bad_sign", {"sign": shown}), at)
    return Token("word", shown, at, at + len(shown))


def _chinese(word: str, at: int, words: set[str]) -> Token:
    end = at + len(word)
    if word in words:
        return Token("word", word, at, end)
    meaning = CHINESE[word]
    if meaning in KEYWORDS:
        return Token("keyword", meaning, at, end)
    is_sign = not meaning.replace("_", "").isalpha()
    return Token("sign" if is_sign else "word", meaning, at, end, word == "是")
