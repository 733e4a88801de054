"""Two languages: which one this request speaks, and the commands that keep the catalogue whole.

The words in templates and Python are English; `translations/zh/LC_MESSAGES/messages.po` holds the
Chinese. `python -m admin.i18n extract` adds new words to it, `compile` makes the .mo that the
program reads (built, never committed), `check` fails on any word that lacks its Chinese and on any
Chinese, here or in a table of messages, that sets a number apart from what it counts.
Texts of a policy never pass here: they carry both languages in its rule files.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from flask import has_request_context, request, session
from flask_babel import lazy_gettext

_l = lazy_gettext

HERE = Path(__file__).resolve().parent
PO = HERE / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
MO = PO.with_suffix(".mo")

LANGUAGES = {"zh": "中文", "en": "English"}
DEFAULT = "zh"
# Flask-Admin names its catalogue zh_Hans_CN; Babel falls back from it to our zh
LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
HTML_LANG = {"zh": "zh-CN", "en": "en"}

METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
OPTIONS = {
    "templates/**.html": {"trimmed": "true", "encoding": "utf-8", "newstyle_gettext": "true"}
}
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
CJK = re.compile(r"[\u3400-\u9fff]")
# a blank between a number, or the place of one, and what it counts: Chinese office texts write none
MEASURED = re.compile(r"(?:\d|%\(\w+\)[sd]|\{[\w.]*\}) +[条件名人天年月日元个项份次户行]")
# where messages stand in both languages beside each other, not in the catalogue
TABLES = ("admin", "casework", "engine", "models")


def lang() -> str:
    """`zh` or `en`: what this visitor chose, else what the account says, else Chinese."""
    if not has_request_context():
        return DEFAULT
    chosen = session.get("lang") or request.cookies.get("lang")
    return chosen if chosen in LANGUAGES else DEFAULT


def locale() -> str:
    """Babel's name for the language of this request."""
    return LOCALES[lang()]


# ---- the catalogue ------------------------------------------------------------------------------


def messages() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """(where, message) for every marked word below admin/."""
    found = extract_from_dir(HERE, METHODS, OPTIONS, KEYWORDS)
    for name, line, message, _comments, _context in found:
        if not name.startswith("static/"):
            yield f"{name}:{line}", message


def catalogue() -> Catalog:
    """The Chinese catalogue as it stands, empty when there is none yet."""
    if not PO.exists():
        return Catalog(locale="zh", domain="messages", project="Sunshine Aid")
    with PO.open("rb") as file:
        return read_po(file, locale="zh", domain="messages")


def extract() -> list[str]:
    """Bring the catalogue up to date with the source; returns the words still without Chinese."""
    old, new = (
        catalogue(),
        Catalog(
            locale="zh",
            domain="messages",
            project="Sunshine Aid",
            fuzzy=False,
            header_comment=HEADER,
        ),
    )
    for _where, message in messages():
        key = message[0] if isinstance(message, tuple) else message
        kept = old.get(key)
        new.add(message, string=kept.string if kept else None)
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, new, width=100, omit_header=False, sort_output=True, no_location=True)
    text = PO.read_text(encoding="utf-8")
    # dates and tool versions in the header would change with every run
    PO.write_text(
        re.sub(r'"(POT-Creation|PO-Revision)-Date:.*\\n"\n|"Generated-By:.*\\n"\n', "", text),
        encoding="utf-8",
    )
    return [str(message.id) for message in new if message.id and not _translated(message)]


HEADER = "# Chinese words of the screens. `python -m admin.i18n extract` adds new ones."


def compile_catalogue() -> Path:
    """Write the .mo beside the .po; readers never see half a file."""
    half = MO.with_suffix(".mo.new")
    with half.open("wb") as file:
        write_mo(file, catalogue())
    half.replace(MO)
    return MO


def ensure_compiled() -> None:
    """Compile when the .mo is missing or older than its .po; a read-only folder must hold one."""
    if not MO.exists() or MO.stat().st_mtime < PO.stat().st_mtime:
        compile_catalogue()


def faults() -> list[str]:
    """Everything wrong with the catalogue, in words; empty when both languages are complete."""
    known = catalogue()
    found: list[str] = []
    seen: set[str] = set()
    for where, message in messages():
        parts = message if isinstance(message, tuple) else (message,)
        key = parts[0]
        seen.add(key)
        if any(CJK.search(part) for part in parts if part):
            found.append(
                f"{where}: {key!r} is not English; write English and add the Chinese to the catalogue"
            )
        entry = known.get(key)
        if entry is None or not _translated(entry):
            found.append(
                f"{where}: {key!r} has no Chinese; run `python -m admin.i18n extract` and fill it in"
            )
        elif _placeholders(parts) != _placeholders(_strings(entry)):
            found.append(f"{where}: {key!r} and its Chinese name different values")
    found += [
        f"{PO.name}: {entry.id!r} is used nowhere; run `python -m admin.i18n extract`"
        for entry in known
        if entry.id and (entry.id[0] if isinstance(entry.id, tuple) else entry.id) not in seen
    ]
    found += [
        f"{PO.name}: {entry.id!r}: {PARTED.format(part)}"
        for entry in known
        if entry.id
        for text in _strings(entry)
        for part in parted(text)
    ]
    return sorted({*found, *parted_in_tables(HERE.parent)})


PARTED = "“{}” has a blank between the number and what it counts; Chinese writes none"


def parted(text: str) -> list[str]:
    """What in a Chinese text stands apart from its number."""
    return MEASURED.findall(text)


def parted_in_tables(root: Path) -> Iterator[str]:
    """The same of the messages written in Python."""
    for folder in TABLES:
        for path in sorted((root / folder).rglob("*.py")):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                for part in parted(line):
                    yield f"{path.relative_to(root)}:{number}: {PARTED.format(part)}"


def _strings(entry: Message) -> tuple[str, ...]:
    return tuple(entry.string) if isinstance(entry.string, (tuple, list)) else (str(entry.string),)


def _translated(entry: Message) -> bool:
    return all(_strings(entry)) and bool(entry.string) and not entry.fuzzy


def _placeholders(texts: tuple[str, ...]) -> set[str]:
    return {name for text in texts if text for name in PLACEHOLDER.findall(text)} - {"num"}


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def main(arguments: list[str]) -> int:
    """extract | compile | check; 0 good, 1 something lacks its Chinese, 2 wrong use."""
    match arguments:
        case ["extract"]:
            missing = extract()
            for word in missing:
                _say(word)
            _say(f"{len(missing)} without Chinese in {PO.relative_to(HERE.parent)}")
            return 0
        case ["compile"]:
            _say(str(compile_catalogue().relative_to(HERE.parent)))
            return 0
        case ["check"]:
            found = faults()
            _say("\n".join(found) if found else "every word has its Chinese")
            return 1 if found else 0
        case _:
            sys.stderr.write("usage: python -m admin.i18n extract|compile|check\n")
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
