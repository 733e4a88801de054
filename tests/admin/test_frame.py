"""The parts that pages are built from: acting, the sidebar, words on the screen, files, numbers."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask, g
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from admin import acting, create_app, i18n, nav, text
from admin.config import session_secret
from admin.security.account import inside
from admin.security.people import SignedIn
from admin.views import files
from admin.views.asked import whole
from engine.faults import Fault, Refused
from models import AuditRecord, Member, User
from tests.admin.conftest import Office


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application that is asked nothing of its database."""
    folder = tmp_path_factory.mktemp("app")
    return create_app({"TESTING": True, "DATA_FOLDER": folder, "SECRET_KEY": "for tests only"})


# ---- words ---------------------------------------------------------------------------------


def test_every_word_of_the_screens_has_its_chinese_and_every_message_is_english() -> None:
    assert i18n.faults() == []


def test_the_check_finds_a_word_without_its_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    added = [("page.html:1", "A word nobody translated"), ("page.html:2", "汉字")]
    known = list(i18n.messages())
    monkeypatch.setattr(i18n, "messages", lambda: iter([*known, *added]))
    found = [fault for fault in i18n.faults() if fault.startswith("page.html")]
    assert len(found) == 3
    assert any("no Chinese" in fault for fault in found)
    assert any("not English" in fault for fault in found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("共 154 条", ["4 条"]),
        ("已登记 %(count)d 人，%(num)s 件待办", ["%(count)d 人", "%(num)s 件"]),
        ("找到 {count} 项，用 {minutes}  天", ["{count} 项", "{minutes}  天"]),
        ("共%(count)d条，2026年1月，{rows}行", []),
        ("不超过%(size)d MB，A4 纸，UTF-8 编码，公示 %(number)s 已备案", []),
    ],
)
def test_the_check_finds_a_number_apart_from_what_it_counts(
    text: str, found: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert i18n.parted(text) == found
    known = i18n.catalogue()
    known["Amount"].string = text
    monkeypatch.setattr(i18n, "catalogue", lambda: known)
    table = tmp_path / "casework" / "messages.py"
    table.parent.mkdir()
    table.write_text(f'FAULT = ("{text}", "")\n', encoding="utf-8")
    assert sum("'Amount': " in fault for fault in i18n.faults()) == len(found)
    assert sum("messages.py:1" in one for one in i18n.parted_in_tables(tmp_path)) == len(found)


def test_templates_hold_no_chinese_of_their_own() -> None:
    """A word in a template must pass through the catalogue; papers carry the policy's words."""
    allowed = {"中文"}
    for path in Path("admin/templates").rglob("*.html"):
        if "papers" in path.parts:
            continue
        found = re.findall(
            r"[\u3400-\u9fff]+", re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.S)
        )
        assert set(found) <= allowed, (str(path), found)


def test_templates_hold_no_script_style_or_handler_inline() -> None:
    for path in Path("admin/templates").rglob("*.html"):
        source = path.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=", source), path
        assert "|safe" not in source.replace(" ", ""), path


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [
        (60000, "600.00元", "600.00 yuan"),
        (1, "0.01元", "0.01 yuan"),
        (123456789, "1,234,567.89元", "1,234,567.89 yuan"),
        (-5, "−0.05元", "−0.05 yuan"),
        (None, "—", "—"),
    ],
)
def test_money_reads_as_yuan_in_both_languages(
    app: Flask, fen: int | None, zh: str, en: str
) -> None:
    with app.test_request_context(headers={"Cookie": "lang=zh"}):
        assert text.yuan(fen) == zh
    with app.test_request_context(headers={"Cookie": "lang=en"}):
        assert text.yuan(fen) == en


def test_a_moment_reads_in_the_offices_time_zone(app: Flask) -> None:
    late = datetime(2010, 12, 3, 16, 30, tzinfo=UTC)
    with app.test_request_context():
        assert text.moment(late) == "2010年12月4日 00:30"
        assert text.zhdate(late) == "2010年12月4日"
        assert text.zhdate(date(2010, 12, 3)) == "2010年12月3日"
        assert text.zhdate(None) == "—"


def test_masks_hide_all_but_the_ends() -> None:
    assert text.mask("370112199001010039", "id_number") == "370112********0039"
    assert text.mask("13812341234", "phone") == "138****1234"
    assert text.mask("6228480001234567890", "account") == "********7890"
    assert text.mask("123456", "id_number") == "********"
    assert text.mask("1234567", "phone") == "*******"
    assert text.mask(None, "phone") == "—"


def test_an_unknown_is_not_a_no(app: Flask) -> None:
    with app.test_request_context():
        assert [text.yes_no(v) for v in (True, False, None)] == ["是", "否", "不详"]


# ---- acting --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Refused([Fault("stale_page", {"number": 1})]), 409, "stale_page"),
        (Refused([Fault("edge_gone"), Fault("edge_conflict")]), 422, "edge_gone"),
        (StaleDataError("late"), 409, "edge_stale"),
        (IntegrityError("insert", {}, Exception("x")), 422, "edge_conflict"),
        (DataError("insert", {}, Exception("x")), 422, "edge_too_long"),
        (OperationalError("insert", {}, Exception("x")), 503, "edge_busy"),
    ],
)
def test_a_refused_verb_changes_nothing_and_is_written_down(
    fresh_office: Office, error: Exception, status: int, code: str
) -> None:
    number = fresh_office.members["李芳"]

    def verb(session: object, by: object, at: object) -> None:
        session.get_one(Member, number).name = "改了"  # type: ignore[attr-defined]  # a Session
        session.flush()  # type: ignore[attr-defined]
        raise error

    with fresh_office.app.test_request_context("/"):
        _sign_in_here(fresh_office.one(User, fresh_office.users["branch_clerk"]))
        outcome = acting.attempt(verb, "member.try", "member", number)
        assert outcome.status == status
        assert outcome.faults[0].code == code
    assert fresh_office.one(Member, number).name == "李芳"
    with fresh_office.session() as session:
        last = session.query(AuditRecord).order_by(AuditRecord.seq.desc()).first()
        assert last is not None
        assert last.action == "refused:member.try"
        assert last.data["faults"][0]["code"] == code


def _sign_in_here(user: User) -> None:
    g._login_user = SignedIn(user)


def test_a_mistake_of_ours_is_not_taken_for_a_refusal(fresh_office: Office) -> None:
    def verb(session: object, by: object, at: object) -> None:
        raise KeyError("ours")

    clerk = fresh_office.one(User, fresh_office.users["branch_clerk"])
    with fresh_office.app.test_request_context("/"):
        _sign_in_here(clerk)
        with pytest.raises(KeyError):
            acting.attempt(verb, "member.try", "member", 1)


@pytest.mark.parametrize(
    "given", ["", "0", "-1", "1.0", "１", "1e3", "9" * 19, "9" * 40, None, " 1"]
)
def test_what_cannot_be_a_row_is_no_number(given: object) -> None:
    assert acting.identifier(given) is None


def test_a_number_of_a_row_is_read() -> None:
    assert acting.identifier("42") == 42
    assert acting.identifier(7) == 7


# ---- the sidebar ---------------------------------------------------------------------------


def test_an_entry_is_refused_in_an_unknown_group_or_twice() -> None:
    registry = nav.Registry()
    registry.add(nav.Entry("a.index", "A", "work"))
    with pytest.raises(ValueError, match="already"):
        registry.add(nav.Entry("a.index", "A", "work"))
    with pytest.raises(ValueError, match="group"):
        registry.add(nav.Entry("b.index", "B", "nowhere"))


def test_every_key_after_g_leads_to_one_page_and_no_letter_is_left_unused(office: Office) -> None:
    keys = nav.KEYS
    assert len(set(keys.values())) == len(keys)
    assert all(re.fullmatch("[a-z]", key) for key in keys.values())
    endpoints = {entry.endpoint for entry in office.app.extensions["sunshine_nav"].entries}
    assert set(keys) <= endpoints, "a key that leads nowhere"
    without = endpoints - set(keys)
    assert not without or len(keys) == 26, f"letters are left for {without}"


def test_each_person_sees_only_entries_he_may_open(office: Office) -> None:
    shown = {
        role: set(
            re.findall(r'class="side-link[^"]*" href="([^"]+)"', office.as_(role).get("/").text)
        )
        for role in ("branch_clerk", "screener", "administrator")
    }
    assert "/members/" in shown["branch_clerk"]
    assert "/users/" not in shown["branch_clerk"]
    assert "/members/" not in shown["screener"]
    assert "/users/" in shown["administrator"]
    for role, paths in shown.items():
        for path in paths:
            assert office.as_(role).get(path).status_code == 200, (role, path)


def test_the_entry_of_the_open_page_is_marked(office: Office) -> None:
    page = office.as_("branch_clerk").get("/members/new/").text
    assert re.findall(r'href="([^"]+)" aria-current="page"', page) == ["/members/"]


# ---- files and addresses -------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "＝1", "  =1", "\u3000=1", "|x", "%0A"]
)
def test_a_cell_that_a_spreadsheet_would_calculate_is_made_text(text: str) -> None:
    assert files.safe(text).startswith("'")


def test_plain_cells_and_numbers_stay_as_they_are() -> None:
    assert [files.safe(v) for v in ("王小明", "a=b", -5, 1.5, None, True)] == [
        "王小明",
        "a=b",
        "-5",
        "1.5",
        "",
        "True",
    ]


def test_a_file_name_keeps_its_chinese_and_loses_what_no_file_may_be_called() -> None:
    value = files.disposition('花名册 "2026"/../a', "csv")
    assert "filename*=UTF-8''%E8%8A%B1%E5%90%8D%E5%86%8C%202026..a.csv" in value
    assert value.isascii()
    assert files.disposition('"/', "csv").endswith("list.csv")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("/members/?page=1", "/members/?page=1"),
        ("//x", None),
        ("https://x/", None),
        ("", None),
        ("/\\x", None),
        ("/a\nb", None),
        (None, None),
        ("members/", None),
    ],
)
def test_only_addresses_of_this_site_are_returned_to(given: str | None, found: str | None) -> None:
    assert inside(given) == found


def test_a_number_in_an_address_stays_within_its_bounds() -> None:
    assert [whole(t, 1, 9, 5) for t in ("3", "0", "10", "-1", "x", None, "3" * 30)] == [
        3,
        5,
        5,
        5,
        5,
        5,
        5,
    ]


def test_the_session_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = session_secret({}, tmp_path)
    assert session_secret({}, tmp_path) == first
    assert len(first) == 64
    assert (tmp_path / "session.secret").stat().st_mode & 0o077 == 0
    assert session_secret({"SUNSHINE_SECRET": "given"}, tmp_path) == "given"


def test_a_name_that_is_not_the_house_s_is_refused_in_words(tmp_path: Path) -> None:
    """No page can be made for it, as it has no addresses; it ended as an error of the program."""
    settings = {"DATA_FOLDER": tmp_path, "SECRET_KEY": "for tests only"}
    app = create_app({**settings, "TRUSTED_HOSTS": ["bangfu.example.cn"]})
    answer = app.test_client().get("/login", base_url="http://elsewhere.example/")
    assert answer.status_code == 400
    assert "请" in answer.text
