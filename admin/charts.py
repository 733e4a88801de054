"""Bar charts as SVG, made on the server: no script, no style attribute, nothing from outside.

Places across are percentages, so text keeps its size at any width; places down are rem, so that
rows move apart when somebody reads with larger text. Colours are classes (static/figures.css) and
every series has a pattern of its own, so that it reads without colour. The numbers stand beside the
bars, in the description, and in the table that the page puts below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from markupsafe import Markup

LOOKS = 6
REM = 16  # what follows is in sixteenths of the size of text: pixels, where nobody has changed it
LINE = 20  # height of a line of text
BAR = 14  # height of a bar
GAP = 14  # between rows
NARROW = 320  # the width at which text must still fit, on a telephone
WIDE_SIGN, SIGN = 14, 7.5  # widths of a Chinese and of a Latin sign, generously
LEAST = 0.6  # percent: what is not nothing is seen
NAMED = 40  # rows that the description names


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: what it is, its parts (one per series, none below zero), its numbers in words."""

    label: str
    parts: tuple[float, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """One row with a middle and a furthest value."""

    label: str
    middle: float
    furthest: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart and, for each series, (swatch, words)."""

    svg: Markup
    legend: tuple[tuple[Markup, str], ...]


def bars(
    key: str,
    title: str,
    series: Sequence[str],
    rows: Sequence[Bar],
    looks: Sequence[int] = range(LOOKS),
    fits: int = NARROW,
) -> Chart:
    """Rows of stacked bars on one scale. `key` makes the ids of the page's charts differ, `looks`
    gives each series its pattern, text fits into a width of `fits`.

    ValueError where a row has not one part for each series, or a part below zero.
    """
    looks = looks[: len(series)]
    if not series or len(set(looks)) != len(series):
        raise ValueError(f"{len(series)} series need as many looks, 1 to {LOOKS}")
    for row in rows:
        if len(row.parts) != len(series) or min(row.parts) < 0:
            raise ValueError(f"{row.label}: one part of at least zero for each series")
    most = max((sum(row.parts) for row in rows), default=0) or 1
    drawn, top = [_patterns(key, looks)], 0
    together = _together(rows, fits)
    for row in rows:
        words, top = _words(row.label, row.text, top, fits, together)
        drawn += [words, *_stack(key, looks, row.parts, most, top)]
        top += BAR + GAP
    svg = _frame(key, title, [f"{row.label}: {row.text}" for row in rows], top, drawn)
    named = zip(looks, series, strict=True) if len(series) > 1 else ()
    return Chart(svg, tuple((_swatch(key, look), words) for look, words in named))


def spans(key: str, title: str, series: tuple[str, str], rows: Sequence[Span]) -> Chart:
    """Rows with a bar up to the middle value and a line on to the furthest."""
    most = max((row.furthest for row in rows), default=0) or 1
    drawn, top = [_patterns(key, (0,))], 0
    together = _together(rows, NARROW)
    for row in rows:
        words, top = _words(row.label, row.text, top, NARROW, together)
        middle, furthest = _percent(row.middle, most), _percent(row.furthest, most)
        drawn.append(words)
        drawn.append(_rest(top))
        drawn.append(
            Markup('<rect class="chart-reach" x="0" y="{}" width="{}%" height="{}"/>').format(
                _rem(top + BAR // 2 - 1), furthest, _rem(2)
            )
        )
        drawn.append(
            Markup('<circle class="chart-end" cx="{}%" cy="{}" r="{}"/>').format(
                min(furthest, 98.5), _rem(top + BAR // 2), _rem(4)
            )
        )
        drawn.append(_rect(key, 0, 0, middle, top))
        top += BAR + GAP
    svg = _frame(key, title, [f"{row.label}: {row.text}" for row in rows], top, drawn)
    end = Markup(
        '<svg class="swatch" viewBox="0 0 16 14" aria-hidden="true" focusable="false">'
        '<rect class="chart-reach" x="0" y="6" width="12" height="2"/>'
        '<circle class="chart-end" cx="12" cy="7" r="4"/></svg>'
    )
    return Chart(svg, ((_swatch(key, 0), series[0]), (end, series[1])))


# -- pieces


def _frame(
    key: str, title: str, said: Sequence[str], height: int, drawn: Sequence[Markup]
) -> Markup:
    more = " …" if len(said) > NAMED else ""
    return Markup(
        '<svg class="plot" role="img" width="100%" height="{height}"'
        ' aria-labelledby="{key}-title {key}-desc" focusable="false">'
        '<title id="{key}-title">{title}</title><desc id="{key}-desc">{said}</desc>{drawn}</svg>'
    ).format(
        key=key,
        title=title,
        height=_rem(max(height - GAP, 0)),
        said="; ".join(said[:NAMED]) + more,
        drawn=Markup("").join(drawn),
    )


def _together(rows: Sequence[Bar] | Sequence[Span], fits: int) -> bool:
    """Whether every label of a chart has room for its numbers on a narrow screen; where one has
    not, all numbers of the chart stand on lines of their own, so that its rows are alike."""
    return all(_width(_broken(row.label, fits)[-1]) + _width(row.text) + 12 <= fits for row in rows)


def _words(label: str, text: str, top: int, fits: int, together: bool) -> tuple[Markup, int]:
    """The label on the left and the numbers on the right of one line, or below each other; and
    where the bar begins."""
    lines = _broken(label, fits)
    drawn = [
        Markup('<text class="chart-label" x="0" y="{}">{}</text>').format(
            _rem(top + at * LINE + 14), line
        )
        for at, line in enumerate(lines)
    ]
    if not together:
        lines = [*lines, ""]
    last = top + (len(lines) - 1) * LINE + 14
    drawn.append(
        Markup('<text class="chart-number" x="100%" y="{}" text-anchor="end">{}</text>').format(
            _rem(last), text
        )
    )
    return Markup("").join(drawn), top + len(lines) * LINE


def _broken(label: str, fits: int) -> list[str]:
    """The label on as many lines as a narrow screen needs; Chinese may break anywhere."""
    if _width(label) <= fits:
        return [label]
    lines = [""]
    for piece in label.split(" ") if " " in label else label:
        joint = " " if " " in label and lines[-1] else ""
        if lines[-1] and _width(lines[-1] + joint + piece) > fits:
            lines.append(piece)
        else:
            lines[-1] += joint + piece
    return lines


def _width(text: str) -> float:
    return sum(WIDE_SIGN if east_asian_width(sign) in "WF" else SIGN for sign in text)


def _stack(
    key: str, looks: Sequence[int], parts: Sequence[float], most: float, top: int
) -> list[Markup]:
    """The parts one after the other over a pale bar of full length."""
    drawn, at = [_rest(top)], 0.0
    for look, part in zip(looks, parts, strict=True):
        if part > 0:
            width = min(_percent(part, most), round(100 - at, 3))
            drawn.append(_rect(key, look, at, width, top))
            at = round(at + width, 3)
    return drawn


def _percent(value: float, most: float) -> float:
    return 0.0 if value <= 0 else round(max(value / most * 100, LEAST), 3)


def _rem(length: int) -> str:
    return f"{length / REM:g}rem"


def _rest(top: int) -> Markup:
    return Markup('<rect class="chart-rest" x="0" y="{}" width="100%" height="{}" rx="2"/>').format(
        _rem(top), _rem(BAR)
    )


def _rect(key: str, look: int, at: float, width: float, top: int) -> Markup:
    return Markup(
        '<rect class="chart-part" x="{}%" y="{}" width="{}%" height="{}" fill="url(#{}-look-{})"/>'
    ).format(at, _rem(top), width, _rem(BAR), key, look)


def _swatch(key: str, look: int) -> Markup:
    return Markup(
        '<svg class="swatch" viewBox="0 0 16 14" aria-hidden="true" focusable="false">'
        '<rect class="chart-part" width="16" height="14" fill="url(#{}-look-{})"/></svg>'
    ).format(key, look)


# what is drawn over the ground of each look: plain, stripes, dots, uprights, hatching, lines
_MARKS = (
    Markup(""),
    Markup('<path d="M-2 2 2-2M0 8 8 0M6 10 10 6"/>'),
    Markup('<circle cx="2" cy="2" r="1.2"/><circle cx="6" cy="6" r="1.2"/>'),
    Markup('<path d="M2 0V8M6 0V8"/>'),
    Markup('<path d="M0 0 8 8M0 8 8 0"/>'),
    Markup('<path d="M0 2H8M0 6H8"/>'),
)


def _patterns(key: str, looks: Sequence[int]) -> Markup:
    """The fills of the series: a ground with a mark on it, both coloured by class."""
    return Markup("<defs>{}</defs>").format(
        Markup("").join(
            Markup(
                '<pattern id="{key}-look-{look}" class="look look-{look}" width="8" height="8"'
                ' patternUnits="userSpaceOnUse"><rect width="8" height="8"/>{mark}</pattern>'
            ).format(key=key, look=look, mark=_MARKS[look])
            for look in looks
        )
    )
