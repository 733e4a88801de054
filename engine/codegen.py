"""Small helper for generated functions: numbered lines, named constants, one compile.

The generated text holds only names made here and numbers of slots; nothing of a rule file's text
ever reaches it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class Writer:
    """Collects lines of one function and the constants they use."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.lines: list[str] = []
        self.constants: dict[str, Any] = {}
        self._values: dict[object, str] = {}
        self._count = 0

    def const(self, value: Any, key: object = None) -> str:
        """The name of a constant; equal keys share one."""
        name = f"{self.prefix}c{len(self.constants)}"
        if key is not None:
            name = self._values.setdefault(key, name)
        self.constants.setdefault(name, value)
        return name

    def assign(self, expression: str) -> str:
        """A new variable holding an expression."""
        self._count += 1
        name = f"{self.prefix}{self._count}"
        self.lines.append(f"{name} = {expression}")
        return name

    def compile(self, arguments: str, result: str) -> Callable[..., Any]:
        body = "\n    ".join([*self.lines, f"return {result}"])
        text = f"def made({arguments}):\n    {body}\n"
        return compiled(text, self.constants)


def compiled(text: str, constants: Mapping[str, Any]) -> Callable[..., Any]:
    """The function `made` of a generated text."""
    space: dict[str, Any] = dict(constants)
    exec(compile(text, "<rules>", "exec"), space)  # noqa: S102 - text made from slot numbers only
    found: Callable[..., Any] = space["made"]
    return found
