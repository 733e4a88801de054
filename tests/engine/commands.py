"""Runs `python -m engine` in this process for the black-box tests. Knows no module inside it."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from engine import Policy, load
from engine.__main__ import main

ROOT = Path(__file__).parents[2]
LICHENG = str(ROOT / "rulesets" / "licheng-2010")


_kept: dict[str, Policy] = {}


def _load_once(folder: str | Path) -> Policy:
    """Reading the two policies of the repository costs half a second each time; they do not
    change while tests run. A folder that a test made is read every time."""
    if not Path(folder).is_relative_to(ROOT / "rulesets"):
        return load(folder)
    return _kept.get(str(folder)) or _kept.setdefault(str(folder), load(folder))


@dataclass(frozen=True)
class Ran:
    """Exit status and what was printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def said(self) -> str:
        return self.out + self.err


def engine(*words: str, given: str = "") -> Ran:
    """One command with `given` on its standard input."""
    out, err = io.StringIO(), io.StringIO()
    stdin = io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8")
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.object(sys, "stdin", stdin),
        mock.patch("engine.__main__.load", _load_once),
    ):
        try:
            code = main(list(words))
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
    return Ran(int(code or 0), out.getvalue(), err.getvalue())


def ask(command: str, facts: Mapping[str, Any], *more: str) -> Any:
    """The JSON document of a command on the 2010 policy that must end well."""
    ran = engine(command, LICHENG, "--facts", "-", *more, given=json.dumps(facts))
    assert ran.code == 0, ran.said
    return ran.json


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)
