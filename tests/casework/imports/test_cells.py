"""Cells as offices fill them: what is read, and what is refused with its reason."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from casework.imports import cells, headers
from casework.imports.catalogue import in_words
from casework.imports.cells import Column
from casework.imports.people import Members
from engine import load
from engine.faults import Refused
from engine.labels import Label
from engine.messages import text

ID = "370112196108050010"


def column(read: cells.Reader, **given: object) -> Column:
    return Column("x", Label("栏目", "Field"), read, **given)  # type: ignore[arg-type]  # by name


def code(cell: object, of: Column) -> str:
    with pytest.raises(Refused) as caught:
        cells.value(cell, of)
    assert len(caught.value.faults) == 1
    assert text(caught.value.faults[0], "zh") != text(caught.value.faults[0], "en")
    return caught.value.faults[0].code


def test_a_text_is_read_without_signs_that_nobody_sees() -> None:
    of = column(cells.text)
    assert cells.value("\ufeff王\u200b小\x0b明\u202c", of) == "王小明"
    assert cells.value("👩\u200d🌾 的田", of) == "👩\u200d🌾 的田", "what joins stays"
    assert cells.value("一\n二", of) == "一 二"


@pytest.mark.parametrize("blank", [None, "", "  ", "-", "——", "不详", "?", "/"])
def test_a_blank_is_unknown_and_never_a_no_or_a_zero(blank: object) -> None:
    assert cells.value(blank, column(cells.yes_no)) is None
    assert cells.value(blank, column(cells.money)) is None
    assert code(blank, column(cells.money, needed=True)) == "cell_needed"


@pytest.mark.parametrize(
    "cell",
    [
        ID,
        f" {ID} ",
        "370112 19610805 0010",
        "３７０１１２１９６１０８０５００１０",
        f"'{ID}",
        f"{ID}\u200b",
    ],
)
def test_an_identity_number_is_read_in_any_spelling(cell: object) -> None:
    assert cells.value(cell, column(cells.identity)) == ID


def test_an_old_number_of_15_digits_gets_its_18_even_as_a_number() -> None:
    old = "370112610805001"
    assert cells.value(old, column(cells.identity)) == cells.value(int(old), column(cells.identity))
    assert len(str(cells.value(old, column(cells.identity)))) == 18


@pytest.mark.parametrize("cell", [370112196108050010, 3.70112196108050e17, "3.70112E+17", 3.5])
def test_a_number_that_lost_its_digits_is_told_apart(cell: object) -> None:
    assert code(cell, column(cells.identity)) == "cell_id_lost"


def test_a_wrong_number_says_what_is_wrong() -> None:
    assert code(ID[:-1] + "1", column(cells.identity)) == "id_checksum"
    assert code("3701", column(cells.identity)) == "id_length"


@pytest.mark.parametrize(
    "cell",
    [
        *(datetime(2010, 6, 7), date(2010, 6, 7), 40336, 40336.0, 20100607, "20100607"),
        *("2010-06-07", "2010/6/7", "2010.6.7", "2010年6月7日", "2010 年 6 月 7 日"),
        *("二〇一〇年六月七日", "２０１０-０６-０７", "2010-06-07 00:00:00"),
    ],
)
def test_a_date_is_read_in_every_usual_form(cell: object) -> None:
    assert cells.value(cell, column(cells.day)) == date(2010, 6, 7)


def test_chinese_tens_of_a_date() -> None:
    assert cells.value("二〇一〇年十二月二十一日", column(cells.day)) == date(2010, 12, 21)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        *(("2010-02-30", "cell_date"), ("明天", "cell_date"), (5, "cell_date")),
        *(("10.6.7", "cell_date_short"), ("2010年6月", "cell_date_short"), (9e9, "cell_date")),
        *(("2000.13", "cell_date"), ("2000年0月", "cell_date"), ("13月1日", "cell_date")),
    ],
)
def test_a_date_that_is_none_or_not_whole_is_refused(cell: object, why: str) -> None:
    assert code(cell, column(cells.day)) == why


@pytest.mark.parametrize(
    ("cell", "yuan"),
    [
        *((1200, "1200.00"), (0.1 + 0.2, "0.30"), ("1,200.50", "1200.50"), ("￥600元", "600.00")),
        *(("1.2万元", "12000.00"), ("１２００", "1200.00"), ("-5", "-5.00")),
    ],
)
def test_an_amount_is_read_to_the_fen(cell: object, yuan: str) -> None:
    assert cells.value(cell, column(cells.money)) == Decimal(yuan)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("六百", "cell_money"),
        (1.005, "cell_money_cents"),
        ("1.2.3", "cell_money"),
        (True, "cell_money"),
    ],
)
def test_what_is_no_amount_is_refused(cell: object, why: str) -> None:
    assert code(cell, column(cells.money)) == why


@pytest.mark.parametrize(
    ("cell", "truth"),
    [
        *((c, True) for c in ("是", "有", "√", "Y", 1, True)),
        *((c, False) for c in ("否", "无", "×", "no", 0.0)),
    ],
)
def test_yes_and_no_in_their_spellings(cell: object, truth: bool) -> None:
    assert cells.value(cell, column(cells.yes_no)) is truth


def test_what_is_neither_yes_nor_no_is_not_guessed() -> None:
    assert code("大概", column(cells.yes_no)) == "cell_yes_no"
    assert code("#REF!", column(cells.yes_no)) == "cell_error"


def test_a_choice_by_its_label_and_the_list_where_there_is_none() -> None:
    of = column(cells.choice, choices={"urban": Label("城镇", "Urban")})
    assert cells.value(" 城镇 ", of) == cells.value("urban", of) == "urban"
    with pytest.raises(Refused) as caught:
        cells.value("海上", of)
    assert "城镇" in text(caught.value.faults[0], "zh")
    assert "Urban" in text(caught.value.faults[0], "en")


def test_a_name_padded_to_three_characters_is_two() -> None:
    assert cells.value("王  军", column(cells.name)) == "王军"
    assert cells.value("Anna  Li", column(cells.name)) == "Anna Li"


def test_the_heading_row_is_found_below_a_title_and_matched_by_name() -> None:
    head = [
        (1, ("历城区党员花名册", None, None, None)),
        (2, ("填报单位：", None, "2026年", None)),
        (3, ("序号", "姓 名", "身份证号码（18位）", "入党时间")),
        (4, (1, "王建国", ID, "1985-07-01")),
    ]
    licheng = load("rulesets/licheng-2010").words
    assert licheng
    columns = in_words(Members(), licheng).columns
    found = headers.find(head, columns)
    assert found is not None
    assert found.row == 3
    assert headers.match(found, columns) == {"name": 1, "id_number": 2, "joined_on": 3}


def test_a_heading_over_two_rows_is_read_with_both() -> None:
    head = [
        (1, ("基本情况", None, "银行信息", None)),
        (2, ("姓名", "身份证号", "开户行", "卡号")),
    ]
    found = headers.find(head, Members.columns)
    assert found is not None
    assert set(headers.match(found, Members.columns)) == {
        "name",
        "id_number",
        "bank_name",
        "bank_account",
    }


def test_what_is_missing_or_twice_is_all_said_at_once() -> None:
    found = headers.faults({"name": 0, "sex": 0, "phone": 9}, Members.columns, 3)
    assert [f.code for f in found] == ["column_twice", "column_unknown", "column_missing"]
