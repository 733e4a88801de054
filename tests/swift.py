"""What makes a long run of tests shorter without changing what they see.

An application is made for almost every test of a page, and most of that is werkzeug compiling one
function per address to write it back; they depend on nothing but the address. And the collector of
cycles walks again and again over what was imported.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

BEFORE_A_COLLECTION = 50_000, 20, 20
_compiled: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}


def remember_addresses() -> None:
    """Compile the writer of an address once for all applications of this process."""
    compile_anew = Rule._compile_builder

    def compile_once(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:
            return compile_anew(self, append_unknown)
        key = (append_unknown, *self._trace)
        if key not in _compiled:
            _compiled[key] = compile_anew(self, append_unknown)
        return _compiled[key]

    Rule._compile_builder = compile_once  # type: ignore[method-assign]


def collect_seldom() -> None:
    """What was imported until now is never looked at again for cycles, the rest more seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*BEFORE_A_COLLECTION)
