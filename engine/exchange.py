"""Layouts of files that go to a bank or a screening office and come back: `exchange.yaml`.

The file may be absent; lists then go out and come back as workbooks only. What a bank wants in
which column, how wide, in which encoding, with which words for success, is its own affair and no
rule of the policy, but it changes from office to office as the policy does, so it stands beside it.
Read strictly; nothing here writes or reads a file of the layout.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.labels import Label
from engine.messages import register
from engine.procedure.reading import frozen
from engine.source import Block, Node, Source

FILE = "exchange.yaml"


@dataclass(frozen=True, slots=True)
class Use:
    """What a file is for: names that a row may hold, those it must (one of each group), those that
    tell all rows together, and whether it comes back with results."""

    row: frozenset[str]
    needs: tuple[frozenset[str], ...]
    controls: tuple[frozenset[str], ...]
    back: bool = False


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MONEY = _names("yuan fen")
_TOTAL = _names("total_yuan total_fen")
_PAYMENT = _names("order reference number holder account bank_name yuan fen memo date")
_PERSON = _names("order number name id_number kind")
USES: Mapping[str, Use] = {
    "bank_out": Use(
        _PAYMENT,
        (_names("holder"), _names("account"), _MONEY),
        (_names("count"), _TOTAL),
    ),
    "bank_back": Use(
        _PAYMENT | _names("result reason skip"),
        (_names("reference account"), _MONEY, _names("result")),
        (_names("count"), _TOTAL),
        back=True,
    ),
    "screening_out": Use(_PERSON, (_names("name"), _names("id_number")), (_names("count"),)),
    "screening_back": Use(
        _PERSON | _names("result reason skip"),
        (_names("number"), _names("name"), _names("id_number"), _names("result")),
        (_names("count"),),
        back=True,
    ),
}
CONTROLS = _names("count total_yuan total_fen date skip")
FORMS = ("fixed", "separated")
LINE_ENDS = {"crlf": "\r\n", "lf": "\n"}
MOST_WIDE = 500

_LAYOUT = "zh en use form encoding line_end? separator? heading? ending? head? row foot? results?"
_FIELD = "value? text? zh? width? align? fill?"


@dataclass(frozen=True, slots=True)
class Field:
    """One column: a value by its name or a fixed text. `width` in bytes of the encoding, 0 for
    as long as it is; shorter values are filled up at the side away from `align`."""

    value: str
    text: str
    label: str
    width: int
    right: bool
    fill: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """A file: its lines before, for and after the rows. `results` gives the words of success and of
    failure in what comes back; `heading` puts the labels of a row's columns in a line of its own."""

    id: str
    label: Label
    use: str
    form: str
    encoding: str
    line_end: str
    separator: str
    heading: bool
    ending: str
    head: tuple[Field, ...]
    row: tuple[Field, ...]
    foot: tuple[Field, ...]
    ok: tuple[str, ...]
    failed: tuple[str, ...]
    where: str = ""

    @property
    def fixed(self) -> bool:
        return self.form == "fixed"


@dataclass(frozen=True, slots=True)
class Exchange:
    """Every layout, by id, in the order of the file."""

    layouts: Mapping[str, Layout] = field(default_factory=dict)

    def of(self, use: str) -> tuple[Layout, ...]:
        """The layouts for one use."""
        return tuple(one for one in self.layouts.values() if one.use == use)


def read_exchange(source: Source, root: Node | None) -> Exchange:
    """The layouts in `root`; none without the file."""
    if root is None:
        return Exchange()
    blocks = source.block(root, "layouts").named("layouts", _LAYOUT)
    return Exchange(frozen({name: _layout(name, block) for name, block in blocks}))


def _layout(name: str, block: Block) -> Layout:
    use = block.choice("use", USES, "bank_out")
    form = block.choice("form", FORMS, "separated")
    known = USES[use]
    ok, failed = _results(block, known)
    made = Layout(
        id=name,
        label=block.label(),
        use=use,
        form=form,
        encoding=_encoding(block),
        line_end=LINE_ENDS[block.choice("line_end", LINE_ENDS, "crlf")],
        separator=_separator(block, form),
        heading=block.yes_no("heading", default=False),
        ending=block.text("ending") or "txt",
        head=_fields(block, "head", CONTROLS, form),
        row=_fields(block, "row", known.row, form),
        foot=_fields(block, "foot", CONTROLS, form),
        ok=ok,
        failed=failed,
        where=block.where,
    )
    _complete(block, made, known)
    return made


def _encoding(block: Block) -> str:
    name = block.text("encoding")
    try:
        return codecs.lookup(name).name
    except LookupError:
        block.source.fault("exchange_encoding", block.at("encoding"), name=name)
        return "utf-8"


def _separator(block: Block, form: str) -> str:
    text = block.text("separator")
    if form == "separated" and len(text) != 1:
        block.source.fault("exchange_separator", block.at("separator"))
    return text[:1]


def _results(block: Block, use: Use) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of success and of failure; both, and none in both."""
    if not use.back:
        if block.has("results"):
            block.source.fault("exchange_no_results", block.at("results"))
        return (), ()
    found = block.block("results", "ok failed")
    ok, failed = found.texts("ok"), found.texts("failed")
    for word in sorted(set(ok) & set(failed)):
        block.source.fault("exchange_word_twice", found.where, word=word)
    return ok, failed


def _fields(block: Block, key: str, names: frozenset[str], form: str) -> tuple[Field, ...]:
    return tuple(_field(one, names, form) for one in block.blocks(key, _FIELD))


def _field(block: Block, names: frozenset[str], form: str) -> Field:
    if block.has("value") == block.has("text"):
        block.source.fault("exchange_value_or_text", block.where)
    value = block.choice("value", sorted(names), "") if block.has("value") else ""
    width = block.integer("width", low=1, high=MOST_WIDE, default=0) if block.has("width") else 0
    if form == "fixed" and not width:
        block.source.fault("exchange_width", block.where)
    fill = block.text("fill") or " "
    if len(fill.encode()) != 1:
        block.source.fault("exchange_fill", block.at("fill"), text=fill)
    return Field(
        value=value,
        text=block.text("text"),
        label=block.text("zh") or value,
        width=width,
        right=block.choice("align", ("left", "right"), "left") == "right",
        fill=fill,
        where=block.where,
    )


def _complete(block: Block, made: Layout, use: Use) -> None:
    """A row says what it must, and the file how many rows and how much money it holds."""
    here = {one.value for one in made.row}
    for group in use.needs:
        if not group & here:
            block.source.fault("exchange_row_needs", block.at("row"), names=sorted(group))
    told = {one.value for one in (*made.head, *made.foot)}
    for group in use.controls:
        if not group & told:
            block.source.fault("exchange_control", block.where, names=sorted(group))


register(
    {
        "exchange_encoding": (
            "不认识编码“{name}”，常用的有 gb18030、gbk、utf-8。",
            'The encoding "{name}" is not known; usual ones are gb18030, gbk, utf-8.',
        ),
        "exchange_separator": (
            "分隔格式（separated）要写明分隔符 separator，只能是一个字符，例如“|”。",
            'A separated layout names its separator, one character such as "|".',
        ),
        "exchange_no_results": (
            "送出的文件没有结果，不写 results；结果写在回盘文件的格式里。",
            "A file that goes out has no results; they belong to the layout of what comes back.",
        ),
        "exchange_word_twice": (
            "“{word}”既在成功又在失败里，只能写一处。",
            '"{word}" stands for success and for failure; it can be only one.',
        ),
        "exchange_value_or_text": (
            "每一栏写 value（取哪一项）或 text（固定文字）其中一项。",
            "Each column gives either value (what stands there) or text (a fixed text).",
        ),
        "exchange_width": (
            "定长格式（fixed）的每一栏都要写明宽度 width（字节数）。",
            "In a fixed layout every column names its width, in bytes.",
        ),
        "exchange_fill": (
            "补位字符 fill 只能是一个半角字符，不能是“{text}”。",
            'The fill is one plain character, not "{text}".',
        ),
        "exchange_row_needs": (
            "每行（row）还缺一栏：{names} 之中至少要有一项，否则对不上是谁、多少钱。",
            "A row lacks a column: at least one of {names}, or nobody can tell who or how much.",
        ),
        "exchange_control": (
            "文件头（head）或文件尾（foot）要有核对数：{names} 之中至少一项。",
            "The head or the foot must carry a control figure: at least one of {names}.",
        ),
    }
)
