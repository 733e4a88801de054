"""Pinyin initials of a name, for search. Knows no table."""

from pypinyin import Style, lazy_pinyin


def initials(name: str) -> str:
    """``王小明`` → ``wxm``; letters and digits stay, anything else is left out."""
    letters = lazy_pinyin(name, style=Style.FIRST_LETTER, errors="default")
    return "".join(c for part in letters for c in part.lower() if c.isascii() and c.isalnum())
