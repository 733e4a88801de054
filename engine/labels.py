"""A name in the two languages of the screens. Never holds a sentence with parameters:
those are messages."""

from dataclasses import dataclass

from engine.terms import fill


@dataclass(frozen=True, slots=True)
class Label:
    """What one thing is called: `zh` as the paper says it, `en` for English screens."""

    zh: str
    en: str

    def text(self, lang: str) -> str:
        """The name in `lang`; anything but "en" is Chinese, the language of the office. Words of the
        policy (`{word.person}`) are filled in."""
        return fill(self.en if lang == "en" else self.zh, lang)
