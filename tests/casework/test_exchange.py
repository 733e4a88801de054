"""Files in a layout: what is written is read back, and nothing wrong comes in or is cut to fit."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import exchange
from engine import load
from engine.exchange import USES, Layout
from engine.faults import Refused
from engine.messages import text
from tests.engine.commands import ROOT

LAYOUTS = load(ROOT / "rulesets" / "licheng-2010").exchange.layouts
ON = date(2010, 12, 3)
ROWS = [
    {"reference": 7, "account": "6222020000001234567", "holder": "刘长河", "fen": 60_000, "memo": "帮扶"},
    {"reference": 8, "account": "6222020000001234575", "holder": "欧阳·玉兰", "fen": 5, "memo": "帮扶"},
]  # fmt: skip
RETURN = """\
20101203|2|600.05
1|7|6222020000001234567|刘长河|600.00|0000|
2|8|6222020000001234575|欧阳·玉兰|0.05|9999|账号不存在
"""


def codes(work: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as refused:
        work()
    for fault in refused.value.faults:
        assert "{" not in text(fault, "zh") + text(fault, "en"), fault
    return [fault.code for fault in refused.value.faults]


def test_the_bank_gets_date_count_total_and_a_line_for_each() -> None:
    content = exchange.write(LAYOUTS["bank_batch"], ROWS, ON)
    assert content.decode("gb18030") == (
        "20101203|2|600.05\r\n"
        "1|7|6222020000001234567|刘长河|600.00|帮扶\r\n"
        "2|8|6222020000001234575|欧阳·玉兰|0.05|帮扶\r\n"
    )


def test_a_fixed_layout_counts_bytes_and_fills_up() -> None:
    row = {
        "number": "2010-000001",
        "name": "王建国",
        "id_number": "110101199003074514",
        "kind": "突发",
    }
    content = exchange.write(LAYOUTS["screening_list"], [row], ON)
    head, line, _end = content.split(b"\r\n")
    assert head == b"H20101203000001"
    assert len(line) == 1 + 20 + 40 + 18 + 30
    assert line[21:61].decode("gb18030").rstrip() == "王建国"


def test_what_does_not_fit_is_told_for_every_row_and_never_cut() -> None:
    rows = [
        {**ROWS[0], "holder": "刘|长河"},
        {**ROWS[1], "holder": "换\n行"},
    ]
    assert codes(lambda: exchange.write(LAYOUTS["bank_batch"], rows, ON)) == ["exchange_sign"] * 2
    row = {"number": "2010-000001", "name": "王" * 21, "id_number": "1" * 19, "kind": "突发"}
    found = codes(lambda: exchange.write(LAYOUTS["screening_list"], [row], ON))
    assert found == ["exchange_too_long"] * 2
    ascii_only = replace(LAYOUTS["bank_batch"], encoding="ascii")
    assert "exchange_letter" in codes(lambda: exchange.write(ascii_only, ROWS, ON))


def test_a_return_file_is_read_into_rows_with_plain_results() -> None:
    rows = exchange.rows(
        LAYOUTS["bank_return"], RETURN.encode("gb18030"), ok="成功", failed="失败", renamed={}
    )
    assert [row.get("result") for row in rows] == ["成功", "失败"]
    assert [row.get("amount") for row in rows] == ["600.00", "0.05"]
    assert rows[1].get("reason") == "账号不存在"
    assert [row.number for row in rows] == [2, 3]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("|2|600.05", "|3|600.05", "exchange_count"),
        ("|2|600.05", "|2|600.06", "exchange_total"),
        ("600.00|0000", "6oo|0000", "exchange_money"),
        ("|0000|", "|7777|", "exchange_result"),
        ("|刘长河|", "|刘|长河|", "exchange_columns"),
        (RETURN, "20101203|0|0\n", "exchange_no_rows"),
        (RETURN, "", "exchange_no_rows"),
    ],
)
def test_a_wrong_return_file_is_refused_whole(old: str, new: str, code: str) -> None:
    content = RETURN.replace(old, new, 1).encode("gb18030")
    read = lambda: exchange.rows(  # noqa: E731  # named for the reader
        LAYOUTS["bank_return"], content, ok="成功", failed="失败", renamed={}
    )
    assert code in codes(read)


def test_bytes_of_another_encoding_or_length_are_told() -> None:
    layout = LAYOUTS["bank_return"]
    utf8 = replace(layout, encoding="utf-8")
    assert set(codes(lambda: exchange.read(utf8, RETURN.encode("gb18030")))) == {
        "exchange_not_encoded"
    }
    fixed = LAYOUTS["screening_return"]
    head = b"H20101203000001\r\n"
    assert codes(lambda: exchange.read(fixed, head + b"Dtoo short\r\n")) == ["exchange_length"]
    assert codes(lambda: exchange.read(fixed, head + b"X" + b" " * 140 + b"\r\n")) == [
        "exchange_fixed_text"
    ]
    big = b"x" * (exchange.MOST_BYTES + 1)
    assert codes(lambda: exchange.read(layout, big)) == ["exchange_too_large"]


WORDS = st.text("王建国·刘欧阳AzB9-﨑龘", min_size=1, max_size=8)
ROW = st.fixed_dictionaries({"words": WORDS, "fen": st.integers(1, 10**10)})


@pytest.mark.parametrize("name", sorted(LAYOUTS))
@given(rows=st.lists(ROW, min_size=1, max_size=5))
def test_what_is_written_is_read_back(name: str, rows: list[dict[str, object]]) -> None:
    layout: Layout = LAYOUTS[name]
    texts = USES[layout.use].row - {"order", "yuan", "fen", "date", "skip", "result"}
    given_rows = [
        {**dict.fromkeys(texts, one["words"]), "fen": one["fen"], "result": (layout.ok or ("",))[0]}
        for one in rows
    ]
    if layout.fixed and any(len(str(one["words"]).encode("gb18030")) > 18 for one in rows):
        assert set(codes(lambda: exchange.write(layout, given_rows, ON))) == {"exchange_too_long"}
        return
    found = exchange.read(layout, exchange.write(layout, given_rows, ON))
    here = {one.value for one in layout.row} & texts
    assert [[line.get(each) for each in sorted(here)] for line in found] == [
        [str(row[each]) for each in sorted(here)] for row in given_rows
    ]
    if {"yuan", "fen"} & {one.value for one in layout.row}:
        assert [line.fen for line in found] == [row["fen"] for row in given_rows]


@given(st.binary(max_size=300))
def test_no_bytes_whatever_are_more_than_refused(content: bytes) -> None:
    for layout in LAYOUTS.values():
        with suppress(Refused):
            exchange.read(layout, content)
