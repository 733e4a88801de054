"""Every fault of Flask-Admin 2.2.1 that was found, closed in our base view; one test each."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from flask import g
from flask_admin.contrib.sqla.ajax import QueryAjaxModelLoader
from sqlalchemy import event, func, inspect, select

from admin.views import add_table
from admin.views.base import ReadView, anywhere, within
from admin.views.columns import Column
from admin.views.fields import Versioned, words
from admin.views.members import MemberView
from admin.views.people_lookups import unit_lookup
from admin.views.writing import ModelView
from casework import people
from casework.permissions import Permission
from models import AuditRecord, HelpingPair, Member, OrgUnit, User
from tests.admin.conftest import Office


class NoteForm(Versioned):
    address = words("Address")
    can_help_skills = words("Skills")


class LooseView(ModelView):
    """Members with everything open that Flask-Admin can do, to try each of its holes."""

    read = write = add = remove = Permission.Member.WRITE
    export_with = Permission.Member.READ
    kind = "member"
    one = "Member"
    form = NoteForm
    column_editable_list = ("address",)
    form_ajax_refs = {"org": unit_lookup("org", Permission.Member.WRITE)}  # noqa: RUF012
    columns = (
        Column("name", "Name", lambda m: m.name, Member.name),
        Column("address", "Address", lambda m: m.address, export=lambda m: m.address),
    )

    def visible(self, permission: str) -> Any:
        return within(Member.org_id, permission)

    def search(self, words: str) -> Any:
        return Member.name.contains(words, autoescape=True)

    def name_of(self, row: Any) -> str:
        return str(row.name)


def loose(office: Office) -> Office:
    """The office with LooseView at /loose/."""
    office.app._got_first_request = False  # a table is added after the first request
    frame = office.app.extensions["admin"][0]
    add_table(office.app, frame, LooseView, Member, "loose")
    return office


@pytest.fixture
def open_table(fresh_office: Office) -> Office:
    return loose(fresh_office)


@pytest.fixture
def members_alone(open_table: Office) -> Office:
    """Without pairs, so that a member could be deleted."""
    with open_table.session() as session:
        for pair in session.scalars(select(HelpingPair)):
            session.delete(pair)
        session.commit()
    return open_table


def count(office: Office) -> int:
    with office.session() as session:
        return session.scalar(select(func.count()).select_from(Member)) or 0


# ---- forged requests ----------------------------------------------------------------------


def test_create_edit_delete_action_and_inline_edit_refuse_a_post_without_the_token(
    members_alone: Office,
) -> None:
    clerk, number = members_alone.sign_in("branch_clerk"), members_alone.members["李芳"]
    posts = {
        "/loose/new/": {"address": "x"},
        f"/loose/edit/?id={number}": {"address": "x", "version": "1"},
        f"/loose/delete/?id={number}": {"confirmed": "yes"},
        "/loose/action/": {"action": "delete", "rowid": number, "confirmed": "yes"},
        "/loose/ajax/update/": {"list_form_pk": number, "address": "x", "version": "1"},
        f"/members/reveal/?id={number}&field=phone": {},
        f"/members/{number}/household": {"size": "3"},
        "/appearance": {"theme": "dark"},
    }
    for path, data in posts.items():
        assert clerk.bare_post(path, data).status_code == 400, path
    assert members_alone.one(Member, number).address is None


# ---- deleting asks, without a script ------------------------------------------------------


def test_deleting_one_asks_first_and_works_without_any_script(members_alone: Office) -> None:
    clerk, number = members_alone.sign_in("branch_clerk"), members_alone.members["李芳"]
    before = count(members_alone)
    asked = clerk.get(f"/loose/delete/?id={number}")
    assert asked.status_code == 200
    assert "李芳" in asked.text
    assert clerk.post(f"/loose/delete/?id={number}").status_code == 200, "asked again, not done"
    assert count(members_alone) == before
    assert clerk.post(f"/loose/delete/?id={number}", {"confirmed": "yes"}).status_code == 302
    assert count(members_alone) == before - 1


def test_deleting_selected_rows_asks_first_and_works_on_both_databases(
    members_alone: Office,
) -> None:
    clerk = members_alone.sign_in("branch_clerk")
    chosen = [members_alone.members["李芳"], members_alone.members["王小明"]]
    before = count(members_alone)
    asked = clerk.post("/loose/action/", {"action": "delete", "rowid": chosen})
    assert "李芳" in asked.text
    assert "王小明" in asked.text
    assert count(members_alone) == before
    data = {"action": "delete", "rowid": chosen, "confirmed": "yes"}
    assert clerk.post("/loose/action/", data).status_code == 302
    assert count(members_alone) == before - 2


def test_a_row_that_others_refer_to_is_not_deleted_and_the_page_says_so(
    open_table: Office,
) -> None:
    clerk, number = open_table.sign_in("branch_clerk"), open_table.members["李芳"]
    before = count(open_table)
    answer = clerk.post(f"/loose/delete/?id={number}", {"confirmed": "yes"})
    assert answer.status_code == 422
    assert "冲突" in answer.text
    assert count(open_table) == before


# ---- rows outside the person's part of the tree -------------------------------------------


def test_hidden_rows_are_in_no_list_count_search_filter_or_export(open_table: Office) -> None:
    clerk = open_table.sign_in("branch_clerk")
    for path in (
        "/loose/",
        "/loose/?search=王",
        "/members/",
        "/members/?search=王",
        "/members/?search=wx",
        "/members/?f_sex=male",
        "/members/?search=1234",
    ):
        page = clerk.get(path).text
        assert "王小明" in page, path
        assert "王小红" not in page, path
        assert "赵强" not in page, path
    assert "共2条" in clerk.get("/members/").text
    file = clerk.get("/loose/export/csv/").text
    assert "王小明" in file
    assert "王小红" not in file


def test_hidden_rows_are_not_found_in_details_edit_delete_reveal_or_action(
    members_alone: Office,
) -> None:
    clerk, hidden = members_alone.sign_in("branch_clerk"), members_alone.members["王小红"]
    before = count(members_alone)
    for path in (
        f"/loose/details/?id={hidden}",
        f"/loose/edit/?id={hidden}",
        f"/loose/delete/?id={hidden}",
        f"/members/details/?id={hidden}",
        f"/members/{hidden}/household",
        f"/pairs/details/?id={members_alone.pairs['B1']}",
    ):
        assert clerk.get(path).status_code == 404, path
    posts = {
        f"/loose/edit/?id={hidden}": {"address": "x", "version": "1"},
        f"/loose/delete/?id={hidden}": {"confirmed": "yes"},
        "/loose/ajax/update/": {"list_form_pk": hidden, "address": "x", "version": "1"},
        f"/members/reveal/?id={hidden}&field=id_number": {},
        f"/members/{hidden}/household": {"size": "3"},
    }
    for path, data in posts.items():
        assert clerk.post(path, data).status_code == 404, path
    clerk.post("/loose/action/", {"action": "delete", "rowid": [hidden], "confirmed": "yes"})
    assert count(members_alone) == before
    assert members_alone.one(Member, hidden).address is None


def test_whoever_may_read_a_row_but_not_write_it_finds_no_form(office: Office) -> None:
    """A verifier reads members of his committee; only clerks write them."""
    verifier, number = office.as_("committee_verifier"), office.members["李芳"]
    assert verifier.get(f"/members/details/?id={number}").status_code == 200
    assert verifier.get(f"/members/edit/?id={number}").status_code == 403
    assert verifier.post(f"/members/edit/?id={number}", {"name": "x"}).status_code == 403


def test_flask_admins_own_ways_to_rows_are_scoped_too(office: Office) -> None:
    view = next(v for v in office.app.extensions["admin"][0]._views if isinstance(v, MemberView))
    with office.app.test_request_context():
        with office.session() as session:
            user = session.scalars(select(User).where(User.username == "branch_clerk")).one()
            g.actor = people.actor(session, user, office.app.config["CLOCK"]().date())
        assert {m.name for m in view.get_query()} == {"王小明", "李芳"}
        assert view.get_count_query().scalar() == 2
        assert view.get_one(office.members["王小红"]) is None
        assert view.get_list(0)[0] == 2


def test_a_look_up_finds_only_rows_of_the_persons_own_part(office: Office) -> None:
    clerk = office.as_("branch_clerk")
    found = clerk.get("/pairs/ajax/lookup/?name=helper&query=王").json
    assert [label for _number, label in found] == ["王小明（A1组织）"]
    assert clerk.get("/pairs/ajax/lookup/?name=nothing").status_code == 404
    assert clerk.get("/pairs/ajax/lookup/").status_code == 404


@pytest.mark.parametrize("limit", ["-1", "0", "999999", "99999999999999999999", "abc", "1%00"])
def test_a_look_up_never_gives_more_than_a_screenful_and_never_fails(
    office: Office, limit: str
) -> None:
    answer = office.as_("branch_clerk").get(f"/pairs/ajax/lookup/?name=helper&limit={limit}")
    assert answer.status_code in (200, 400)
    assert answer.status_code == 400 or len(answer.json) <= 20


def test_an_unknown_or_hidden_key_in_a_relation_is_refused_and_never_read_as_none(
    fresh_office: Office,
) -> None:
    clerk, hidden = fresh_office.sign_in("branch_clerk"), fresh_office.members["王小红"]
    for key in ("999999", "abc", "-1", "99999999999999999999", hidden):
        data = {
            "helper": key,
            "helped": fresh_office.members["李芳"],
            "org": fresh_office.units["A1"],
            "start_on": "2026-02-01",
        }
        answer = clerk.post("/pairs/new/", data)
        assert answer.status_code == 422, key
        assert "没有找到这一项" in answer.text, key
    with fresh_office.session() as session:
        assert session.scalar(select(func.count()).select_from(HelpingPair)) == 2


def test_an_unknown_key_does_not_empty_a_relation_that_may_be_empty(fresh_office: Office) -> None:
    chief, unit = fresh_office.sign_in("administrator"), fresh_office.units["A1"]
    before = fresh_office.one(OrgUnit, unit).parent_id
    data = {"name": "A1组织", "code": "A1", "level": "branch", "parent": "424242", "active": "y"}
    assert chief.post(f"/orgs/edit/?id={unit}", data).status_code == 422
    assert fresh_office.one(OrgUnit, unit).parent_id == before


# ---- rights that the stock view forgets ---------------------------------------------------


def test_a_field_is_not_changed_from_the_list_where_the_person_may_not_edit(
    open_table: Office,
) -> None:
    number = open_table.members["李芳"]
    verifier = open_table.sign_in("committee_verifier")
    data = {"list_form_pk": number, "address": "x", "version": "1"}
    assert verifier.post("/loose/ajax/update/", data).status_code == 403
    assert open_table.one(Member, number).address is None


def test_only_listed_fields_change_from_the_list_and_only_on_the_version_that_was_read(
    open_table: Office,
) -> None:
    clerk, number = open_table.sign_in("branch_clerk"), open_table.members["李芳"]
    version = open_table.one(Member, number).version
    base = {"list_form_pk": number, "version": version}
    assert clerk.post("/loose/ajax/update/", {**base, "name": "x"}).status_code == 404
    assert clerk.post("/loose/ajax/update/", {**base, "can_help_skills": "x"}).status_code == 404
    assert clerk.post("/loose/ajax/update/", {**base, "address": "新村"}).status_code == 200
    assert clerk.post("/loose/ajax/update/", {**base, "address": "旧村"}).status_code == 409
    assert open_table.one(Member, number).address == "新村"


def test_a_value_for_a_field_that_the_form_does_not_have_is_ignored(fresh_office: Office) -> None:
    """A read-only or missing input cannot be written by adding it to the post."""
    clerk, number = fresh_office.sign_in("branch_clerk"), fresh_office.members["李芳"]
    version = fresh_office.one(Member, number).version
    data = {
        "name": "李芳",
        "status": "full",
        "sex": "female",
        "version": version,
        "org": fresh_office.units["B1"],
        "org_id": fresh_office.units["B1"],
        "active": "",
        "uid": "0" * 32,
        "created_at": "2000-01-01",
    }
    assert clerk.post(f"/members/edit/?id={number}", data).status_code == 302
    after = fresh_office.one(Member, number)
    assert (after.org_id, after.active) == (fresh_office.units["A1"], True)


def test_signs_that_nobody_sees_are_neither_kept_nor_searched_for(fresh_office: Office) -> None:
    """A name copied from a chat: it must be found by whoever types it, and read forwards."""
    clerk, number = fresh_office.sign_in("branch_clerk"), fresh_office.members["李芳"]
    data = {
        "name": "\u202e李\u200b晓\x01芳\ufeff",
        "status": "full",
        "sex": "female",
        "version": fresh_office.one(Member, number).version,
    }
    assert clerk.post(f"/members/edit/?id={number}", data).status_code == 302
    assert fresh_office.one(Member, number).name == "李晓芳"
    for typed in ("李晓芳", "%E6%9D%8E%E2%80%8B%E6%99%93"):
        assert "李晓芳" in clerk.get(f"/members/?search={typed}").text, typed


def test_a_table_that_states_nothing_is_closed(fresh_office: Office) -> None:
    class Forgotten(ReadView):
        columns = (Column("name", "Name", lambda m: m.name),)

    fresh_office.app._got_first_request = False
    frame = fresh_office.app.extensions["admin"][0]
    add_table(fresh_office.app, frame, Forgotten, Member, "forgotten")
    assert fresh_office.sign_in("branch_clerk").get("/forgotten/").status_code == 404


def test_a_table_that_forgets_its_scope_shows_nothing(fresh_office: Office) -> None:
    class Unscoped(ReadView):
        read = Permission.Member.READ
        columns = (Column("name", "Name", lambda m: m.name),)

    fresh_office.app._got_first_request = False
    frame = fresh_office.app.extensions["admin"][0]
    add_table(fresh_office.app, frame, Unscoped, Member, "unscoped")
    page = fresh_office.sign_in("department_reviewer").get("/unscoped/").text
    assert "王小明" not in page
    assert "共0条" in page


# ---- nobody signed in ----------------------------------------------------------------------


def test_an_error_page_without_a_sign_in_has_no_empty_sidebar_above_it(office: Office) -> None:
    """It is as high as the screen: what the page says would stand below the fold."""
    page = office.visitor().get("/there-is-no-such-page")
    assert page.status_code == 404
    assert "没有找到" in page.text
    assert 'id="side"' not in page.text
    assert "data-toggle-side" not in page.text
    assert 'id="side"' in office.as_("committee_clerk").get("/there-is-no-such-page").text


# ---- nonsense in the address --------------------------------------------------------------

NONSENSE = [
    "-1",
    "abc",
    "1,2",
    "%00",
    "99999999999999999999999",
    "1.5",
    "",
    "１",
    "'; drop table--",
]


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_in_the_address_is_never_an_error_of_ours(office: Office, text: str) -> None:
    clerk = office.as_("committee_clerk")
    for path in (
        f"/members/?page={text}",
        f"/members/?size={text}",
        f"/members/?sort={text}&desc={text}",
        f"/members/?search={text}",
        f"/members/?f_status={text}",
        f"/members/?f_active={text}",
        f"/members/?f_org={text}",
        f"/members/details/?id={text}",
        f"/members/edit/?id={text}",
        f"/members/move/?id={text}",
        f"/pairs/?search={text}",
        f"/pairs/details/?id={text}",
        f"/members/export/{text}/",
        f"/members/export/csv/?search={text}&sort={text}",
        f"/members/{text}/household",
        f"/members/?{text}={text}",
    ):
        assert clerk.get(path).status_code < 500, path
    auditor = office.as_("auditor")
    for path in (
        f"/audit/?f_from={text}",
        f"/audit/?f_to={text}",
        f"/audit/?f_who={text}",
        f"/audit/?f_which={text}",
        f"/audit/details/?id={text}",
        f"/editions/details/?id={text}",
    ):
        assert auditor.get(path).status_code < 500, path


def test_nonsense_in_a_form_is_never_an_error_of_ours(open_table: Office) -> None:
    for text in (*NONSENSE, "\0", "\ud7ff\u202e", "9" * 70, "李" * 5000):
        send_everywhere(open_table, text)


def send_everywhere(open_table: Office, text: str) -> None:
    clerk = open_table.as_("committee_clerk")
    number, pair = open_table.members["李芳"], open_table.pairs["A1"]
    everything = dict.fromkeys(
        (
            "name",
            "id_number",
            "phone",
            "sex",
            "birth_on",
            "ethnic",
            "joined_on",
            "status",
            "hukou",
            "version",
            "org",
            "to",
            "reason",
            "helper",
            "helped",
            "start_on",
            "end_on",
            "on",
            "size",
            "item-0-kind",
            "item-0-label",
            "item-0-yuan",
            "item-0-id",
            "person-0-birth_on",
            "person-0-name",
            f"item-{text}-label",
            "rowid",
            "action",
            "url",
            "died_on",
            "list_form_pk",
            "address",
        ),
        text,
    )
    for path in (
        "/members/new/",
        f"/members/edit/?id={number}",
        f"/members/move/?id={number}",
        f"/members/{number}/household",
        "/pairs/new/",
        f"/pairs/edit/?id={pair}",
        f"/pairs/end/?id={pair}",
        "/loose/action/",
        "/loose/ajax/update/",
    ):
        assert clerk.post(path, everything).status_code < 500, path
    named = {"list_form_pk": number, "version": open_table.one(Member, number).version}
    answer = clerk.post("/loose/ajax/update/", {**named, "address": text})
    assert answer.status_code in (200, 400, 422), answer.status_code
    answer = clerk.post("/loose/action/", {"action": "delete", "rowid": text})
    assert answer.status_code in (302, 400), answer.status_code


def test_an_oversized_text_is_refused_in_words_on_both_databases(fresh_office: Office) -> None:
    clerk, number = fresh_office.sign_in("branch_clerk"), fresh_office.members["李芳"]
    version = fresh_office.one(Member, number).version
    data = {"name": "李" * 5000, "status": "full", "version": version}
    assert clerk.post(f"/members/edit/?id={number}", data).status_code == 422
    assert fresh_office.one(Member, number).name == "李芳"


def test_a_page_beyond_the_end_is_the_last_page(office: Office) -> None:
    assert "王小明" in office.as_("branch_clerk").get("/members/?page=999999").text


# ---- two people at one row ----------------------------------------------------------------


def test_a_stale_form_is_refused_with_both_versions_and_saves_when_meant(
    fresh_office: Office,
) -> None:
    first, second = fresh_office.sign_in("branch_clerk"), fresh_office.sign_in("branch_secretary")
    number = fresh_office.members["李芳"]
    path, version = f"/members/edit/?id={number}", fresh_office.one(Member, number).version
    data = {"name": "李芳", "status": "full", "sex": "female", "version": version}
    assert first.post(path, {**data, "address": "东村一号"}).status_code == 302
    late = second.post(path, {**data, "address": "西村二号"})
    assert late.status_code == 409
    assert "东村一号" in late.text
    assert "西村二号" in late.text
    assert fresh_office.one(Member, number).address == "东村一号"
    now = fresh_office.one(Member, number).version
    assert f'value="{now}"' in late.text
    assert second.post(path, {**data, "version": now, "address": "西村二号"}).status_code == 302
    assert fresh_office.one(Member, number).address == "西村二号"


def test_a_form_without_a_usable_version_changes_nothing(fresh_office: Office) -> None:
    clerk, number = fresh_office.sign_in("branch_clerk"), fresh_office.members["李芳"]
    for version in ("", "abc", "-1", "99999999999999", None):
        data = {"name": "改名", "status": "full", "sex": "female", "version": version}
        sent = {name: value for name, value in data.items() if value is not None}
        assert clerk.post(f"/members/edit/?id={number}", sent).status_code == 409, version
    assert fresh_office.one(Member, number).name == "李芳"


# ---- big tables ---------------------------------------------------------------------------


def test_a_form_over_a_relation_without_a_look_up_is_not_made(fresh_office: Office) -> None:
    class Selecting(ModelView):
        read = write = Permission.Member.WRITE
        form = None
        form_columns = ("name", "org")

    with pytest.raises(TypeError, match="Lookup"):
        Selecting(Member, endpoint="selecting")


def test_a_look_up_without_scope_is_not_taken(fresh_office: Office) -> None:
    class Unscoped(ModelView):
        read = write = Permission.Member.WRITE
        form_ajax_refs = {"org": {"fields": ("name",)}}  # noqa: RUF012

    with pytest.raises(TypeError, match="scope"):
        Unscoped(Member, endpoint="unscoped")
    assert not issubclass(type(unit_lookup("org", Permission.Org.READ)), QueryAjaxModelLoader)


def test_rows_of_another_table_inside_a_form_are_not_made(fresh_office: Office) -> None:
    class Inline(ModelView):
        read = write = Permission.Member.WRITE
        inline_models = (OrgUnit,)

    with pytest.raises(TypeError, match="page of their own"):
        Inline(Member, endpoint="inline")


def test_a_list_asks_the_same_number_of_questions_for_two_rows_and_for_fifty(
    fresh_office: Office,
) -> None:
    clerk = fresh_office.sign_in("committee_clerk")
    asked: list[str] = []
    event.listen(
        fresh_office.database.engine, "before_cursor_execute", lambda *args: asked.append(args[2])
    )
    clerk.get("/members/")
    few, asked[:] = len(asked), []
    with fresh_office.session() as session:
        for number in range(60):
            session.add(
                Member(
                    org_id=fresh_office.units["A2"],
                    name=f"丁{number:02}",
                    sex="male",
                    created_at=fresh_office.app.config["CLOCK"](),
                )
            )
        session.commit()
    asked.clear()
    clerk.get("/members/")
    assert len(asked) == few


# ---- files --------------------------------------------------------------------------------


def test_a_csv_opens_in_excel_without_running_formulas_and_keeps_its_chinese_name(
    open_table: Office,
) -> None:
    with open_table.session() as session:
        for name, text in (("王小明", '=HYPERLINK("http://x","y")'), ("李芳", "＝1+1")):
            session.get_one(Member, open_table.members[name]).address = text
        session.commit()
    clerk = open_table.sign_in("committee_clerk")
    answer = clerk.get("/members/export/csv/")
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    name = quote("党员名册.csv")
    assert f"filename*=UTF-8''{name}" in answer.headers["Content-Disposition"]
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("姓名,性别")
    assert len(lines) == 1 + 3
    assert "'=HYPERLINK" in answer.text
    assert "'＝1+1" in answer.text
    assert "110101199003074514" not in answer.text, "numbers stay masked in a file"
    assert "110101********4514" in answer.text


def test_an_export_is_written_down_before_it_is_given(fresh_office: Office) -> None:
    fresh_office.sign_in("committee_clerk").get("/members/export/csv/?f_sex=male")
    with fresh_office.session() as session:
        record = session.scalars(
            select(AuditRecord).where(AuditRecord.action == "look:export")
        ).one()
        assert record.actor_name == "committee_clerk员"
        assert record.data["filters"] == {"sex": "male"}


def test_an_export_holds_no_more_than_a_part_of_the_table_in_memory(
    fresh_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admin.views.base.STREAMED", 10)
    with fresh_office.session() as session:
        for number in range(95):
            session.add(
                Member(
                    org_id=fresh_office.units["A1"],
                    name=f"员{number:03}",
                    sex="male",
                    created_at=fresh_office.app.config["CLOCK"](),
                )
            )
        session.commit()
    held: list[int] = []

    def show(member: Member) -> str:
        session = inspect(member).session
        held.append(len(session.identity_map) if session else 0)
        return member.name

    monkeypatch.setattr(
        MemberView, "columns", (Column("name", "Name", show), *MemberView.columns[1:])
    )
    text = fresh_office.sign_in("committee_clerk").get("/members/export/csv/").text
    assert len(text.splitlines()) == 1 + 3 + 95
    assert max(held) < 50


# ---- masked numbers -----------------------------------------------------------------------


def test_numbers_are_masked_everywhere_and_each_reveal_is_written_down(
    fresh_office: Office,
) -> None:
    clerk, number = fresh_office.sign_in("branch_clerk"), fresh_office.members["王小明"]
    for path in ("/members/", f"/members/details/?id={number}", f"/members/edit/?id={number}"):
        page = clerk.get(path).text
        assert "110101199003074514" not in page, path
        assert "13800001234" not in page, path
        assert "110101********4514" in page, path
    shown = clerk.post(f"/members/reveal/?id={number}&field=id_number")
    assert shown.json == {"value": "110101199003074514"}
    assert clerk.post(f"/members/reveal/?id={number}&field=name").status_code == 404
    with fresh_office.session() as session:
        looks = session.scalars(
            select(AuditRecord).where(AuditRecord.action == "look:reveal:id_number")
        ).all()
        assert [look.object_id for look in looks] == [str(number)]
        assert "110101199003074514" not in json.dumps([look.data for look in looks])


def test_a_masked_number_left_blank_stays_on_file(fresh_office: Office) -> None:
    clerk, number = fresh_office.sign_in("branch_clerk"), fresh_office.members["王小明"]
    version = fresh_office.one(Member, number).version
    data = {"name": "王小明", "status": "full", "sex": "male", "version": version}
    assert clerk.post(f"/members/edit/?id={number}", {**data, "phone": ""}).status_code == 302
    after = fresh_office.one(Member, number)
    assert after.id_number == "110101199003074514"
    assert after.phone == "13800001234"


def test_an_auditor_sees_all_and_each_look_at_a_person_is_written_down(
    fresh_office: Office,
) -> None:
    auditor, number = fresh_office.sign_in("auditor"), fresh_office.members["王小红"]
    assert auditor.get(f"/members/details/?id={number}").status_code == 200
    with fresh_office.session() as session:
        actions = session.scalars(select(AuditRecord.action)).all()
    assert "look:inspection" in actions


def test_anywhere_means_nothing_without_the_permission(office: Office) -> None:
    with office.app.test_request_context():
        assert str(anywhere(Permission.User.READ)) == "false"
