"""Papers as the annexes look: rows, boxes and words of the policy, filled in. Decides nothing.

Papers speak the language of the policy's source, Chinese, whatever the screen speaks; their words
come from the edition the application runs under. Values are handed in as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.procedure import Form, FormBox, FormField
from engine.words import chinese_date

COLUMNS = 60  # of the grid that every row of an annex is laid out on: 1 to 6 boxes share it evenly
LABEL_COLUMNS = 10


@dataclass(frozen=True, slots=True)
class Cell:
    """A labelled box of the form. `lines` is what stands in it, blank for writing by hand."""

    label: str
    lines: tuple[str, ...]
    label_span: int
    value_span: int
    long: bool = False
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[Cell, ...]
    tall: bool


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a level wrote into its box: the opinion and, where the form asks for it, an amount."""

    words: tuple[str, ...] = ()
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Box:
    label: str
    lines: tuple[str, ...]
    dated: str
    label_span: int
    value_span: int


@dataclass(frozen=True, slots=True)
class FormPaper:
    """An application form ready to print."""

    heading: str
    title: str
    number: str
    dated: str
    rows: tuple[Row, ...]
    boxes: tuple[tuple[Box, ...], ...]
    footnote: str


@dataclass(frozen=True, slots=True)
class ListPaper:
    """A table to print. `numbers` are the places of right-aligned columns; `above` and `below`
    stand beside each other over and under the table."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    total: str = ""


def paper_date(day: date | None) -> str:
    """2010-12-03 → 「2010年12月3日」; None leaves room to write it by hand."""
    return chinese_date(day) if day else "　　　　年　　月　　日"


def form_paper(
    form: Form,
    values: Mapping[str, Sequence[str]],
    opinions: Mapping[str, Opinion],
    *,
    number: str,
    on: date | None,
    signature: str,
) -> FormPaper:
    """The form of the policy with `values` by field id and `opinions` by level."""
    return FormPaper(
        heading=form.heading,
        title=form.label.zh,
        number=number,
        dated=paper_date(on),
        rows=tuple(_row(row, values, signature) for row in form.rows()),
        boxes=tuple(_boxes(row, opinions) for row in form.box_rows()),
        footnote=form.footnote,
    )


def _row(fields: Sequence[FormField], values: Mapping[str, Sequence[str]], signature: str) -> Row:
    spans = widths(len(fields))
    cells = tuple(
        Cell(
            label=field.label.zh,
            lines=tuple(values.get(field.id, ())),
            label_span=label_width(span),
            value_span=span - label_width(span),
            long=bool(field.lines) or field.text == "long",
            signature=signature if field.signed else "",
        )
        for field, span in zip(fields, spans, strict=True)
    )
    return Row(cells, tall=any(field.text == "long" for field in fields))


def _boxes(row: Sequence[FormBox], opinions: Mapping[str, Opinion]) -> tuple[Box, ...]:
    spans = widths(len(row))
    return tuple(
        Box(
            label=box.label.zh,
            label_span=label_width(span),
            lines=opinions.get(box.level, Opinion()).words,
            dated=paper_date(opinions.get(box.level, Opinion()).on),
            value_span=span - label_width(span),
        )
        for box, span in zip(row, spans, strict=True)
    )


def widths(count: int) -> list[int]:
    """Shares of the grid for `count` boxes beside each other; the last takes what is left."""
    share = max(COLUMNS // count, 2)
    return [share] * (count - 1) + [max(COLUMNS - share * (count - 1), 2)]


def label_width(span: int) -> int:
    """How much of a box its label takes: as wide as elsewhere, but never half of it."""
    return min(LABEL_COLUMNS, max(span * 2 // 5, 1))
