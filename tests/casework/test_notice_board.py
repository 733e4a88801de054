"""What hangs on the board: photos, verification, names that disappear (R-4.3.1, R-4.3.2, R-A3)."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from casework import attachments, endings, notice_board, notices
from casework.attachments import Upload
from engine.faults import Refused
from models.audit import AuditRecord
from models.notices import LineState, Notice
from seeds.scans import blank_sheet
from tests.casework.office import Office, codes, hire, met, noon, open_office
from tests.ground import Ground


@pytest.fixture
def office(ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    return ground.use(open_office)


def test_r_4_3_1_verifying_works_the_hash_out_again_and_writes_it_down(
    office: Office, session: Session
) -> None:
    notice = office.post(office.application("notice"))
    by = office.staff["auditor"]
    assert notice_board.verify(session, notice, by=by, at=noon(7)).unchanged
    changed = [{**notice.frozen[0], "reason": "因灾"}]
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Notice).values(frozen=changed))
    set_committed_value(notice, "frozen", changed)  # as if somebody had got past the database
    found = notice_board.verify(session, notice, by=by, at=noon(7))
    assert not found.unchanged
    assert found.kept != found.now
    rows = session.scalars(select(AuditRecord).where(AuditRecord.action == "notice.verify")).all()
    assert [row.data["unchanged"] for row in rows] == [True, False]


def test_a_line_changed_beside_the_frozen_list_is_seen_too(
    office: Office, session: Session
) -> None:
    notice = office.post(office.application("notice"))
    notice.lines[0].columns = {**notice.lines[0].columns, "name": "改名"}
    session.flush()
    by = office.staff["branch_clerk"]
    assert not notice_board.verify(session, notice, by=by, at=noon(7)).unchanged


def test_r_4_3_1_a_withdrawn_name_leaves_the_board_and_the_others_days_run_on(
    office: Office, session: Session
) -> None:
    stays, leaves = office.application("notice"), office.application("notice")
    leaves.member.name = "将撤回"
    notice = office.post(stays, leaves)
    endings.withdraw(
        session,
        leaves,
        "本人不再申请",
        by=office.staff["branch_clerk"],
        at=noon(8),
        expected_version=leaves.version,
    )
    assert [row["name"] for row in notice_board.rows_on_board(notice)] == ["王建国"]
    assert len(notice.frozen) == 2
    assert notices.unchanged(notice)
    assert notice.ends_on == date(2010, 12, 10)
    line = office.line(leaves)
    line.state = LineState.ON  # as an older version of the program left it
    assert [row["name"] for row in notice_board.rows_on_board(notice)] == ["王建国"]
    assert office.close(notice) == [stays]
    assert len(notice_board.rows_on_board(notice)) == 2, "of a board taken down, what hung"


def test_r_4_3_1_an_added_line_starts_a_notice_of_its_own(office: Office) -> None:
    first = office.application("notice")
    notice = office.post(first)
    later = office.application("notice")
    record = {"posted_on": date(2010, 12, 8), "ends_on": date(2010, 12, 12)}
    second = office.post(later, record=record, at=noon(8))
    assert second.id != notice.id
    assert (notice.ends_on, second.ends_on) == (date(2010, 12, 10), date(2010, 12, 12))
    assert len(notice.lines) == 1


def test_r_4_3_1_a_photo_that_is_said_to_be_kept_must_be_there(office: Office) -> None:
    notice = office.post(office.application("notice"))
    with pytest.raises(Refused) as refused:
        office.close(notice, record={"photographed": True})
    assert met(refused) == [("photo_missing", "photographed")]
    photo = Upload("公示.png", blank_sheet(1))
    clerk = office.staff["branch_clerk"]
    notice_board.add_photo(office.session, notice, photo, by=clerk, at=noon(6))
    assert len(office.close(notice, record={"photographed": True})) == 1


def test_r_4_3_1_a_photo_of_the_notice_is_kept_and_can_be_looked_at(
    office: Office, session: Session
) -> None:
    notice = office.post(office.application("notice"))
    clerk = office.staff["branch_clerk"]
    photo = Upload("公示照片.png", blank_sheet(1))
    kept = notice_board.add_photo(session, notice, photo, by=clerk, at=noon(6))
    assert [one.id for one in notice_board.photos(session, notice)] == [kept.id]
    read = attachments.read(session, kept, by=office.staff["department_reviewer"], at=noon(7))
    assert read == photo.content
    for content, why in (
        (b"%PDF-1.4 %%EOF", "photo_type"),
        (b"no picture at all", "photo_type"),
    ):
        with pytest.raises(Refused) as refused:
            notice_board.add_photo(session, notice, Upload("x.jpg", content), by=clerk, at=noon(6))
        assert codes(refused) == [why]
    stranger = hire(session, "branch_clerk", office.tree.other_branch)
    for what in (
        lambda: notice_board.add_photo(session, notice, photo, by=stranger, at=noon(6)),
        lambda: attachments.read(session, kept, by=stranger, at=noon(6)),
    ):
        with pytest.raises(Refused) as refused:
            what()
        assert codes(refused) == ["out_of_scope"]


def test_taking_one_name_off_leaves_the_rest_as_posted(office: Office, session: Session) -> None:
    one, two = office.application("notice"), office.application("notice")
    notice = office.post(one, two)
    before = list(notice.frozen)
    notices.remove_line(
        session, notice.lines[0], reason="名字写错", by=office.staff["branch_clerk"], at=noon(7)
    )
    assert notice.lines[0].state == LineState.REMOVED
    assert notice.frozen == before
    assert notice_board.rows_on_board(notice) == before[1:]
