"""What may be taken in from a workbook: the protocol of a kind, and the list of them.

A kind names its columns and takes one row by calling the same verbs as the screens, so that a
workbook can do nothing that a person could not do by hand.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import scope
from casework.imports import cells
from casework.imports.cells import Column
from casework.imports.spellings import headings
from casework.people import Actor
from engine.faults import Fault, Refused
from engine.labels import Label
from models.members import Member
from models.orgs import OrgLevel, OrgUnit

Taken = Literal["new", "changed", "same"]
Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Context:
    """In whose name and when a row is taken, and where in which file it stands."""

    session: Session
    by: Actor
    at: datetime
    filename: str = ""
    row: int = 0


class Kind(ABC):
    """One kind of workbook. `total` is the money column whose sum a total row states, if any;
    `note` what has to be known before it is taken in, `key_names` the columns that `key` reads, where
    it reads no others."""

    id: str
    label: Label
    permission: str
    columns: tuple[Column, ...]
    total: str | None = None
    note: Label | None = None
    key_names: frozenset[str] = frozenset()

    @abstractmethod
    def key(self, values: Values) -> tuple[str, ...] | None:
        """What no two rows of one workbook may share; None where the row lacks it."""

    def key_label(self) -> Label:
        """What that is, for the fault."""
        return IDENTITY.label

    @abstractmethod
    def take(self, context: Context, values: Values) -> Taken:
        """Write one row; raises with every fault of it. The same row again is "same"."""

    def also_wrong(self, context: Context, values: Values, unread: AbstractSet[str]) -> list[Fault]:
        """What else is wrong with a row that is not taken, so that all its faults are told at once:
        of `unread` columns the cell could not be read, and `take` stops at the first refusal."""
        return []

    def finish(self, context: Context) -> None:  # noqa: B027 - most kinds write row by row only
        """After the last row: what is written once for the whole."""


IDENTITY = Column(
    "id_number",
    Label("身份证号码", "Identity number"),
    cells.identity,
    needed=True,
    also=headings("shared", "id_number"),
    kind="identity",
    help=Label("18位，列设为文本格式", "18 characters, column set to Text"),
)
NAME = Column(
    "name",
    Label("姓名", "Name"),
    cells.name,
    also=headings("shared", "name"),
)
UNIT = Column(
    "unit",
    Label("{word.branch}", "{word.Branch}"),
    cells.text,
    also=headings("shared", "unit"),
    once=True,
    help=Label("全称或代码", "Full name or code"),
)


def member_of(context: Context, values: Values, permission: str) -> Member:
    """The person of the row, found by the identity number within reach; a name must agree."""
    query = (
        select(Member)
        .join(OrgUnit, OrgUnit.id == Member.org_id)
        .where(Member.id_number.matches(str(values["id_number"])))
    )
    found = context.session.scalars(
        scope.visible(query, context.by, permission, OrgUnit.path)
    ).one_or_none()
    if found is None:
        raise Refused([Fault("row_no_member", {}, "id_number")])
    name = values.get("name")
    if name is not None and str(name) != found.name:
        raise Refused([Fault("row_other_name", {"name": name}, "name")])
    return found


def person_faults(
    context: Context, values: Values, unread: AbstractSet[str], permission: str
) -> list[Fault]:
    """Whether the person of a row is there, as far as the row can be read."""
    if "id_number" in unread:
        return []
    try:
        member_of(context, values, permission)
    except Refused as refused:
        return list(refused.faults)
    return []


class Units:
    """Branches in the person's reach, by name and by code; read once."""

    def __init__(self, permission: str) -> None:
        self._permission = permission
        self._known: dict[str, list[tuple[int, str]]] | None = None
        self._written: dict[str, str] = {}

    def find(self, context: Context, text: str | None, label: Label = UNIT.label) -> int:
        """The row number of the branch. Without a text the only branch there is; `label` is what
        the column is called."""
        known = self._load(context)
        if text is None:
            ids = {number for found in known.values() for number, _code in found}
            if len(ids) == 1:
                return ids.pop()
            raise Refused([Fault("cell_needed", {"field": label}, "unit")])
        found = known.get(_same(text), [])
        if not found:
            hint = cells.nearest(_same(text), known)
            if isinstance(hint, Fault):
                hint = Fault(
                    hint.code, {key: self._as_written(of) for key, of in hint.params.items()}
                )
            raise Refused([Fault("row_no_unit", {"text": text, "hint": hint}, "unit")])
        if len(found) > 1:
            codes = [code for _number, code in found]
            raise Refused([Fault("row_unit_not_one", {"text": text, "codes": codes}, "unit")])
        return found[0][0]

    def _load(self, context: Context) -> dict[str, list[tuple[int, str]]]:
        if self._known is None:
            query = select(OrgUnit.id, OrgUnit.code, OrgUnit.name).where(
                OrgUnit.level == OrgLevel.BRANCH, OrgUnit.active
            )
            query = scope.visible(query, context.by, self._permission, OrgUnit.path)
            self._known = {}
            for number, code, name in context.session.execute(query):
                for each in {_same(code), _same(name)}:
                    self._known.setdefault(each, []).append((number, code))
                self._written |= {_same(code): code, _same(name): name}
        return self._known

    def _as_written(self, names: object) -> object:
        """What a hint names, as the list of organisations writes it and not as it was compared."""
        if isinstance(names, list):
            return [self._written[each] for each in names]
        return self._written[str(names)]


def _same(text: str) -> str:
    return "".join(cells.narrow(text).split()).casefold()


def given(values: Values, names: Sequence[str]) -> dict[str, object]:
    """The named values that the row has; a blank cell leaves what is on file."""
    return {name: values[name] for name in names if values.get(name) is not None}
