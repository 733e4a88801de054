"""The papers of a procedure: application forms, their hand-overs, and the posted notice.

Words, rows and columns only; whether a filled form is complete is asked in `engine.forms`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.labels import Label
from engine.procedure.conditions import Condition


@dataclass(frozen=True, slots=True)
class FormField:
    """One box of a form, in the order and row of the paper.

    `source` is where the office already has the value (`member.name`), `lines` an itemised
    part of the household worksheet, `text` "short" or "long" for what the member writes;
    exactly one of the three is given. `required_at` lists the hand-overs that need it.
    """

    id: str
    row: int
    label: Label
    help: Label | None = None
    source: str | None = None
    lines: str | None = None
    text: str | None = None
    signed: bool = False
    required_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormBox:
    """An opinion box below the fields: which level fills it and what is printed there."""

    level: str
    label: Label
    row: int


@dataclass(frozen=True, slots=True)
class HandOver:
    """What a form must carry when it goes up: sealed by whom, an amount by whom, how many
    copies. `seals` and `amounts` are levels in the order of the road."""

    id: str
    label: Label
    seals: tuple[str, ...]
    amounts: tuple[str, ...]
    copies: int


@dataclass(frozen=True, slots=True)
class Form:
    """An application form as the annex prints it. `heading` is "附件1", `footnote` verbatim."""

    id: str
    label: Label
    heading: str
    clause: str
    footnote: str
    copies: int
    signatures: tuple[str, ...]
    fields: tuple[FormField, ...]
    boxes: tuple[FormBox, ...]
    hand_overs: Mapping[str, HandOver]

    def rows(self) -> tuple[tuple[FormField, ...], ...]:
        """The fields grouped by the rows of the paper, top to bottom."""
        numbers = sorted({field.row for field in self.fields})
        return tuple(tuple(f for f in self.fields if f.row == number) for number in numbers)

    def box_rows(self) -> tuple[tuple[FormBox, ...], ...]:
        """The opinion boxes grouped by the rows of the paper."""
        numbers = sorted({box.row for box in self.boxes})
        return tuple(tuple(b for b in self.boxes if b.row == number) for number in numbers)

    def required(self, hand_over: str) -> tuple[FormField, ...]:
        """The fields that may not be blank at this hand-over, in the order of the paper."""
        return tuple(field for field in self.fields if hand_over in field.required_at)


@dataclass(frozen=True, slots=True)
class NoticeReason:
    """A public reason for hardship, never a diagnosis. `when` None is the last resort."""

    id: str
    label: Label
    when: Condition | None


@dataclass(frozen=True, slots=True)
class Objections:
    """How an objection reaches the office and where a late one goes (`late`, "refer_4.7")."""

    channels: Mapping[str, Label]
    late: str
    clause: str


@dataclass(frozen=True, slots=True)
class NoticeForm:
    """The posted list (annex 3): columns, days, place and the words of the paper.

    `opening` and `closing` carry `{place_kind}`, `{hardship}`, `{period}`, `{days}`;
    `telephone` carries `{hotline}`. `hardship` is worded by road id.
    """

    label: Label
    heading: str
    clause: str
    days: int
    counts_first: bool
    counts_last: bool
    working_days: bool
    place: str
    columns: tuple[FormField, ...]
    reasons: tuple[NoticeReason, ...]
    opening: str
    closing: str
    telephone: str
    issuer: str
    hotline: str
    hardship: Mapping[str, str]
    place_kinds: Mapping[str, Label]
    objections: Objections
