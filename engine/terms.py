"""What a policy calls the people it is about and the units that handle them.

The program's own texts never name them: they say `{word.person}` or `{word.branches}`, and the
policy whose matters are spoken of fills that in. `{word.Person}` begins with a capital in English.
A program that speaks of no policy uses the neutral words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, field

LEVELS = ("branch", "committee", "department")
"""Levels of the organisation tree that the program's texts speak of."""
STANDINGS = ("full", "probationary", "non_member", "expelled")
COUNTED = ("person", "hardship_person", "unit")
"""Words that the texts also use of several: `person` and `persons`."""
WORD = re.compile(r"\{word\.([A-Za-z_]+)\}")
_UNSAFE = re.compile(r"[{}%<>]")


@dataclass(frozen=True, slots=True)
class Term:
    """One word in Chinese and English; `many` is the English plural."""

    zh: str
    en: str
    many: str = ""


@dataclass(frozen=True)
class Terms:
    """The words of one policy by the names in `NAMES`: (Chinese, English)."""

    words: Mapping[str, tuple[str, str]]
    spelled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other ways in which people write a word, by its name."""

    def word(self, name: str, lang: str) -> str:
        """The word in "zh" or "en"; a capital first letter of the name asks for one in English.

        A name that no policy can give stays visible, so that it is noticed.
        """
        key = plain_name(name)
        pair = self.words.get(key) or NEUTRAL.words.get(key)
        if pair is None:
            return "{word." + name + "}"
        if lang != "en":
            return pair[0]
        return pair[1][:1].upper() + pair[1][1:] if name != key else pair[1]

    def role(self, code: str, lang: str) -> str | None:
        """What the policy calls the holders of a role, where it has a name of its own for them."""
        pair = self.words.get(f"role_{code}")
        return None if pair is None else pair[1] if lang == "en" else pair[0]

    def fill(self, text: str, lang: str) -> str:
        """The text with every `{word.…}` filled in."""
        if "{word." not in text:
            return text
        return WORD.sub(lambda found: self.word(found[1], lang), text)

    def ways(self, text: str) -> tuple[str, ...]:
        """The text with its word in Chinese, and in every other way in which it is written."""
        found = WORD.search(text)
        if found is None:
            return (text,)
        name = plain_name(found[1])
        written = (self.word(name, "zh"), *self.spelled.get(name, ()))
        return tuple(dict.fromkeys(text.replace(found[0], one) for one in written))

    def standings(self) -> tuple[str, ...]:
        """The standings that this policy tells apart."""
        return tuple(one for one in STANDINGS if f"standing_{one}" in self.words) or STANDINGS


def terms(
    counted: Mapping[str, Term],
    levels: Mapping[str, Term],
    standings: Mapping[str, Term],
    joined_on: Term | None,
    roles: Mapping[str, Term] | None = None,
    spelled: Mapping[str, tuple[str, ...]] | None = None,
) -> Terms:
    """The words of a policy from what its files call people and units."""
    found: dict[str, tuple[str, str]] = {}
    for name, term in (*counted.items(), *levels.items()):
        found[name] = (term.zh, term.en)
        if term.many:
            found[plural(name)] = (term.zh, term.many)
    for name, term in standings.items():
        found[f"standing_{name}"] = (term.zh, term.en)
    for name, term in (roles or {}).items():
        found[f"role_{name}"] = (term.zh, term.en)
    if joined_on is not None:
        found["joined_on"] = (joined_on.zh, joined_on.en)
    return Terms(found, spelled or {})


def plain_name(name: str) -> str:
    """The name of a word without the capital that asks for one."""
    return name[0].lower() + name[1:]


def plural(name: str) -> str:
    """The name under which a text asks for several."""
    return name + ("es" if name.endswith("ch") else "s")


def unsafe(text: str) -> bool:
    """Whether a word holds a character that has a meaning in the texts it is put into."""
    return bool(_UNSAFE.search(text))


NEUTRAL = terms(
    {
        "person": Term("人员", "person", "people"),
        "hardship_person": Term("困难人员", "person in hardship", "people in hardship"),
        "unit": Term("组织", "organisation", "organisations"),
    },
    {
        "branch": Term("基层单位", "local unit", "local units"),
        "committee": Term("上级单位", "upper unit", "upper units"),
        "department": Term("主管部门", "responsible office", "responsible offices"),
        "service_centre": Term("筛查单位", "screening centre", "screening centres"),
    },
    {
        "full": Term("正式", "full"),
        "probationary": Term("预备", "probationary"),
        "non_member": Term("非成员", "not a member"),
        "expelled": Term("已除名", "expelled"),
    },
    Term("加入日期", "date of joining"),
)
NAMES = frozenset(NEUTRAL.words)

_speaks: ContextVar[Callable[[], Terms]] = ContextVar("terms", default=lambda: NEUTRAL)


def spoken() -> Terms:
    """The words in use here and now."""
    return _speaks.get()()


def fill(text: str, lang: str) -> str:
    """The text with every word in use here and now; nothing is asked where it holds none."""
    return spoken().fill(text, lang) if "{word." in text else text


def speak(asked: Callable[[], Terms]) -> Token[Callable[[], Terms]]:
    """From now on, in this context, texts use the words that `asked` gives when they are needed."""
    return _speaks.set(asked)


@contextmanager
def speaking(words: Terms) -> Iterator[None]:
    """Inside, texts use these words."""
    token = _speaks.set(lambda: words)
    try:
        yield
    finally:
        _speaks.reset(token)
