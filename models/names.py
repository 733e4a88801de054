"""How a name is read aloud: its pinyin initials, for search, and its place in a list. Knows no table.

A character with several readings is read as a surname where it stands first: 曾 is zēng and 单 is
shàn there, which a dictionary of words does not know. Within a given name the usual reading is taken.
"""

from __future__ import annotations

from pypinyin import Style, lazy_pinyin

# only those that are read otherwise as a surname than as a word
SURNAMES = {
    "单": "shan4", "仇": "qiu2", "解": "xie4", "查": "zha1", "区": "ou1", "朴": "piao2",
    "曾": "zeng1", "盖": "ge3", "折": "she2", "秘": "bi4", "繁": "po2", "员": "yun4",
    "种": "chong2", "洗": "xian3", "缪": "miao4", "覃": "qin2", "黑": "he4", "华": "hua4",
    "葛": "ge3", "那": "na1", "燕": "yan1", "哈": "ha3", "召": "shao4", "过": "guo1",
    "重": "chong2", "祭": "zhai4", "翟": "zhai2", "阚": "kan4", "卜": "bu3", "薄": "bo2",
    "都": "du1",
}  # fmt: skip


def initials(name: str) -> str:
    """``王小明`` → ``wxm``; letters and digits stay, anything else is left out."""
    letters = _read(name, Style.FIRST_LETTER)
    return "".join(c for part in letters for c in part if c.isascii() and c.isalnum())


def place(name: str) -> str:
    """Where a name stands in a list, as a dictionary orders it: by syllable, then by tone; names
    that sound alike stay together. ``王小明`` → ``wang2 xiao3 ming2  王小明``: two blanks, so that
    ``王小`` stands before it."""
    return " ".join([*(part.strip() for part in _read(name, Style.TONE3)), "", name])


def _read(name: str, style: Style) -> list[str]:
    read = [part.lower() for part in lazy_pinyin(name, style=style, errors="default")]
    surname = SURNAMES.get(name[:1])
    if surname:
        read[0] = surname if style == Style.TONE3 else surname[0]
    return read
