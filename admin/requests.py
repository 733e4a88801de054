"""What a browser sent, without signs that nobody sees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property

from casework.visible import visible

Parts = tuple[IO[bytes], MultiDict[str, str], MultiDict[str, Any]]


class _Parser(FormDataParser):
    """Reads a form; its texts as a person sees them."""

    def parse(self, *given: Any, **named: Any) -> Any:
        stream, form, files = super().parse(*given, **named)
        return stream, type(form)(_seen(form.items(multi=True))), files


class SeenRequest(Request):
    """A request whose fields and address hold nothing that cannot be seen: a name copied from a
    chat may carry signs of no width, and would not be found by what is typed."""

    form_data_parser_class = _Parser

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """What stands behind the question mark of the address."""
        return ImmutableMultiDict(_seen(super().args.items(multi=True)))


def _seen(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, visible(value)) for name, value in pairs]
