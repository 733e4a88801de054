"""Numbers said in words: a text of a procedure names a deadline or a parameter in braces, so that
the number stands in one place of the policy and the screens and mails follow it.

`{days.DEADLINE}` is the days of a deadline, `{days.notice}` those of the notice, `{PARAMETER}` a
dated value (not one that differs by choice). What is filled in here is what the edition itself
says: a value that changes within it is told with the day from which the other holds, so that the
text is true of every case.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.labels import Label
from engine.language import tree
from engine.procedure.conditions import Compile
from engine.source import Block, Scalar
from engine.source import Mapping as Written
from engine.words import chinese_date, english_date

if TYPE_CHECKING:
    from engine.model import Parameter

NOTICE = "days.notice"
WORD = "word."
"""Words of the policy (`{word.person}`) are filled in where a text is shown."""
_PLACE = re.compile(r"\{([^{}]*)\}")
_FEN = 100


class Numbers:
    """What may stand in braces in the texts of one procedure; `used` are the parameters that do."""

    def __init__(self, top: Block, parameters: Mapping[str, Parameter]) -> None:
        self.parameters = parameters
        self.used: set[str] = set()
        self._said = {name: _same(days) for name, days in _days(top).items()}
        self._said |= {name: _value(one) for name, one in parameters.items() if not one.by}

    def label(self, block: Block, own: Mapping[str, int] | None = None) -> Label:
        """The title of a block, filled in; `own` are numbers that only this text may name."""
        said = {**self._said, **{name: _same(str(value)) for name, value in (own or {}).items()}}
        return Label(self._text(block, "zh", said), self._text(block, "en", said))

    def label_at(self, block: Block, key: str) -> Label | None:
        """The Label under a key ({zh, en}), filled in; None when the key is absent."""
        found = block.maybe(key, "zh en")
        return None if found is None else self.label(found)

    def noting(self, compiler: Compile, own: Collection[str]) -> Compile:
        """The compiler, which also notes the dated values that a condition names besides `own`."""

        def compile_(scalar: Scalar) -> tree.Tree | None:
            found = compiler(scalar)
            if found is not None:
                self.used |= {name for name in tree.refs(found) if name not in own}
            return found

        return compile_

    def _text(self, block: Block, key: str, said: Mapping[str, Label]) -> str:
        text, scalar = block.text(key), block.scalar(key)
        if scalar is None or not set("{}") & set(text):
            return text
        bare = _PLACE.sub("", text)
        if set("{}") & set(bare):
            block.source.fault("braces", scalar.where)
            return text
        return _PLACE.sub(lambda found: self._filled(block, key, scalar, found, said), text)

    def _filled(
        self,
        block: Block,
        key: str,
        scalar: Scalar,
        found: re.Match[str],
        said: Mapping[str, Label],
    ) -> str:
        name = found[1]
        if name.startswith(WORD):
            return found[0]
        if name not in said:
            near = block.source.nearest(name, said)
            where = scalar.at(found.start(1))
            block.source.fault("unknown_name", where, name=name, hint=near)
            return found[0]
        if name in self.parameters:
            self.used.add(name)
        return said[name].en if key == "en" else said[name].zh


def _days(top: Block) -> dict[str, str]:
    """The days as the file spells them; what is wrong with them is said where they are read."""
    found = {}
    for key, node in top.entries("deadlines"):
        found[f"days.{key.text}"] = _spelled(node, "days")
    for key, node in top.entries("notice"):
        if key.text == "days":
            found[NOTICE] = _spelled(node, "at_least")
    return found


def _spelled(node: object, key: str) -> str:
    entries = node.entries if isinstance(node, Written) else ()
    return next((v.text for k, v in entries if k.text == key and isinstance(v, Scalar)), "")


def _same(text: str) -> Label:
    return Label(text, text)


def _value(parameter: Parameter) -> Label:
    """Its values: one alone, or the first and from when each other holds."""
    dated = [(since, value) for since, value in parameter.values if value is not None]
    if not dated:
        return parameter.label
    (_since, first), *later = dated
    zh = en = _number(parameter, first)
    if later:
        zh += f"（{'，'.join(f'{chinese_date(d)}起{_number(parameter, v)}' for d, v in later)}）"
        en += f" ({', '.join(f'{_number(parameter, v)} from {english_date(d)}' for d, v in later)})"
    return Label(zh, en)


def _number(parameter: Parameter, value: int | Fraction) -> str:
    """Money in yuan, anything else as a decimal; no trailing zeros."""
    exact = Fraction(value, _FEN) if parameter.type == "money" else Fraction(value)
    return f"{float(exact):.6f}".rstrip("0").rstrip(".")
