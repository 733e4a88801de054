"""How a state is shown in a list."""

from __future__ import annotations

from markupsafe import Markup


def tag(word: tuple[object, str]) -> Markup:
    """A state with its colour."""
    return Markup('<span class="tag tag-{}">{}</span>').format(word[1], word[0])
