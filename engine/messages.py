"""Texts of faults in Chinese and English. Other folders register their own catalogues.

A catalogue maps a code to a (zh, en) pair of str.format templates with the same parameters.
`text(fault, lang)` fills one in; a parameter may itself be a Fault (a hint), a Label (its title in
the language asked for) or a list (joined). `{word.person}` is what the policy spoken of calls people
(`engine.terms`). Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from string import Formatter

from engine.faults import Fault
from engine.terms import fill
from engine.words import chinese_date, english_date

Catalogue = Mapping[str, tuple[str, str]]

ISO_LENGTH = len("2010-12-03")

_catalogue: dict[str, tuple[str, str]] = {}


def register(catalogue: Catalogue) -> None:
    """Add a catalogue. A code that is already taken by another text is a ValueError."""
    for code, pair in catalogue.items():
        if _catalogue.get(code, pair) != pair:
            raise ValueError(f"message code {code!r} is already taken")
        zh, en = pair
        if parameters(zh) != parameters(en):
            raise ValueError(f"message {code!r} has different parameters in zh and en")
    _catalogue.update(catalogue)


def parameters(template: str) -> frozenset[str]:
    """The names of the parameters that a template uses."""
    names = {name for _, name, _, _ in Formatter().parse(template) if name}
    return frozenset(name for name in names if not name.startswith("word."))


def catalogue() -> Catalogue:
    """Every text registered so far."""
    return dict(_catalogue)


def text(fault: Fault, lang: str = "zh") -> str:
    """The sentence for a fault in "zh" or "en". An unregistered code shows itself and its params."""
    pair = _catalogue.get(fault.code)
    if pair is None:
        return f"{fault.code} {dict(fault.params)}" if fault.params else fault.code
    shown = {name: _shown(_dated(name, value), lang) for name, value in fault.params.items()}
    template = pair[1] if lang == "en" else pair[0]
    return fill(template, lang).format_map(_Lenient(shown))


def line(fault: Fault, lang: str = "zh") -> str:
    """`text` with the place before it, as the command lines print it."""
    sentence = text(fault, lang)
    return f"{fault.where}: {sentence}" if fault.where else sentence


class _Lenient(dict[str, object]):
    """A parameter that was not given stays visible instead of hiding the fault."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


_DATES = frozenset("date day first high last low on".split())  # noqa: SIM905  # easier to read
"""Parameters that hold a date of the program even where it was written as text; what somebody
typed is shown as he typed it."""


def _dated(name: str, value: object) -> object:
    if name not in _DATES or not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value) if len(value) == ISO_LENGTH else value
    except ValueError:
        return value


def _shown(value: object, lang: str) -> object:
    if isinstance(value, Fault):
        return text(value, lang)
    if isinstance(value, date):
        return chinese_date(value) if lang != "en" else english_date(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return ("、" if lang != "en" else ", ").join(str(_shown(item, lang)) for item in value)
    label = getattr(value, lang, None)
    return fill(label, lang) if isinstance(label, str) else value


register(
    {
        # reading files
        "did_you_mean": ("您是不是想写“{name}”？", 'Did you mean "{name}"?'),
        "one_of": ("可用的有：{names}。", "Valid: {names}."),
        "look_alike": (
            "其中有全角的标点或空格，请改成半角；冒号后面空一格。",
            "It holds a full-width sign or an unusual space; use the ASCII one, and a space behind a colon.",
        ),
        "comma_in_quotes": (
            "花括号里的文字若有半角逗号，请把整段放进引号。",
            "A text with a comma inside braces must stand in quotes.",
        ),
        "yaml_broken": (
            "YAML 写法有误，无法读取：{problem}。",
            "This is not valid YAML: {problem}.",
        ),
        "text_hidden": (
            "这段文字里有看不见的符号（改变书写方向的，或全是控制字符），请删去重写。",
            "This text holds signs that nobody sees: one that turns its direction round, or nothing "
            "else. Remove them.",
        ),
        "yaml_empty": ("文件是空的。", "The file is empty."),
        "yaml_too_deep": (
            "嵌套超过{limit}层，不予读取。",
            "Nested more than {limit} levels deep; not read.",
        ),
        "yaml_many_documents": (
            "一个文件只能有一份内容，请删去“---”之后的部分。",
            'A file holds one document; remove what follows the second "---".',
        ),
        "yaml_anchor": (
            "规则文件不用锚点和引用（& 和 *），请把内容直接写出来。",
            "Rule files use no anchors or aliases (& and *); write the content out.",
        ),
        "yaml_tag": (
            "规则文件不用标签“{tag}”，请删去。",
            'Rule files use no tags; remove "{tag}".',
        ),
        "not_utf8": (
            "文件不是 UTF-8 编码，请另存为 UTF-8。",
            "The file is not UTF-8; save it as UTF-8.",
        ),
        "file_too_large": (
            "文件有{size}字节，超过上限{limit}，不予读取。",
            "The file has {size} bytes, more than the limit of {limit}; not read.",
        ),
        "duplicate_key": (
            "“{key}”重复，前一处在 {first}。请只保留一处。",
            '"{key}" is given twice, first at {first}. Keep one.',
        ),
        "unknown_key": ("这里没有“{key}”这一项。{hint}", 'There is no key "{key}" here. {hint}'),
        "missing_key": ("这里缺少“{key}”。", 'The key "{key}" is missing here.'),
        "expected_mapping": (
            "这里应写成“名称: 值”的形式。",
            'A mapping ("name: value") is expected here.',
        ),
        "expected_list": ("这里应写成列表。", "A list is expected here."),
        "expected_text": ("这里应是一段文字。", "A text is expected here."),
        "expected_name": (
            "“{text}”不能作名称：只用小写字母、数字、_ 和 -，以字母开头。",
            '"{text}" is no name: lower-case letters, digits, _ and -, starting with a letter.',
        ),
        "expected_integer": ("“{text}”不是整数。", '"{text}" is not a whole number.'),
        "expected_number": (
            "“{text}”不是数，请写成0.8或者80%的样子。",
            '"{text}" is not a number; write it like 0.8 or 80%.',
        ),
        "expected_yes_no": ("“{text}”应写 yes 或 no。", '"{text}" should be yes or no.'),
        "expected_date": (
            "“{text}”不是日期，请写成2010-12-03的样子。",
            '"{text}" is not a date; write it like 2010-12-03.',
        ),
        "no_such_day": (
            "“{text}”这一天不存在，请核对年月日。",
            'There is no day "{text}". Check year, month and day.',
        ),
        "expected_money": (
            "“{text}”不是金额：以元为单位只写数字，如6000或者6000.50，不写元、万和逗号。",
            '"{text}" is not an amount: yuan in digits with at most two decimals, like 6000 or 6000.50.',
        ),
        "expected_range": (
            "“{text}”不是范围，请写成1..30的样子。",
            '"{text}" is not a range; write it like 1..30.',
        ),
        "out_of_range": (
            "{value}不在允许的范围{low}至{high}之内。",
            "{value} is outside the allowed range {low} to {high}.",
        ),
        "expected_choice": (
            "“{text}”不在可选之列。{hint}",
            '"{text}" is not one of the choices. {hint}',
        ),
        "duplicate_id": (
            "编号“{id}”重复，前一处在 {first}。",
            'The id "{id}" is used twice, first at {first}.',
        ),
    }
)
