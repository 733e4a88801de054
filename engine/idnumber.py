"""Identity numbers of GB 11643: normalise, check, read birth and sex.

Says whether a number is well formed, never whether it was issued to anybody: the division code in
front is not looked up, since codes of dissolved counties stay valid for their holders.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from stdnum.cn import ric

from engine.faults import Fault
from engine.messages import register

register(
    {
        "id_length": (
            "身份证号码应为18位（旧证为15位数字），现有{count}位，请对照身份证核对。",
            "An identity number has 18 characters (15 digits on old cards); this one has {count}. Compare it with the card.",
        ),
        "id_checksum": (
            "身份证号码校验不符，请对照身份证逐位核对。",
            "The check digit of the identity number does not fit. Compare it with the card digit by digit.",
        ),
        "id_birth_invalid": (
            "身份证号码中的出生日期{birth}不存在，请对照身份证核对。",
            "The identity number contains a date of birth that does not exist, {birth}. Compare it with the card.",
        ),
    }
)

_OLD = re.compile(r"[0-9]{15}\Z")
_NEW = re.compile(r"[0-9]{17}[0-9X]\Z")
_NARROW = str.maketrans("０１２３４５６７８９ＸｘxX", "0123456789XXXX")
_IGNORED = re.compile(r"[\s\u200b-\u200f\ufeff]+")


@dataclass(frozen=True, slots=True)
class Identity:
    """A well-formed number in its 18-character form, with what it says of its holder."""

    number18: str
    birth: date
    sex: Literal["male", "female"]


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that can be told of a number, right or wrong.

    `fault` is None when it is well formed; `sex` is also known where only the birth date is wrong.
    """

    fault: Fault | None
    number18: str | None
    birth: date | None
    sex: Literal["male", "female"] | None


def compact(text: str) -> str:
    """The characters that count: full-width forms narrowed, spaces dropped, x in capitals."""
    return _IGNORED.sub("", text).translate(_NARROW)


def read(text: str) -> Reading:
    """What the number says; the first fault only, as length and checksum make the rest void.

    18 characters are checked as they are, 15 digits are converted (born in 19xx).
    """
    number = compact(text)
    if len(number) == 18:
        if not _NEW.match(number) or ric.calc_check_digit(number) != number[-1]:
            return Reading(Fault("id_checksum", where="id_number"), None, None, None)
    elif _OLD.match(number):
        number = number[:6] + "19" + number[6:] + "0"
        number = number[:-1] + ric.calc_check_digit(number)
    else:
        fault = Fault("id_length", {"count": len(number)}, "id_number")
        return Reading(fault, None, None, None)
    sex: Literal["male", "female"] = "male" if int(number[16]) % 2 else "female"
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        fault = Fault("id_birth_invalid", {"birth": number[6:14]}, "id_number")
        return Reading(fault, None, None, sex)
    return Reading(None, number, birth, sex)


def normalise(text: str) -> Identity | tuple[Fault, ...]:
    """The Identity behind a number as typed, or the faults that say why it is none."""
    found = read(text)
    if found.number18 is None or found.birth is None or found.sex is None:
        return (found.fault,) if found.fault else ()
    return Identity(found.number18, found.birth, found.sex)


def with_check_digit(first17: str) -> str:
    """The 18-character number for 17 given digits; for seeds and tests.

    >>> with_check_digit("37011219610805001")
    '370112196108050010'
    """
    if not re.match(r"[0-9]{17}\Z", first17):
        raise ValueError("17 digits are needed")
    return first17 + str(ric.calc_check_digit(first17 + "0"))
