"""Lists of other schemes handed in as a workbook, for comparison with our own (clause 4.4)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import casework.messages_screening  # noqa: F401 - its texts
from casework import events, scope, workbooks
from casework.access import require
from casework.attachments import Upload, clean_name
from casework.clock import day_of
from casework.people import Actor
from casework.permissions import Permission
from casework.workbooks import Column, Row
from engine.faults import Fault, Refused
from engine.idnumber import read as read_identity
from engine.source import parse_date
from models.orgs import OrgUnit
from models.schemes import SchemeList, SchemeRow

NAME_LENGTH = 100
YEARS_BACK = 5
NAME = Column("name", ("姓名", "Name"), width=12)
IDENTITY = Column(
    "id_number", ("身份证号码", "身份证号", "公民身份号码", "Identity number"), False, 24
)
BIRTH = Column("birth_on", ("出生日期", "Date of birth"), False, 14)
ACCOUNT = Column("account", ("银行账号", "卡号", "账号", "Bank account"), False, 26)
AMOUNT = Column("amount", ("金额", "金额（元）", "Amount"), False, 12)
NOTE = Column("note", ("备注", "Remarks"), False, 30)
COLUMNS = (NAME, IDENTITY, BIRTH, ACCOUNT, AMOUNT, NOTE)
_AMOUNT = re.compile(r"\d{1,10}(\.\d{1,2})?\Z", re.ASCII)


def template() -> bytes:
    """An empty sheet to be filled in."""
    return workbooks.write("其他救助名单", COLUMNS, ())


def upload(
    session: Session,
    unit: OrgUnit,
    file: Upload,
    *,
    name: str,
    year: int,
    by: Actor,
    at: datetime,
) -> SchemeList:
    """Take in the list of another scheme, whole or not at all, with every fault of every row."""
    require(session, by, Permission.Screening.UPLOAD, unit.id)
    this = day_of(at).year
    found: list[Fault] = []
    if not name.strip() or len(name.strip()) > NAME_LENGTH:
        found.append(Fault("scheme_name_missing", {"most": NAME_LENGTH}, "name"))
    if not this - YEARS_BACK <= year <= this:
        found.append(Fault("scheme_year", {"first": this - YEARS_BACK, "last": this}, "year"))
    filename = clean_name(file.filename)
    try:
        rows = workbooks.read(filename, file.content, COLUMNS)
    except Refused as refused:
        raise Refused([*found, *refused.faults]) from refused
    for row in rows:
        found += row_faults(row)
    if found:
        raise Refused(found)
    made = SchemeList(
        org_id=unit.id, name=name.strip(), year=year, filename=filename, by_id=by.user_id, at=at
    )
    made.rows = [_row(row) for row in rows]
    session.add(made)
    session.flush()
    data = {"name": made.name, "year": year, "rows": len(rows)}
    events.audit(session, by, at, "screening.scheme", "scheme_list", made.id, data)
    return made


def lists(session: Session, by: Actor) -> list[tuple[SchemeList, int]]:
    """The lists in reach with how many rows each has, newest first."""
    query = (
        select(SchemeList, func.count(SchemeRow.id))
        .join(OrgUnit, OrgUnit.id == SchemeList.org_id)
        .outerjoin(SchemeRow, SchemeRow.list_id == SchemeList.id)
        .group_by(SchemeList.id)
        .order_by(SchemeList.id.desc())
    )
    seen = scope.visible(query, by, Permission.Screening.UPLOAD, OrgUnit.path)
    return [(one, count) for one, count in session.execute(seen)]


def row_faults(row: Row) -> list[Fault]:
    """Everything wrong with one row."""
    found = workbooks.missing(row, COLUMNS)
    where = f"row:{row.number}"
    number = row.get("id_number")
    if number and read_identity(number).fault is not None:
        found.append(Fault("scheme_row_identity", {"row": row.number}, where))
    birth = row.get("birth_on")
    if (birth and _birth(birth) is None) or (not birth and not number):
        found.append(Fault("scheme_row_birth", {"row": row.number}, where))
    amount = row.get("amount")
    if amount and _AMOUNT.match(_plain(amount)) is None:
        found.append(Fault("scheme_row_amount", {"row": row.number, "text": amount}, where))
    return found


def _row(row: Row) -> SchemeRow:
    number, amount = row.get("id_number"), _plain(row.get("amount"))
    reading = read_identity(number) if number else None
    yuan, _, rest = amount.partition(".")
    return SchemeRow(
        row_number=row.number,
        name=row.get("name"),
        birth_on=reading.birth if reading else _birth(row.get("birth_on")),
        id_number=number or None,
        bank_account=row.get("account") or None,
        fen=int(yuan) * 100 + int(rest.ljust(2, "0")) if amount else None,
        note=row.get("note") or None,
    )


def _plain(amount: str) -> str:
    return amount.replace(",", "").removesuffix("元").strip()


def _birth(text: str) -> date | None:
    """1950-01-31, 1950/1/31, 1950.1.31, 1950年1月31日 or 19500131."""
    parts: Sequence[str] = re.findall(r"\d+", text)
    if len(parts) == 1 and len(parts[0]) == 8:
        parts = (parts[0][:4], parts[0][4:6], parts[0][6:])
    if len(parts) != 3:
        return None
    year, month, day = parts
    return parse_date(f"{year}-{month.zfill(2)}-{day.zfill(2)}")
