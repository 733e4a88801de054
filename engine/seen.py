"""Whether a text is on paper what it is in the file: no signs that nobody sees."""

import re
import unicodedata

_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Turn the order of what follows round, so that it reads otherwise than it is stored."""


def hidden(text: str) -> bool:
    """Whether a text turns its own direction, or holds something but nothing that can be seen."""
    if _DIRECTION.search(text):
        return True
    return bool(text.strip()) and not any(unicodedata.category(sign)[0] in "LNPS" for sign in text)
