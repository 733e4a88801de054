"""What the address of a list asks for, made safe: a page, an order, a search, filters.

Whatever somebody types into the address, the answer is a list; nonsense is left out and said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _

from admin.acting import identifier
from admin.views.columns import MOST_TEXT, Column, Filter, UnusableError

PAGE_SIZES = (50, 100, 200)
PREFIX = "f_"


@dataclass(frozen=True)
class Asked:
    """A list as asked for; `active` holds the filters in use. `after` and `before` are numbers of
    rows: the page behind or before that row. An address tells no name by which a list is ordered.
    """

    after: int | None = None
    before: int | None = None
    size: int = PAGE_SIZES[0]
    sort: str | None = None
    down: bool = False
    search: str = ""
    active: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def address(self, endpoint: str, **changes: Any) -> str:
        """The address of the first page of the same list with something changed; None leaves a
        part out, `after` or `before` leads to another page."""
        parts: dict[str, Any] = {
            "search": self.search or None,
            "sort": self.sort,
            "desc": 1 if self.down else None,
            "size": self.size if self.size != PAGE_SIZES[0] else None,
            **{PREFIX + name: text for name, text in self.texts.items()},
            **changes,
        }
        return url_for(endpoint, **{k: v for k, v in parts.items() if v not in (None, "")})


def whole(text: str | None, low: int, high: int, otherwise: int) -> int:
    """A number within bounds out of an address; anything else gives `otherwise`."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 12:
        return otherwise
    return int(text) if low <= int(text) <= high else otherwise


def read(columns: Sequence[Column], filters: Sequence[Filter]) -> Asked:
    """What this request asks for; a filter that cannot be meant is left out with a note."""
    sortable = {column.name for column in columns if column.sort is not None}
    sort = request.args.get("sort")
    active: dict[str, Any] = {}
    texts: dict[str, str] = {}
    for each in filters:
        text = request.args.get(PREFIX + each.name, "").strip()
        if not text:
            continue
        try:
            active[each.name] = each.read(text)
        except UnusableError:
            note = _(
                "The filter “%(name)s” cannot be “%(text)s”; it was left out.",
                name=str(each.label),
                text=text[:40],
            )
            flash(note, "warning")
        else:
            texts[each.name] = text[:MOST_TEXT]
    size = whole(request.args.get("size"), 1, max(PAGE_SIZES), PAGE_SIZES[0])
    return Asked(
        after=identifier(request.args.get("after", "")),
        before=identifier(request.args.get("before", "")),
        size=size if size in PAGE_SIZES else PAGE_SIZES[0],
        sort=sort if sort in sortable else None,
        down=request.args.get("desc") == "1",
        search=request.args.get("search", "").strip()[:MOST_TEXT],
        active=active,
        texts=texts,
    )
