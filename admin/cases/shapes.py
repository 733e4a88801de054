"""The values that the page of an application is made of. No query, no text of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from admin.cases import dues, findings, history, road, status
from admin.forms.records import Line
from casework import case_notes


@dataclass(frozen=True, slots=True)
class Replaced:
    """A figure that was typed and that the worksheet contradicts; `counts` once it is verified."""

    label: str
    typed: str
    sheet: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What the rules say now, or why they cannot be asked; `lacking` names papers to be attached."""

    ok: findings.Findings | None
    faults: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A paper that can be had here: its name, and where as a page, as Word, as PDF ("": not here)."""

    label: str
    page: str
    word: str
    pdf: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    """An action as the page shows it."""

    key: str
    button: str
    url: str
    version: int
    open: bool
    show: bool
    css: str
    hint: str
    lines: Sequence[Line]
    why: tuple[str, ...]
    follows: bool = False  # whether a line appears or goes with what is typed in another


@dataclass(frozen=True, slots=True)
class Opens:
    """Another application that the rules propose for the member: in words, and the button that opens
    it (`road`, sent to `url`), or the link to the one that is there already."""

    title: str
    clause: str
    help: str
    button: str
    url: str = ""
    road: str = ""
    on: str = ""
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Secret:
    """A masked number; `url` reveals it, "" where the person may not."""

    label: str
    masked: str
    url: str


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the household worksheet."""

    id: int
    kind: str
    label: str
    who: str
    fen: int
    verified: bool
    proof: str
    verify_url: str
    entered_by: str = ""
    verified_by: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A scan. `seen_by` and `seen_at`: who saw the original; `see_url` records it, "" where this
    person may not or it is done."""

    id: int
    filename: str
    kind_label: str
    size_label: str
    at: datetime
    seen_by: str = ""
    seen_at: datetime | None = None
    see_url: str = ""


@dataclass(frozen=True, slots=True)
class Behalf:
    """An entry made for the branch: what the policy calls it, by whom and since when, and how far
    the comparison with the paper is (`left` open, `differs`)."""

    label: str
    entered: tuple[tuple[str, datetime], ...]
    url: str
    left: int
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paid:
    fen: int
    method: str
    payee: str
    state: str
    colour: str
    source: str
    day: date | None
    receipt: str


@dataclass(frozen=True, slots=True)
class FactSection:
    title: str
    rows: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    id: int
    number: str
    road: str
    aid_year: int
    fen: int | None
    status: status.Word


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes of an application; `url` "" where this person writes none, `typed` what was refused."""

    rows: Sequence[case_notes.Shown]
    url: str
    closed: str
    may_inner: bool
    typed: str = ""
    typed_inner: bool = False


@dataclass(frozen=True, slots=True)
class PutBack:
    """Saved changes of the draft going back: where to post, or why it cannot be done."""

    url: str
    closed: str


@dataclass(frozen=True, slots=True)
class View:
    """The page."""

    status: status.Word
    road_label: str
    stage_label: str
    returned: str
    stops: Sequence[road.Stop]
    actions: Sequence[ShownStep]
    closed: Sequence[ShownStep]
    links: Sequence[Link]
    opens: Sequence[Opens]
    dues: Sequence[dues.Shown]
    required: Sequence[findings.Paper]
    form_faults: Sequence[str]
    lacks_on_file: bool
    attachments: Sequence[File]
    behalf: Behalf | None
    kinds: Sequence[tuple[str, str]]
    may_attach: bool
    prints: Sequence[tuple[str, str]]
    offers: Sequence[Offer]
    amounts: Sequence[tuple[str, int | None]]
    payments: Sequence[Paid]
    blocks: Sequence[str]
    found: Found | None
    person: Sequence[tuple[str, str]]
    secrets: Sequence[Secret]
    items: Sequence[Item]
    earlier: Sequence[Earlier]
    facts: Sequence[FactSection]
    statements: Sequence[tuple[str, str]]
    replaced: Sequence[Replaced]
    history: Sequence[history.Line]
    unsent: Sequence[tuple[str, str]]
    owed: Sequence[str]
    payee_url: str
    editable: bool
    printable: bool
    notes: Notes
    put_back: PutBack | None
