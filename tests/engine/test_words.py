"""Amounts in 大写, masks, dates of the paper."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.words import (
    LARGEST_FEN,
    chinese_date,
    chinese_month,
    chinese_period,
    english_date,
    in_words,
    masked_account,
    masked_id,
    masked_phone,
    yuan,
)

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def number_of(text: str) -> int:
    """Fen read back from 大写, by another way than it was written."""
    whole, _, rest = text.removesuffix("整").rpartition("元")
    if "元" not in text:
        whole, rest = "", text
    fen = 0
    for digit, unit in zip(rest.replace("零", "")[::2], rest.replace("零", "")[1::2], strict=True):
        fen += DIGITS.index(digit) * {"角": 10, "分": 1}[unit]
    total = section = digit_now = 0
    for char in whole:
        if char in DIGITS:
            digit_now = DIGITS.index(char)
        elif char in UNITS:
            section += digit_now * UNITS[char]
            digit_now = 0
        else:
            factor = {"万": 10**4, "亿": 10**8}[char]
            held = section + digit_now
            total = (total + held) * factor if char == "亿" else total + held * factor
            section = digit_now = 0
    return (total + section + digit_now) * 100 + fen


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (60000, "陆佰元整"),
        (200530, "贰仟零伍元叁角"),
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角"),
        (105, "壹元零伍分"),
        (1000, "壹拾元整"),
        (300000, "叁仟元整"),
        (168032, "壹仟陆佰捌拾元叁角贰分"),
        (1640902, "壹万陆仟肆佰零玖元零贰分"),
        (10000000, "壹拾万元整"),
        (10000500, "壹拾万零伍元整"),
        (10_0005_0000_00, "壹拾亿零伍万元整"),
        (1_0000_0000_0000_00, "壹万亿元整"),
    ],
)
def test_amounts_are_written_as_on_receipts(fen: int, words: str) -> None:
    assert in_words(fen) == words


@given(st.integers(0, 10**14))
def test_amounts_in_words_read_back_to_the_same_amount(fen: int) -> None:
    assert number_of(in_words(fen)) == fen


@pytest.mark.parametrize("fen", [-1, LARGEST_FEN + 1])
def test_an_amount_that_cannot_be_written_is_refused(fen: int) -> None:
    with pytest.raises(ValueError, match="LARGEST_FEN"):
        in_words(fen)


def test_amounts_in_figures_have_two_decimals() -> None:
    assert [yuan(fen) for fen in (60000, 5, -105)] == ["600.00", "0.05", "-1.05"]


def test_numbers_are_masked_as_the_conventions_say() -> None:
    assert masked_id("370112196108050039") == "370112********0039"
    assert masked_phone("13800001234") == "138****1234"
    assert masked_account("6222020200112233445") == "6222***********3445"


@given(st.text("0123456789", max_size=25))
def test_a_mask_always_hides_something_and_keeps_the_length(number: str) -> None:
    for mask in (masked_id, masked_phone, masked_account):
        hidden = mask(number)
        assert len(hidden) == len(number)
        assert hidden.count("*") >= min(4, len(number))


def test_dates_and_periods_are_written_as_in_the_annexes() -> None:
    assert chinese_date(date(2010, 12, 3)) == "2010年12月3日"
    assert chinese_month(date(1961, 8, 5)) == "1961年8月"
    assert english_date(date(2010, 12, 3)) == "3 December 2010"
    assert chinese_period(date(2010, 12, 6), date(2010, 12, 10)) == "2010年12月6日至10日"
    assert chinese_period(date(2010, 11, 29), date(2010, 12, 3)) == "2010年11月29日至12月3日"
    assert chinese_period(date(2010, 12, 29), date(2011, 1, 3)) == "2010年12月29日至2011年1月3日"
