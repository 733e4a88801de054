"""Values as the files of `cases/` write them, so that what is printed can be put there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from engine.words import yuan

_PLAIN = re.compile(r"[\w.](?:[\w. /+-]*[\w.])?\Z")
_UNKNOWN = ("null", "~")


def case(given: Mapping[str, Any]) -> str:
    """The facts of a case: `given: {hukou: urban, ill: no}`."""
    return f"given: {value(given)}"


def value(found: object) -> str:
    """yes and no, null for unknown, lists and mappings in YAML's brackets; a text in quotes only
    where YAML would read it otherwise."""
    if found is None:
        return "null"
    if isinstance(found, bool):
        return "yes" if found else "no"
    if isinstance(found, Mapping):
        return f"{{{', '.join(f'{key}: {value(one)}' for key, one in found.items())}}}"
    if isinstance(found, (list, tuple)):
        return f"[{', '.join(map(value, found))}]"
    text = str(found)
    plain = _PLAIN.match(text) and text not in _UNKNOWN
    return text if plain else json.dumps(text, ensure_ascii=False)


def amount(found: Mapping[str, Any]) -> str:
    """A benefit: yuan, {min, max}, {cap}, or the word of a mode without an amount. Amounts in fen."""
    if found["mode"] == "fixed":
        return _yuan(found["fen"])
    keys = [key for key in ("min", "max", "cap") if key in found]
    return value({key: _yuan(found[key]) for key in keys}) if keys else str(found["mode"])


def _yuan(fen: int) -> str:
    return yuan(fen).removesuffix(".00")
