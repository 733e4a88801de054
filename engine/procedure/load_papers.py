"""Read the forms and the notice of a procedure file, strictly. Words and columns only."""

from collections.abc import Collection, Mapping
from string import Formatter

from engine.procedure.conditions import Compile
from engine.procedure.papers import (
    Form,
    FormBox,
    FormField,
    HandOver,
    NoticeForm,
    NoticeReason,
    Objections,
)
from engine.procedure.reading import (
    LEVELS,
    by_id,
    condition,
    frozen,
    labels,
    name_at,
    names_in,
)
from engine.procedure.told import Numbers
from engine.source import Block, Scalar

VALUES = (
    "member.name",
    "member.sex",
    "member.ethnic",
    "member.joined_on",
    "member.birth_ym",
    "member.birth_on",
    "member.hukou_label",
    "member.phone",
    "member.address",
    "member.id_number",
    "member.bank_name",
    "member.bank_account",
    "household.size",
    "case.reason",
    "case.amount",
    "case.number",
)
"""What a field of a paper may be filled from (`from:`)."""

WORKSHEETS = (
    "household.income",
    "household.subsidy",
    "household.medical_cost",
    "household.disaster_cost",
)
"""The itemised parts of the household worksheet (`lines:`)."""

SEALED_BY = ("branch", "committee")
"""The levels whose seal and amount a hand-over may ask: those that hand over."""

SIGNATURES = ("sign", "fingerprint")
PLACEHOLDERS = {
    "opening": ("place_kind", "hardship"),
    "closing": ("period", "days"),
    "telephone": ("hotline",),
}

_FORM = "zh en heading clause footnote copies signatures fields boxes hand_overs"
_FIELD = "id row? zh en help? from? lines? text? signed? required?"
_HAND_OVER = "zh en seals? amounts? copies?"
_NOTICE = (
    "zh en heading clause days place columns reasons hardship place_kinds opening closing "
    "telephone hotline issuer objections"
)


def read_forms(top: Block, numbers: Numbers) -> Mapping[str, Form]:
    """The application forms by id."""
    return frozen({name: _form(name, block, numbers) for name, block in top.named("forms", _FORM)})


def _form(name: str, block: Block, numbers: Numbers) -> Form:
    copies = block.integer("copies", low=1, high=20, default=1)
    hand_overs = {
        key: HandOver(
            key,
            one.label(),
            names_in(one, "seals", SEALED_BY),
            names_in(one, "amounts", SEALED_BY),
            one.integer("copies", low=0, high=20, default=copies),
        )
        for key, one in block.named("hand_overs", _HAND_OVER)
    }
    fields = by_id(block.source, block.blocks("fields", _FIELD))
    return Form(
        id=name,
        label=block.label(),
        heading=block.text("heading"),
        clause=block.text("clause"),
        footnote=block.text("footnote"),
        copies=copies,
        signatures=names_in(block, "signatures", SIGNATURES),
        fields=tuple(_field(key, one, tuple(hand_overs), numbers) for key, one in fields),
        boxes=tuple(
            FormBox(box.choice("level", LEVELS), box.label(), box.integer("row", low=1))
            for box in block.blocks("boxes", "level row zh en")
        ),
        hand_overs=frozen(hand_overs),
    )


def _field(name: str, block: Block, hand_overs: tuple[str, ...], numbers: Numbers) -> FormField:
    given = [key for key in ("from", "lines", "text") if block.has(key)]
    if len(given) != 1:
        block.source.fault("one_origin", block.where, field=name)
    return FormField(
        id=name,
        row=block.integer("row", low=1, high=99, default=1),
        label=block.label(),
        help=numbers.label_at(block, "help"),
        source=name_at(block, "from", VALUES) or None,
        lines=name_at(block, "lines", WORKSHEETS) or None,
        text=block.choice("text", ("short", "long")) or None,
        signed=block.yes_no("signed"),
        required_at=_required_at(block, hand_overs),
    )


def _required_at(block: Block, hand_overs: Collection[str]) -> tuple[str, ...]:
    """Every hand-over unless the field says `required: no` or lists some."""
    node = block.node("required")
    if node is None:
        return tuple(hand_overs)
    if isinstance(node, Scalar):
        return tuple(hand_overs) if block.yes_no("required") else ()
    return names_in(block, "required", hand_overs)


def read_notice(
    top: Block, roads: Collection[str], compiler: Compile | None, numbers: Numbers
) -> NoticeForm:
    """The posted list."""
    block = top.block("notice", _NOTICE)
    days = block.block("days", "at_least counts_first counts_last of")
    for key, allowed in PLACEHOLDERS.items():
        check_placeholders(block, key, allowed)
    return NoticeForm(
        label=block.label(),
        heading=block.text("heading"),
        clause=block.text("clause"),
        days=days.integer("at_least", low=1, high=366, default=1),
        counts_first=days.yes_no("counts_first"),
        counts_last=days.yes_no("counts_last"),
        working_days=days.choice("of", ("calendar", "working")) == "working",
        place=block.name_of("place"),
        columns=tuple(
            _field(key, one, (), numbers)
            for key, one in by_id(block.source, block.blocks("columns", _FIELD))
        ),
        reasons=_reasons(block, compiler),
        opening=block.text("opening"),
        closing=block.text("closing"),
        telephone=block.text("telephone"),
        issuer=block.text("issuer"),
        hotline=block.text("hotline"),
        hardship=_hardship(block, roads),
        place_kinds=labels(block, "place_kinds"),
        objections=_objections(block),
    )


def check_placeholders(block: Block, key: str, allowed: tuple[str, ...]) -> None:
    """A word in braces must be one that is filled in, and braces must match."""
    try:
        found = [
            name + (f":{spec}" if spec else "") + (f"!{how}" if how else "")
            for _, name, spec, how in Formatter().parse(block.text(key))
            if name is not None
        ]
    except ValueError:
        block.source.fault("braces", block.at(key))
        return
    for name in found:
        if name not in allowed:
            near = block.source.nearest(name, allowed)
            block.source.fault("unknown_name", block.at(key), name=name, hint=near)


def _reasons(block: Block, compiler: Compile | None) -> tuple[NoticeReason, ...]:
    """Reasons in order; only the last one may do without a condition, and it must."""
    found = by_id(block.source, block.blocks("reasons", "id zh en when?"))
    reasons = [
        NoticeReason(key, one.label(), condition(one, "when", compiler)) for key, one in found
    ]
    last = len(reasons) - 1
    for index, (_, one) in enumerate(found):
        if (reasons[index].when is None) != (index == last):
            block.source.fault("last_resort", one.where)
    return tuple(reasons)


def _hardship(block: Block, roads: Collection[str]) -> Mapping[str, str]:
    found = {}
    for key, node in block.entries("hardship"):
        if key.text not in roads:
            near = block.source.nearest(key.text, roads)
            block.source.fault("unknown_name", key.where, name=key.text, hint=near)
        if isinstance(node, Scalar) and not node.is_null:
            found[key.text] = node.text
        else:
            block.source.fault("expected_text", node.where)
    for road in roads:
        if block.has("hardship") and road not in found:
            block.source.fault("missing_key", block.at("hardship"), key=road)
    return frozen(found)


def _objections(block: Block) -> Objections:
    one = block.block("objections", "clause channels late")
    return Objections(labels(one, "channels"), one.text("late"), one.text("clause"))
