"""Identity numbers of GB 11643."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.idnumber import Identity, Reading, normalise, read, with_check_digit

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def codes(text: str) -> list[str]:
    found = normalise(text)
    return [] if isinstance(found, Identity) else [fault.code for fault in found]


@given(st.text("0123456789", min_size=17, max_size=17))
def test_the_check_digit_follows_the_weights_of_the_standard(digits: str) -> None:
    total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True))
    assert with_check_digit(digits)[-1] == "10X98765432"[total % 11]


@pytest.mark.parametrize(
    ("typed", "number", "birth", "sex"),
    [
        pytest.param("11010519491231002X", "11010519491231002X", date(1949, 12, 31), "female", id="with X"),
        pytest.param("11010519491231002x", "11010519491231002X", date(1949, 12, 31), "female", id="lower-case x"),
        pytest.param("110105491231002", "11010519491231002X", date(1949, 12, 31), "female", id="15 digits"),
        pytest.param(" 370112 19610805 0010 ", "370112196108050010", date(1961, 8, 5), "male", id="spaces"),
        pytest.param("３７０１１２１９６１０８０５００１０", "370112196108050010", date(1961, 8, 5), "male", id="full-width digits"),
        pytest.param(with_check_digit("37011220000229001"), with_check_digit("37011220000229001"), date(2000, 2, 29), "male", id="leap day"),
    ],
)  # fmt: skip
def test_a_good_number_gives_its_18_characters_birth_and_sex(
    typed: str, number: str, birth: date, sex: str
) -> None:
    assert normalise(typed) == Identity(number, birth, sex)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        pytest.param("", "id_length", id="nothing"),
        pytest.param("37011219610805001", "id_length", id="17 characters"),
        pytest.param("3701121961080500100", "id_length", id="19 characters"),
        pytest.param("37011261080500X", "id_length", id="15 characters that are no digits"),
        pytest.param("370112196108050011", "id_checksum", id="wrong check digit"),
        pytest.param("37011219610805001A", "id_checksum", id="a letter at the end"),
        pytest.param("3701121961O8050010", "id_checksum", id="the letter O for a zero"),
        pytest.param("37011219610805001⁰", "id_checksum", id="a raised zero is no digit"),
        pytest.param(with_check_digit("37011219610229001"), "id_birth_invalid", id="29 February 1961"),
        pytest.param(with_check_digit("37011219611305001"), "id_birth_invalid", id="month 13"),
        pytest.param(with_check_digit("37011219610800001"), "id_birth_invalid", id="day 0"),
        pytest.param(with_check_digit("37011200001231001"), "id_birth_invalid", id="year 0"),
        pytest.param("370112611305001", "id_birth_invalid", id="15 digits with month 13"),
    ],
)  # fmt: skip
def test_a_wrong_number_says_what_is_wrong(typed: str, code: str) -> None:
    assert codes(typed) == [code]


def test_the_sex_is_known_where_only_the_birth_date_is_wrong() -> None:
    found = read(with_check_digit("37011219611305001"))
    assert (found.sex, found.birth, found.number18) == ("male", None, None)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    found = read(text)
    assert isinstance(found, Reading)
    assert (found.fault is None) == (found.number18 is not None)
