"""Amounts, dates and masked numbers as Chinese papers write them. Formatting only."""

from datetime import date

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万")  # the last one is followed by 亿
LARGEST_FEN = 10**18 - 1
"""The largest amount that can be written out: below ten thousand million million yuan."""


def in_words(fen: int) -> str:
    """An amount in 大写, as on receipts: 60000 → 陆佰元整, 200530 → 贰仟零伍元叁角.

    `fen` is not negative and at most LARGEST_FEN, else ValueError. 整 ends an amount without 角
    and 分; 零 stands for a run of missing places inside, and between 元 and 分 without 角.
    """
    if not 0 <= fen <= LARGEST_FEN:
        raise ValueError("an amount in words lies between 0 and LARGEST_FEN")
    yuan, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    whole = _whole(yuan) + "元" if yuan else ""
    if not rest:
        return (whole or "零元") + "整"
    if jiao:
        parts = _DIGITS[jiao] + "角"
    else:
        parts = "零" if whole else ""
    if cents:
        parts += _DIGITS[cents] + "分"
    return whole + parts


def _whole(number: int) -> str:
    """A positive whole number; each gap of missing places is one 零."""
    groups = []
    while number:
        number, group = divmod(number, 10000)
        groups.append(group)
    text = ""
    gap = False
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if group == 0:
            gap = bool(text)
            if index == 2 and text:
                text += _GROUPS[2]
            continue
        if text and (gap or group < 1000):
            text += "零"
        text += _group(group) + _GROUPS[index]
        gap = False
    return text


def _group(number: int) -> str:
    text = ""
    gap = False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return text


def yuan(fen: int) -> str:
    """An amount in figures with two decimals and no separators: 60000 → 600.00."""
    sign = "-" if fen < 0 else ""
    whole, cents = divmod(abs(fen), 100)
    return f"{sign}{whole}.{cents:02d}"


def masked_id(number: str) -> str:
    """370112********0039: six in front, four at the end; a shorter number is hidden whole."""
    return masked(number, 6, 4)


def masked_phone(number: str) -> str:
    """138****1234; a shorter number keeps its last two digits at most."""
    return masked(number, 3, 4)


def masked_account(number: str) -> str:
    """A bank account: four in front, four at the end."""
    return masked(number, 4, 4)


def masked(number: str, head: int, tail: int) -> str:
    """`head` and `tail` characters shown, the others as *; at least four are always hidden,
    so a number too short for that is hidden whole."""
    hidden = len(number) - head - tail
    if hidden < 4:
        return "*" * len(number)
    return number[:head] + "*" * hidden + number[-tail:]


def chinese_date(day: date) -> str:
    """2010年12月3日."""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_month(day: date) -> str:
    """1961年8月, as 出生年月 is written."""
    return f"{day.year}年{day.month}月"


def chinese_period(first: date, last: date) -> str:
    """2010年12月6日至10日; month and year are repeated only where they change."""
    end = f"{last.day}日"
    if (first.year, first.month) != (last.year, last.month):
        end = f"{last.month}月{end}"
    if first.year != last.year:
        end = f"{last.year}年{end}"
    return f"{chinese_date(first)}至{end}"


def english_date(day: date) -> str:
    """3 December 2010, whatever the locale of the machine."""
    months = "January February March April May June July August September October November December"
    return f"{day.day} {months.split()[day.month - 1]} {day.year}"
