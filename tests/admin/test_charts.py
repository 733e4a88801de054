"""Charts: safe to write names into, readable without colour, the same numbers in words."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from admin import charts
from admin.charts import Bar, Chart, Span

SVG = "{http://www.w3.org/2000/svg}"


def tree(chart: Chart) -> ElementTree.Element:
    """The picture, which must be well-formed XML."""
    return ElementTree.fromstring(
        str(chart.svg).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    )


def percents(chart: Chart, css: str) -> list[tuple[float, float]]:
    """(where it begins, how long it is) of every rectangle of a class."""
    return [
        (float(rect.get("x", "0").rstrip("%")), float(rect.get("width", "0").rstrip("%")))
        for rect in tree(chart).iter(f"{SVG}rect")
        if rect.get("class") == css
    ]


def two(*rows: Bar, key: str = "k") -> Chart:
    return charts.bars(key, "按环节", ["办理中", "已办结"], rows)


def test_bars_are_as_long_as_their_share_of_the_longest_row() -> None:
    chart = two(Bar("甲", (3, 1), "4"), Bar("乙", (1, 1), "2"))
    assert percents(chart, "chart-part") == [(0, 75), (75, 25), (0, 25), (25, 25)]


def test_what_is_not_nothing_is_seen_and_nothing_is_not_drawn() -> None:
    chart = two(Bar("甲", (100_000, 1), ""), Bar("乙", (0, 0), ""))
    parts = percents(chart, "chart-part")
    assert len(parts) == 2
    assert 0 < parts[1][1] <= charts.LEAST
    assert all(at + width <= 100 for at, width in parts)


def test_rows_of_nothing_at_all_are_drawn_without_a_bar() -> None:
    chart = two(Bar("甲", (0, 0), "0"))
    assert percents(chart, "chart-part") == []
    assert "甲" in chart.svg


def test_no_name_can_break_out_of_the_picture() -> None:
    evil = "<script>alert(1)</script>\"' & x"
    chart = charts.bars("k", evil, [evil, "b"], [Bar(evil, (1, 1), evil)])
    found = tree(chart)
    assert next(text.text for text in found.iter(f"{SVG}text")) == evil
    assert found.find(f"{SVG}title").text == evil  # type: ignore[union-attr]
    assert not list(found.iter(f"{SVG}script"))
    assert "<script" not in chart.svg


def test_there_is_no_style_and_no_event_in_it() -> None:
    chart = charts.spans("k", "t", ("中位", "最长"), [Span("甲", 1, 2, "1")])
    for picture in (chart.svg, two(Bar("甲", (1, 2), "3")).svg):
        assert not re.search(r"\s(style|on\w+|href)=", picture)


def test_it_has_a_title_and_says_all_its_numbers() -> None:
    found = tree(two(Bar("甲", (3, 1), "四件"), Bar("乙", (1, 1), "两件")))
    assert found.get("role") == "img"
    named = (found.get("aria-labelledby") or "").split()
    texts = {each.get("id"): each.text for each in found if each.get("id")}
    assert [texts[name] for name in named] == ["按环节", "甲: 四件; 乙: 两件"]


def test_every_series_has_a_pattern_of_its_own_that_the_legend_shows_too() -> None:
    chart = charts.bars("k", "t", list("abcdef"), [Bar("甲", (1,) * 6, "6")])
    fills = [r.get("fill") for r in tree(chart).iter(f"{SVG}rect") if r.get("fill")]
    patterns = {
        p.get("id"): ElementTree.tostring(p)[80:] for p in tree(chart).iter(f"{SVG}pattern")
    }
    assert [f"url(#{name})" for name in patterns] == fills
    assert len(set(patterns.values())) == len(patterns) == charts.LOOKS
    assert [words for _swatch, words in chart.legend] == list("abcdef")
    assert all(fill in swatch for fill, (swatch, _w) in zip(fills, chart.legend, strict=True))


def test_one_series_needs_no_legend() -> None:
    assert charts.bars("k", "t", ["只有一项"], [Bar("甲", (1,), "1")]).legend == ()


def test_two_charts_of_a_page_share_no_id() -> None:
    ids = [
        set(re.findall(r'id="([^"]+)"', two(Bar("甲", (1, 2), "3"), key=key).svg))
        for key in ("one", "two")
    ]
    assert not ids[0] & ids[1]


@pytest.mark.parametrize(
    ("series", "rows", "looks"),
    [
        ([], [], range(6)),
        (list("abcdefg"), [], range(6)),
        (["a"], [Bar("甲", (1, 2), "")], range(6)),
        (["a"], [Bar("甲", (-1,), "")], range(6)),
        (["a", "b"], [], (0, 0)),
    ],
)
def test_a_chart_that_would_lie_is_a_mistake(
    series: list[str], rows: list[Bar], looks: range
) -> None:
    with pytest.raises(ValueError):
        charts.bars("k", "t", series, rows, looks)


def test_a_label_that_would_meet_its_number_on_a_telephone_stands_on_a_line_of_its_own() -> None:
    def lines(label: str, text: str) -> list[tuple[str | None, str | None]]:
        found = tree(two(Bar(label, (1, 1), text))).iter(f"{SVG}text")
        return [(each.text, each.get("y")) for each in found]

    assert len({y for _text, y in lines("公示", "13")}) == 1
    label, number = lines("区委组织部复核和部长办公会", "中位1.0天，最长12.5天")
    assert label[1] != number[1]


def test_rows_of_one_chart_have_their_numbers_alike() -> None:
    chart = two(
        Bar("公示", (1, 1), "13"),
        Bar("区委组织部复核和部长办公会", (1, 1), "中位1.0天，最长12.5天"),
    )
    places = [each.get("y") for each in tree(chart).iter(f"{SVG}text")]
    assert len(set(places)) == 4, "the short one gives its number a line too"


def test_a_long_label_is_broken_and_nothing_of_it_is_lost() -> None:
    for label in ("阳光" * 40, "Entry into the Sunshine Livelihood system " * 4):
        chart = two(Bar(label.strip(), (1, 1), "1"))
        drawn = [e.text or "" for e in tree(chart).iter(f"{SVG}text") if e.get("x") == "0"]
        assert len(drawn) > 1
        joint = " " if " " in label else ""
        assert joint.join(drawn) == label.strip()


def test_a_span_runs_from_its_middle_to_its_furthest_value() -> None:
    rows = [Span("甲", 2, 8, "2, 8"), Span("乙", 0, 4, "0, 4")]
    chart = charts.spans("k", "用时", ("中位", "最长"), rows)
    assert percents(chart, "chart-reach") == [(0, 100), (0, 50)]
    assert percents(chart, "chart-part")[0] == (0, 25)
    assert [words for _swatch, words in chart.legend] == ["中位", "最长"]
