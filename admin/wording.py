"""The catalogue of the screens with what the policy calls people and units put into it.

A text says `{word.person}`; whichever policy is spoken of fills it in (`engine.terms`).
"""

from __future__ import annotations

from typing import cast

from babel.support import NullTranslations
from flask_babel import Domain, get_locale

from engine.terms import fill


class Worded(Domain):
    """The domain of all texts."""

    def get_translations(self) -> NullTranslations:
        """Asked for every text of a page, so what wraps a language's catalogue stays with it."""
        inner = super().get_translations()
        filled = getattr(inner, "filled", None)
        if filled is None:
            filled = inner.filled = Filled(inner)
        return cast("Filled", filled)


class Filled(NullTranslations):
    """Translations of another object, each with its words filled in."""

    def __init__(self, inner: NullTranslations) -> None:
        super().__init__()
        self._inner = inner
        locale = get_locale()
        self._lang = "en" if locale is None or locale.language == "en" else "zh"

    def ugettext(self, message: str) -> str:
        return fill(self._inner.ugettext(message), self._lang)

    def ungettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return fill(self._inner.ungettext(msgid1, msgid2, n), self._lang)

    def upgettext(self, context: str, message: str) -> str:
        return fill(self._inner.upgettext(context, message), self._lang)

    def unpgettext(self, context: str, singular: str, plural: str, num: int) -> str:
        return fill(self._inner.unpgettext(context, singular, plural, num), self._lang)
