"""What a card of a figure is made of, and the words of its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from admin import charts
from admin.charts import Bar, Chart
from admin.text import DASH

PLAIN, STRIPES, CAUTION, GOOD, BAD, QUIET = range(charts.LOOKS)  # what each look says


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; numbers stand on the right."""

    text: object
    number: bool = True


@dataclass(frozen=True, slots=True)
class Card:
    """One figure: what it says, its chart (None where there is nothing yet), its table."""

    key: str
    title: str
    note: str
    chart: Chart | None
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[Cell, ...] = ()


def in_bars(
    key: str,
    title: str,
    series: Sequence[str],
    rows: Sequence[Bar],
    looks: Sequence[int] = range(charts.LOOKS),
    fits: int = charts.NARROW,
) -> Chart | None:
    """A chart of bars; None where there is nothing yet."""
    return charts.bars(key, title, series, rows, looks, fits) if rows else None


def share(part: float | None) -> str:
    """0.85 → "85%"; None → a dash. Never rounded up to all or down to none."""
    if part is None:
        return DASH
    if 0 < part < 1:
        part = min(max(part, 0.01), 0.99)
    return f"{part * 100:.0f}%"


def days(number: float) -> str:
    """2.25 → "2.3 days"; less than a tenth of a day is said as that."""
    return str(_("%(number)s days", number=f"{number:.1f}" if number >= 0.1 else "<0.1"))


def in_yuan(words: str) -> str:
    """The head of a column of amounts."""
    return str(_("%(what)s (yuan)", what=words))
