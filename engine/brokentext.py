"""What is wrong with a text that cannot be read as YAML or JSON, or with a path, in plain words.

The parsers speak English and of their own insides; here each of their complaints becomes one of a
few classes that a person can act on, and what is left over only says that it ends here.
"""

from __future__ import annotations

import json
import re

from ruamel.yaml.error import MarkedYAMLError, StringMark

from engine.faults import Fault
from engine.messages import register

register(
    {
        "broken_here": ("从这里起读不下去", "it cannot be read from here on"),
        "broken_tab": ("缩进用了制表符，请改用空格", "a tab is used to indent; use spaces"),
        "broken_bracket": (
            "这里打开的括号没有写完，或两项之间少了逗号",
            "the bracket opened here is not closed, or a comma between two items is missing",
        ),
        "broken_quote": ("这里的引号没有写完", "the quotation mark opened here is not closed"),
        "broken_indent": (
            "缩进与上面各行不齐，或上一行没有写完",
            "the indentation does not match the lines above, or the line above is not finished",
        ),
        "broken_colon": (
            "这里多了一个冒号；文字里有冒号的，请把整段放进引号，否则检查缩进",
            "a colon too many; a text with a colon must stand in quotes, else check the indentation",
        ),
        "broken_no_colon": (
            "名称后面少了冒号，冒号后面要空一格",
            "a colon is missing behind a name; a space follows it",
        ),
        "broken_wide": (
            "这里的“{sign}”是全角的，请改成半角；冒号后面空一格",
            'the "{sign}" here is full-width; use the ASCII sign, and a space behind a colon',
        ),
        "broken_dash": (
            "“-”不能写在这里，请另起一行并检查缩进",
            '"-" cannot stand here; begin a new line and check the indentation',
        ),
        "broken_question": (
            "“?”不能写在这里，请放进引号",
            '"?" cannot stand here; put it in quotes',
        ),
        "broken_escape": (
            "反斜杠后面的写法不认得；要写反斜杠本身，请写两个",
            "what follows the backslash is not known; write two for a backslash itself",
        ),
        "broken_block": (
            "“|”或“>”后面的几行文字写法或缩进不对",
            'the lines that follow "|" or ">" are not written or indented rightly',
        ),
        "broken_anchor": (
            "“&”和“*”不能这样开头，请放进引号",
            'a text cannot begin with "&" or "*" like this; put it in quotes',
        ),
        "broken_tag": (
            "“!”和“%”不能这样开头，请放进引号",
            'a text cannot begin with "!" or "%" like this; put it in quotes',
        ),
        "broken_character": (
            "文字不能以这个符号开头，请放进引号",
            "a text cannot begin with this character; put it in quotes",
        ),
        "broken_control": (
            "有一个不能显示的控制字符，请删去",
            "there is an invisible control character; remove it",
        ),
        "broken_content": ("这里少了内容", "something is missing here"),
        "broken_comma": ("这里少了逗号", "a comma is missing here"),
        "broken_key": (
            "这里应是放在英文双引号里的名称；最后一项后面不要逗号",
            "a name in double quotes is due here; no comma follows the last item",
        ),
        "broken_rest": ("内容到此已经完整，后面多了东西", "the content is complete before this"),
        "path_missing": ("没有这个文件或文件夹", "there is no such file or folder"),
        "path_no_folder": ("没有这个文件夹", "there is no such folder"),
        "path_folder": ("这是文件夹，不是文件", "it is a folder, not a file"),
        "path_forbidden": ("没有权限", "permission is missing"),
        "path_other": ("系统没有给出", "the system does not give it"),
    }
)

_YAML = (
    ("'\\t'", "broken_tab"),
    ("escape", "broken_escape"),
    ("while scanning a quoted scalar", "broken_quote"),
    ("while parsing a flow", "broken_bracket"),
    ("block scalar", "broken_block"),
    ("while scanning an a", "broken_anchor"),  # an anchor, an alias
    ("tag", "broken_tag"),
    ("directive", "broken_tag"),
    ("could not find expected ':'", "broken_no_colon"),
    ("mapping values are not allowed", "broken_colon"),
    ("found unexpected ':'", "broken_colon"),
    ("sequence entries are not allowed", "broken_dash"),
    ("mapping keys are not allowed", "broken_question"),
    ("cannot start any token", "broken_character"),
    ("<block end>", "broken_indent"),
    ("<document start>", "broken_indent"),
    ("expected the node content", "broken_content"),
)
_WIDE = re.compile(
    r"(?:^\s*(?:-\s+)?|[{,]\s*)[a-z0-9_-]+(?P<colon>：)"
    r"|(?:^|[:{\[,-])\s*(?P<open>｛)|\{[^{}]*(?P<close>｝)\s*,?\s*$"
    r"|(?P<comma>，)\s*[a-z0-9_-]+:"
)
"""A sign that stands where YAML's own would and only looks like it; not one inside a text."""
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_OPENED = frozenset({"broken_quote", "broken_bracket"})
"""What is better shown where it was opened than where the parser gave up."""
_JSON = (
    ("property name", "broken_key"),
    ("trailing comma", "broken_key"),
    ("':'", "broken_no_colon"),
    ("','", "broken_comma"),
    ("Unterminated string", "broken_quote"),
    ("control character", "broken_control"),
    ("escape", "broken_escape"),
    ("Extra data", "broken_rest"),
    ("Expecting value", "broken_content"),
)
_PATHS = (
    (FileNotFoundError, "path_missing"),
    (NotADirectoryError, "path_no_folder"),
    (IsADirectoryError, "path_folder"),
    (PermissionError, "path_forbidden"),
)


def of_yaml(error: MarkedYAMLError) -> tuple[Fault, StringMark | None]:
    """What is wrong, and where."""
    said = f"{error.context or ''} {error.problem or ''}"
    code = _first(_YAML, said)
    here, opened = error.problem_mark, error.context_mark
    wide = _wide(here)
    if wide is not None:
        return wide
    if opened is not None and (here is None or (code in _OPENED and opened.line != here.line)):
        return Fault(code), opened
    return Fault(code), here


def _wide(mark: StringMark | None) -> tuple[Fault, StringMark] | None:
    """The full-width sign in the line where the parser gave up or in the one before it."""
    if mark is None or not isinstance(mark.buffer, str):
        return None
    lines = mark.buffer.splitlines()
    for number in (mark.line, mark.line - 1):
        line = lines[number] if 0 <= number < len(lines) else ""
        bare = _QUOTED.sub(lambda quoted: "_" * len(quoted[0]), line)
        found = None if line.lstrip().startswith("#") else _WIDE.search(bare)
        if found is not None and found.lastgroup is not None:
            sign, column = found[found.lastgroup], found.start(found.lastgroup)
            at = StringMark(mark.name, mark.index, number, column, mark.buffer, mark.pointer)
            return Fault("broken_wide", {"sign": sign}), at
    return None


def of_json(error: json.JSONDecodeError) -> Fault:
    """What is wrong at the line and column that the error has."""
    return Fault(_first(_JSON, error.msg))


def of_path(error: OSError) -> Fault:
    """Why a path cannot be read or written."""
    return Fault(next((code for kind, code in _PATHS if isinstance(error, kind)), "path_other"))


def _first(classes: tuple[tuple[str, str], ...], said: str) -> str:
    return next((code for part, code in classes if part in said), "broken_here")
