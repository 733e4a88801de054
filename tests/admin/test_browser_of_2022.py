"""Pages work in Chromium 107, the browser of November 2022 that many offices still have.

Nothing newer may stand in our style sheets, scripts and templates; what a vendored file holds
of it is listed with what an older browser does instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "admin"
STATIC = ROOT / "static"
COMMENT = re.compile(r"/\*.*?\*/", re.S)
LINE_COMMENT = re.compile(r"(?m)(?<![:\"'])//.*$")
TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'')
STYLE_RULE = re.compile(r"([^{};]*)\{")

# what → the Chromium that brought it
CSS = {
    r"@(?:starting-style|position-try|view-transition|function)\b": 111,
    r"@scope\b": 118,
    r":(?:user-valid|user-invalid|dir|popover-open|open|state|active-view-transition)\b(?!-)": 112,
    r":nth-(?:last-)?child\([^)]*\bof\b": 111,
    r"::(?:view-transition|details-content|scroll-button|scroll-marker|checkmark|picker)": 111,
    r"\b(?:color-mix|oklch|oklab|lch|lab)\(": 111,
    r"\b(?:light-dark|contrast-color)\(": 123,
    r"(?<![\w-])color\(": 111,
    r"\b(?:rgb|rgba|hsl|hsla|hwb)\(\s*from\b": 119,
    r"(?<![\w-])(?:sin|cos|tan|asin|acos|atan|atan2|pow|sqrt|hypot|log|exp)\(": 111,
    r"(?<![\w-])(?:round|mod|rem|abs|sign|calc-size|if|sibling-index|sibling-count)\(": 125,
    r"(?<![\w-])linear\(": 113,
    r"(?<![\w-])image-set\(": 113,
    r"\battr\([^)]*(?:,|\btype\()": 133,
    r"\d(?:[sld]v(?:w|h|i|b|min|max))\b": 108,
    r"\d(?:r?lh|rcap|rch|rex|ric)\b": 109,
    r"\bsubgrid\b": 117,
    r"(?<![\w-])text-wrap(?:-mode|-style)?\s*:": 114,
    r"(?<![\w-])(?:white-space-collapse|initial-letter|field-sizing|interpolate-size)\s*:": 110,
    r"(?<![\w-])(?:anchor-name|position-anchor|position-area|anchor-scope)\s*:": 125,
    r"(?<![\w-])(?:animation|scroll|view)-timeline(?:-[a-z]+)?\s*:|\banimation-range\b": 115,
    r"(?<![\w-])(?:view-transition-name|transition-behavior|overlay)\s*:": 111,
    r"(?<![\w-])(?:scrollbar-width|scrollbar-color)\s*:": 121,
    r"(?<![\w-])(?:mask|mask-(?:image|size|position|repeat|clip|origin|composite|mode))\s*:": 120,
    r"(?<![\w-])(?:text-box|text-spacing-trim|text-autospace|reading-flow)[a-z-]*\s*:": 123,
    r"(?<![\w-])(?:backdrop-root|corner-shape|font-size-adjust|print-color-adjust)\s*:": 127,
    r"\((?:prefers-reduced-transparency|scripting|inverted-colors)\b": 118,
    r"(?<![\w-])word-break\s*:\s*auto-phrase": 119,
}
SCRIPT = {
    r"\.(?:toSorted|toReversed|toSpliced)\(|\.with\(": 110,
    r"\bArray\.fromAsync\b|\bIterator\.|\.values\(\)\.(?:map|filter|toArray)\(": 121,
    r"\bPromise\.(?:withResolvers|try)\b": 119,
    r"\b(?:Object|Map)\.groupBy\b": 117,
    r"\.(?:union|intersection|difference|symmetricDifference|isSubsetOf|isSupersetOf|isDisjointFrom)\(": 122,
    r"\b(?:showPopover|hidePopover|togglePopover|popoverTargetElement|popover)\b": 114,
    r"\bstartViewTransition\b": 111,
    r"\b(?:requestClose|closedBy|CloseWatcher|commandForElement)\b": 126,
    r"\bURL\.(?:canParse|parse)\(|\bURLPattern\.": 120,
    r"\bAbortSignal\.any\(|\bscheduler\.yield\b": 116,
    r"\b(?:isWellFormed|toWellFormed|setHTMLUnsafe|getHTML|moveBefore)\b": 111,
    r"\b(?:scrollend|scrollsnapchange|beforetoggle)\b": 114,
    r"\bRegExp\.escape\b|/[a-z]*v[a-z]*\.(?:test|exec)\(": 112,
    r"\bIntl\.DurationFormat\b|\bTemporal\.": 129,
    r"\b(?:Uint8Array\.from(?:Base64|Hex)|Math\.sumPrecise|Float16Array)\b": 135,
    r"\bimport\b[^;]*\bwith\s*\{": 123,
    r"\bCSS\.(?:highlights|registerProperty)\b.*\bHighlight\b|\bEditContext\b": 121,
}
MARKUP = {
    r"<[^>]*\s(?:popover|popovertarget|commandfor|closedby|interestfor)(?:[\s=>])": 114,
    r"<details\b[^>]*\sname=": 120,
    r"<(?:search|selectedcontent|permission|geolocation)\b": 118,
    r"<template\b[^>]*\sshadowrootmode": 111,
}
# file → what stands there, and what a browser of 2022 makes of it
BAR = "an ordinary scroll bar is shown"
FILLED = "lines are filled to their end; a word may stand alone in the last"
PREFIXED = "the same with -webkit- stands beside it"
FALLS_BACK = {
    "app.css": {"scrollbar-width:": BAR, "scrollbar-color:": BAR, "text-wrap:": FILLED},
    "cases.css": {"text-wrap:": FILLED},
    "docx.css": {"text-wrap:": FILLED},
    "figures.css": {"print-color-adjust:": PREFIXED},
    "tabler.min.css": {
        "color-mix(": "app.css gives plain colours to links, buttons and keys, which our pages use of "
        "it; a selected text has the system's colour, code the colour of the text",
        "light-dark(": "code has the colour of the text",
        "mask:": PREFIXED,
        "mask-image:": PREFIXED,
        "mask-position:": PREFIXED,
        "mask-size:": PREFIXED,
        "print-color-adjust:": PREFIXED,
        "scrollbar-color:": BAR,
    },
}
PLAIN = ("a", "a:hover", ".btn-primary:hover", ".btn-danger:hover", "kbd")


def plain(path: Path) -> str:
    """The file without comments and texts; of a page, all of it."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        return text
    text = COMMENT.sub(" ", text)
    return TEXT.sub('""', LINE_COMMENT.sub("", text) if path.suffix == ".js" else text)


def newer(text: str, features: dict[str, int]) -> Iterator[str]:
    for pattern, since in features.items():
        for found in re.finditer(pattern, text):
            yield f"{found[0].strip()} (Chromium {since})"


def nested(css: str) -> Iterator[str]:
    """Rules within style rules: known since Chromium 112."""
    inside: list[bool] = []  # for each open brace, whether it is that of a style rule
    heads = {at.end(): at[1].strip() for at in STYLE_RULE.finditer(css)}
    for at, sign in enumerate(css, 1):
        if sign == "{":
            head = heads.get(at, "")
            if any(inside):
                yield f"{head} {{ within a rule (Chromium 112)"
            frames = head.startswith("@") or re.fullmatch(r"from|to|[\d.,%\s]+|", head) is not None
            inside.append(not frames)
        elif sign == "}" and inside:
            inside.pop()


def of(path: Path) -> set[str]:
    """What a browser of 2022 would not know in a file."""
    text = plain(path)
    if path.suffix == ".css":
        return set(newer(text, CSS)) | set(nested(text))
    if path.suffix == ".js":
        return set(newer(text, SCRIPT))
    return set(newer(text, MARKUP))


def test_nothing_newer_is_used_without_a_fallback() -> None:
    files = [p for p in STATIC.rglob("*") if p.suffix in (".css", ".js")]
    files += (ROOT / "templates").rglob("*.html")
    assert {path.suffix for path in files} == {".css", ".js", ".html"}
    found = {path.name: {one.split(" (")[0] for one in new} for path in files if (new := of(path))}
    assert found == {name: set(why) for name, why in FALLS_BACK.items()}


def test_what_is_said_to_stand_beside_it_does() -> None:
    for path in STATIC.rglob("*.css"):
        text = plain(path)
        for name, why in FALLS_BACK.get(path.name, {}).items():
            bare = re.findall(rf"(?<![\w-]){re.escape(name)}", text)
            assert why is not PREFIXED or len(re.findall(f"-webkit-{name}", text)) >= len(bare), (
                name
            )
    app = plain(STATIC / "app.css")
    for selector in PLAIN:
        assert re.search(rf"(?m)^(?:[^{{]*, )?{re.escape(selector)} {{[^}}]*color: ", app), selector


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.css", ".a { &:hover { color: red } }"),
        ("a.css", ".a { .b { color: red } }"),
        ("a.css", "@media print { .a { @media screen { color: red } } }"),
        ("a.css", ".a { color: color-mix(in srgb, red, blue) }"),
        ("a.css", ".a { height: 100dvh }"),
        ("a.css", ".a { grid-template-rows: subgrid; }"),
        ("a.css", "h1 { text-wrap: balance }"),
        ("a.js", "rows.toSorted()"),
        ("a.js", "Promise.withResolvers()"),
        ("a.js", "box.showPopover()"),
        ("a.html", '<div id="a" popover>'),
        ("a.html", '<details class="menu" name="one">'),
        ("a.html", '<dialog closedby="any">'),
    ],
)
def test_what_is_newer_is_found(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert of(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.css", "@media print { .a { color: red } .b:has(.c) { inset: 0 } }"),
        ("a.css", "@keyframes k { from { top: 0 } 50% { top: 1px } to { top: 2px } }"),
        ("a.css", '.a::before { content: "{ color-mix( }" }'),
        ("a.css", ".a { -webkit-mask: none; height: 100vh; background: var(--a) }"),
        ("a.js", "dialog.showModal(); rows.at(-1); // toSorted() is too new"),
        ("a.html", '<input name="popover-name"><details class="menu">'),
    ],
)
def test_what_2022_knew_is_let_pass(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert not of(tmp_path / name)
