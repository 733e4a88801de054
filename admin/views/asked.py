"""What the address of a list asks for, made safe: a place, an order, a search, filters, columns.

Whatever somebody types into the address, the answer is a list; nonsense is left out and said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from admin.acting import identifier
from admin.views.columns import MOST_TEXT, Column, Filter, UnusableError

PAGE_SIZES = (50, 100, 200)
PREFIX = "f_"


@dataclass(frozen=True)
class Asked:
    """A list as asked for; `active` holds the filters in use. `after` and `before` are numbers of
    rows: the page behind or before that row. An address tells no name by which a list is ordered.
    `view` is the kept list it began as, 0 for none.
    """

    after: int | None = None
    before: int | None = None
    size: int = PAGE_SIZES[0]
    sort: str | None = None
    down: bool = False
    search: str = ""
    active: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    view: int | None = None

    def query(self) -> dict[str, str]:
        """Filters and order, as the address has them."""
        found = {PREFIX + name: text for name, text in self.texts.items()}
        if self.sort:
            found |= {"sort": self.sort, **({"desc": "1"} if self.down else {})}
        if self.size != PAGE_SIZES[0]:
            found["size"] = str(self.size)
        return found

    def parts(self, *without: str) -> list[tuple[str, str]]:
        """(name, value) of everything that the address says, for hidden inputs of a form that
        itself says `without`."""
        found = [*self.query().items(), *(("col", name) for name in self.columns)]
        found += [("search", self.search)] if self.search else []
        found += [("view", str(self.view))] if self.view is not None else []
        return [
            (name, text)
            for name, text in found
            if name not in without and not ("filters" in without and name.startswith(PREFIX))
        ]

    def no_filters(self) -> dict[str, None]:
        """The changes of an address that take every filter away."""
        return {PREFIX + name: None for name in self.texts}

    def address(self, endpoint: str, **changes: Any) -> str:
        """The address of the first page of the same list with something changed; None leaves a
        part out, `after` or `before` leads to another page."""
        parts: dict[str, Any] = {
            **self.query(),
            "search": self.search or None,
            "col": list(self.columns) or None,
            "view": self.view,
            **changes,
        }
        return url_for(endpoint, **{k: v for k, v in parts.items() if v not in (None, "")})


def whole(text: str | None, low: int, high: int, otherwise: int) -> int:
    """A number within bounds out of an address; anything else gives `otherwise`."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 12:
        return otherwise
    return int(text) if low <= int(text) <= high else otherwise


def read(
    columns: Sequence[Column],
    filters: Sequence[Filter],
    given: MultiDict[str, str] | None = None,
) -> Asked:
    """What this request (or `given`) asks for; what cannot be meant is left out with a note."""
    args = request.args if given is None else given
    active: dict[str, Any] = {}
    texts: dict[str, str] = {}
    for each in filters:
        text = args.get(PREFIX + each.name, "").strip()
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
    sort, size = args.get("sort"), whole(args.get("size"), 1, max(PAGE_SIZES), PAGE_SIZES[0])
    named = set(args.getlist("col"))
    return Asked(
        after=identifier(args.get("after", "")),
        before=identifier(args.get("before", "")),
        size=size if size in PAGE_SIZES else PAGE_SIZES[0],
        sort=sort if any(c.name == sort and c.sort is not None for c in columns) else None,
        down=args.get("desc") == "1",
        search=args.get("search", "").strip()[:MOST_TEXT],
        active=active,
        texts=texts,
        columns=tuple(column.name for column in columns if column.name in named),
        view=0 if args.get("view") == "0" else identifier(args.get("view", "")),
    )
