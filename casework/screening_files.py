"""A screening list out to the outside system and its results back, as an Excel workbook (clause 4.4).

The sheet holds name, identity number and kind of aid, never a cause or an amount. What comes back is
read whole: every fault of every row at once, and nothing is recorded while there is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

import casework.messages_screening  # noqa: F401 - its texts
from casework import events, exchange, lists, screenings, workbooks
from casework.access import require
from casework.attachments import Upload, clean_name, require_chosen
from casework.clock import day_of
from casework.editions import policy_of
from casework.imports.spellings import headings, meaning, values
from casework.lists import Raw
from casework.people import Actor
from casework.permissions import Permission
from casework.workbooks import Column, Row
from engine.exchange import Layout
from engine.faults import Fault, Refused
from models.screenings import ScreeningLine, ScreeningList, ScreeningResult
from models.secrets import identity_number

NUMBER = Column("number", ("申请编号", "Application"), width=18)
NAME = Column("name", ("姓名", "Name"), width=12)
IDENTITY = Column(
    "id_number", ("身份证号码", "身份证号", "公民身份号码", "Identity number"), width=24
)
KIND = Column("kind", ("帮扶类型", "Kind of aid"), required=False, width=18)
RESULT = Column(
    "result", ("筛查结果", *headings("screening_results", "result"), "Result"), width=14
)
REASON = Column(
    "reason", ("原因", *headings("screening_results", "reason"), "Reason"), False, width=40
)
COLUMNS = (NUMBER, NAME, IDENTITY, KIND, RESULT, REASON)
PASSED, FAILED = (values("screening_result")[one.value][0] for one in ScreeningResult)
"""How our own files say it; what others write stands in `spellings.yaml`."""


def export(session: Session, entered: ScreeningList, *, by: Actor, at: datetime) -> bytes:
    """The list as a workbook with room for the results; taking it out is recorded."""
    require(session, by, Permission.Screening.EXPORT, entered.org_id)
    rows = [_out(line) for line in entered.lines]
    events.record_look(
        session, by, at, "export:screening", "screening_list", entered.id, {"rows": len(rows)}
    )
    return workbooks.write("筛查名单", COLUMNS, rows)


def layouts(entered: ScreeningList, use: str) -> tuple[Layout, ...]:
    """The layouts of the list's policy for one use: `screening_out` or `screening_back`."""
    return policy_of(entered.lines[0].application.edition).exchange.of(use)


def export_as(
    session: Session, entered: ScreeningList, layout: Layout, *, by: Actor, at: datetime
) -> bytes:
    """The list in a layout of the policy, for those that take no workbook; recorded likewise."""
    require(session, by, Permission.Screening.EXPORT, entered.org_id)
    content = exchange.write(layout, [_out(line) for line in entered.lines], day_of(at))
    data = {"rows": len(entered.lines), "layout": layout.id}
    events.record_look(session, by, at, "export:screening", "screening_list", entered.id, data)
    return content


def _read(entered: ScreeningList, filename: str, content: bytes, layout_id: str) -> list[Row]:
    """The rows of a workbook, or of a file in the layout that was named."""
    if not layout_id:
        return workbooks.read(filename, content, COLUMNS)
    known = {one.id: one for one in layouts(entered, "screening_back")}
    if layout_id not in known:
        raise Refused([Fault("exchange_unknown", {"name": layout_id}, "layout")])
    return exchange.rows(known[layout_id], content, ok=PASSED, failed=FAILED, renamed={})


def _out(line: ScreeningLine) -> Mapping[str, str]:
    application = line.application
    result = {ScreeningResult.PASS: PASSED, ScreeningResult.FAIL: FAILED}
    return {
        "number": application.number,
        "name": application.member.name,
        "id_number": application.member.id_number or "",
        "kind": lists.road_of(application).label.zh,
        "result": result[line.result] if line.result else "",
        "reason": line.reason or "",
    }


def import_results(
    session: Session,
    entered: ScreeningList,
    upload: Upload,
    record: Raw,
    *,
    layout_id: str = "",
    by: Actor,
    at: datetime,
) -> list[ScreeningLine]:
    """Record the results of a workbook, or of a file in a layout of the policy, all rows or none.
    `record` is what is given once.

    A row without a result is left for later; who has a result already may stand there again with
    the same one.
    """
    require(session, by, Permission.Step.SCREEN, entered.org_id)
    require_chosen(upload)
    filename = clean_name(upload.filename)
    rows = _read(entered, filename, upload.content, layout_id)
    given, found = read_results(entered, rows)
    if not found and not given:
        found.append(Fault("screening_no_results", {}))
    if found:
        raise Refused(found)
    data = {"file": filename, "rows": len(rows), "results": len(given)}
    events.audit(session, by, at, "screening.import", "screening_list", entered.id, data)
    return screenings.record_results(session, entered, record, given, by=by, at=at)


def read_results(entered: ScreeningList, rows: Sequence[Row]) -> tuple[dict[int, Raw], list[Fault]]:
    """(application id → result and reason, faults by row)."""
    known = {line.application.number: line for line in entered.lines}
    given: dict[int, Raw] = {}
    found: list[Fault] = []
    first: dict[str, int] = {}
    for row in rows:
        if not row.get("result") and not row.get("reason"):
            continue
        number = row.get("number")
        faults = workbooks.missing(row, COLUMNS)
        line = known.get(number)
        if number and number in first:
            faults.append(_at(row, "screening_row_twice", number=number, first=first[number]))
        first.setdefault(number, row.number)
        if number and line is None:
            faults.append(_at(row, "screening_row_unknown", number=number))
        said = meaning("screening_result", row.get("result"))
        result = None if said is None else ScreeningResult(said)
        if row.get("result") and result is None:
            words = [PASSED, FAILED]
            faults.append(_at(row, "screening_row_result", text=row.get("result"), names=words))
        if result is ScreeningResult.FAIL and not row.get("reason"):
            faults.append(_at(row, "screening_row_reason"))
        if line is not None:
            faults += _same_person(row, line)
            faults += _done(row, line, result)
        found += faults
        if not faults and line is not None and result is not None and line.result is None:
            given[line.application_id] = {"result": result.value, "reason": row.get("reason")}
    return given, found


def _same_person(row: Row, line: ScreeningLine) -> list[Fault]:
    """The row must be about the person that the number stands for: a shifted column is found so."""
    member, found = line.application.member, []
    if row.get("name") and row.get("name") != member.name:
        found.append(_at(row, "screening_row_name", text=row.get("name"), number=row.get("number")))
    text = row.get("id_number")
    if text and identity_number(text) != (member.id_number or ""):
        found.append(_at(row, "screening_row_identity", number=row.get("number")))
    return found


def _done(row: Row, line: ScreeningLine, result: ScreeningResult | None) -> list[Fault]:
    if line.result is None or result is None or line.result == result:
        return []
    return [_at(row, "screening_row_done", number=row.get("number"))]


def _at(row: Row, code: str, **params: object) -> Fault:
    return Fault(code, {"row": row.number, **params}, f"row:{row.number}")
