"""The policy officer's form in the running application: draft, checks, effect, second signature."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from admin.policy import words as policy_words
from casework import assessments, dated_values, editions
from casework.rule_text import RuleText
from engine import document_words
from models import Application, Edition, PolicyDraft
from models.audit import verify
from tests.admin.roadside import Roadside, open_roadside, said
from tests.admin.test_cases_walk import number_of
from tests.casework.bureau import LICHENG, LIVING, NOW, ROOT, licheng
from tests.conftest import Database

CODE = "licheng-2010"
HOME = f"/policy/{CODE}/"
DAYS = "procedure.yaml/notice/days/at_least"
SEEN = re.compile(r'name="seen" value="([^"]+)"')
NEW_YEAR = "2011-01-01"


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    return open_roadside(database, tmp_path, {"王建国": {}, "李秀英": {}})


def seen(office: Roadside, who: str, page: str = HOME) -> str:
    found = SEEN.search(office.at(who).get(page))
    return found[1] if found else ""


def send(
    office: Roadside, path: str, data: dict[str, Any], who: str = "officer", stamp: str = ""
) -> TestResponse:
    """Post as the page would, with the stamp of a page opened just now unless one is given."""
    browser = office.at(who).browser
    stamp = stamp or seen(office, who) or seen(office, who, HOME + "draft")
    whole = {"csrf_token": browser.token(), "seen": stamp, **data}
    return browser.client.post(HOME + path, data=whole)


def dearer(office: Roadside, **changes: Any) -> TestResponse:
    """700 from the first of January, put into the draft."""
    data = {"parameter": "living_amount", "since": NEW_YEAR, "value": "700", **changes}
    return send(office, "value", data)


def propose(office: Roadside, first: str = NEW_YEAR) -> TestResponse:
    return send(office, "draft/propose", {"in_force_from": first, "note": "区委文件"})


def speak(office: Roadside, lang: str) -> None:
    with office.at("officer").browser.client.session_transaction() as session:
        session["lang"] = lang


def files(office: Roadside) -> dict[str, bytes]:
    with office.session() as session:
        draft = session.scalars(select(PolicyDraft).order_by(PolicyDraft.id.desc())).first()
        assert draft is not None
        return editions.unpack(draft.files)


def published(office: Roadside) -> list[date]:
    """First days of the editions, the oldest first."""
    with office.session() as session:
        return list(session.scalars(select(Edition.in_force_from).order_by(Edition.id)))


# ---- the road -----------------------------------------------------------------------------


def test_a_new_amount_holds_for_applications_from_its_day_without_a_restart(
    office: Roadside,
) -> None:
    assert dearer(office).status_code == 302
    assert propose(office, "2010-12-20").status_code == 302
    assert published(office) == [date(2010, 6, 7)], "nothing is in force before the signature"
    assert send(office, "draft/sign", {"read": "yes"}, who="leader").status_code == 302
    assert published(office) == [date(2010, 6, 7), date(2010, 12, 20)]
    office.clock.later(40)
    for name, day, fen in (("王建国", "2010-12-31", 60000), ("李秀英", NEW_YEAR, 70000)):
        desk = office.at("clerk")
        answer = desk.browser.client.post(
            f"/register/{office.members[name]}",
            data={
                "csrf_token": desk.browser.token(),
                "road": f"{CODE}/living",
                "applied_on": day,
            },
        )
        with office.session() as session:
            row = session.get_one(Application, number_of(answer.headers["Location"]))
            assert row.applied_on == date.fromisoformat(day)
            row.facts = {**row.facts, **LIVING, "excl_org_unsuitable": False}
            assert assessments.assess_now(session, row).fixed_fen == fen
    with office.session() as session:
        assert verify(session) == []


def test_comments_and_order_of_the_files_are_kept(office: Roadside) -> None:
    data = {
        DAYS: "7",
        "procedure.yaml/notice/hotline": "88110000",
        "procedure.yaml/notice/opening": "现将{place_kind}{hardship}党员名单公示如下：",
        "procedure.yaml/deadlines/report_due/of": "working",
    }
    assert send(office, "rules", data).status_code == 302
    words = {"procedure.yaml/forms/annex_1/fields/phone/zh": "手机（必填）"}
    assert send(office, "words?part=procedure.yaml/forms/annex_1", words).status_code == 302
    before, after = (f["procedure.yaml"].decode().splitlines() for f in (licheng(), files(office)))
    assert len(before) == len(after)
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert len(changed) == 5
    assert "  days: {at_least: 7, counts_first: yes, counts_last: yes, of: calendar}" in after
    assert '  hotline: "88110000"' in after


def test_the_page_shows_everything_typed_wrongly_beside_its_field(office: Roadside) -> None:
    answer = send(office, "rules", {DAYS: "none", "procedure.yaml/deadlines/report_due/days": "-1"})
    assert answer.status_code == 422
    for name in (DAYS, "procedure.yaml/deadlines/report_due/days"):
        assert f'id="{name}-faults"' in answer.text
    assert 'value="none"' in answer.text, "what was typed is kept"
    answer = dearer(office, since="soon", value="2000.011")
    assert answer.status_code == 422
    assert dearer(office, value="2000.011").status_code == 422
    with office.session() as session:
        assert session.scalars(select(PolicyDraft)).all() == []


def test_a_broken_file_never_replaces_the_edition_in_force(office: Roadside) -> None:
    text = licheng()["amounts.yaml"].decode().replace("mode: fixed", "mode: fixd", 1)
    answer = send(office, "files", {"file": "amounts.yaml", "text": text.replace("\n", "\r\n")})
    assert answer.status_code == 302
    page = office.at("officer").get(HOME + "draft")
    column = licheng()["amounts.yaml"].decode().splitlines()[1].index("fixed") + 1
    assert f"amounts.yaml:2:{column}" in page
    assert "fixd" in page
    speak(office, "en")
    assert "is not one of the choices" in office.at("officer").get(HOME + "draft")
    assert propose(office).status_code == 422
    assert published(office) == [date(2010, 6, 7)]
    mended = {"file": "amounts.yaml", "text": licheng()["amounts.yaml"].decode()}
    assert send(office, "files", mended).status_code == 302
    assert files(office) == licheng(), "line ends are those of the file"


def test_a_file_that_is_no_yaml_leads_from_the_form_to_the_draft(office: Roadside) -> None:
    send(office, "files", {"file": "facts.yaml", "text": "a: [1"})
    for tab in ("", "rules", "words"):
        answer = office.at("officer").browser.get(HOME + tab)
        assert answer.headers["Location"] == HOME + "draft"
    assert "facts.yaml:" in office.at("officer").get(HOME + "draft")
    assert office.at("officer").browser.get("/policy/").status_code == 302


def test_failing_cases_are_listed_and_keep_the_draft_back(office: Roadside) -> None:
    dearer(office, since="2010-06-07")
    page = office.at("officer").get(HOME + "draft")
    assert re.search(r"cases/living\.yaml:\d+:\d+", page)
    assert propose(office).status_code == 422


def test_a_file_is_uploaded_and_a_name_that_is_none_is_refused(office: Roadside) -> None:
    data = licheng()["parameters.yaml"].replace(
        b"2010-06-07: 600", b"2010-06-07: 600, 2011-01-01: 700"
    )
    good = {"file": "parameters.yaml", "upload": (io.BytesIO(data), "p.yaml")}
    assert send(office, "files", good).status_code == 302
    assert files(office)["parameters.yaml"] == data
    for name in ("../../x.yaml", "x.yaml", "cases/x/y.yaml"):
        bad = {"file": name, "upload": (io.BytesIO(b"a: 1"), "x.yaml")}
        assert send(office, "files", bad).status_code == 422
    assert send(office, "files", {"file": "facts.yaml"}).status_code == 422


# ---- two people ---------------------------------------------------------------------------


def test_who_signs_says_that_he_has_read_it(office: Roadside) -> None:
    dearer(office)
    propose(office)
    answer = send(office, "draft/sign", {}, who="leader")
    assert answer.status_code == 422
    assert "请先看过全部改动，并勾选" in answer.text
    assert published(office) == [date(2010, 6, 7)]


def test_nobody_signs_his_own_draft_and_others_see_no_draft_at_all(office: Roadside) -> None:
    dearer(office)
    propose(office)
    answer = send(office, "draft/sign", {"read": "yes"})
    assert answer.status_code == 422
    assert "签发人不能是提交人" in answer.text
    for who in ("clerk", "verifier", "finance", "administrator", "auditor"):
        assert office.at(who).browser.get(HOME + "draft").status_code == 403
        assert send(office, "draft/sign", {}, who="leader", stamp="d1.0").status_code == 409
    assert published(office) == [date(2010, 6, 7)]


def test_words_in_braces_are_explained_beside_their_field(office: Roadside) -> None:
    page = office.at("officer").get(HOME + "rules")
    assert "打印时自动填入：<code>{period}</code> = 起止日期；<code>{days}</code> = 天数。" in page
    assert "<code>{hotline}</code> = 电话号码" in page
    address = "procedure.yaml/notice/closing"
    assert f'aria-describedby="{address}-filled"' in page
    assert f'id="{address}-filled"' in page
    assert policy_words.placeholders("一句没有花括号的话") == ""
    assert policy_words.placeholders("{unknown}") == ""


def test_every_fault_of_a_new_value_is_told_at_once(office: Roadside) -> None:
    answer = send(office, "value", {"parameter": "living_amount", "since": "", "value": "七百"})
    assert answer.status_code == 422
    assert "请填写日期" in answer.text
    assert "“七百”不是金额" in answer.text
    assert 'value="七百"' in answer.text
    answer = dearer(office, since="明年", value="")
    assert "请写成2010年12月3日" in answer.text
    assert answer.text.count("field-faults") == 2


@pytest.mark.parametrize("day", ["2011年1月1日", "２０１１/１/１", " 2011.01.01 "])
def test_a_day_is_taken_as_people_write_it(office: Roadside, day: str) -> None:
    assert dearer(office, since=day).status_code == 302
    assert b"2011-01-01: 700" in files(office)["parameters.yaml"]


def test_a_page_opened_before_the_others_change_is_refused_with_409(office: Roadside) -> None:
    old = seen(office, "second_officer")
    assert dearer(office).status_code == 302
    answer = send(office, "rules", {DAYS: "7"}, who="second_officer", stamp=old)
    assert answer.status_code == 409
    assert "已被他人改动" in answer.text
    assert 'value="7"' in answer.text, "what was typed is kept"
    assert b"at_least: 5" in files(office)["procedure.yaml"]
    again = send(office, "rules", {DAYS: "7"}, who="second_officer")
    assert again.status_code == 302
    assert b"at_least: 7" in files(office)["procedure.yaml"]


def test_the_second_person_sends_it_back_with_a_reason(office: Roadside) -> None:
    dearer(office)
    propose(office)
    assert send(office, "draft/back", {"reason": " "}, who="leader").status_code == 422
    assert send(office, "draft/back", {"reason": "请附文件"}, who="leader").status_code == 302
    assert "请附文件" in office.at("officer").get(HOME + "draft")
    assert send(office, "draft/withdraw", {}).status_code == 302
    assert "没有草案" in office.at("officer").get(HOME + "draft")


def test_what_it_changes_is_said_in_words_and_line_by_line(office: Roadside) -> None:
    dearer(office)
    send(office, "order", {"list": "notice/reasons", "move": "disaster:up"})
    page = re.sub(r"\s+", " ", office.at("leader").get(HOME + "draft"))
    assert "<del>600</del> → <ins>700</ins>" in page
    assert "条款3.1" in page
    assert "因灾 · 因病" in page
    assert '<span class="plus">+living_amount' in page


def test_the_effect_shows_figures_and_no_names(office: Roadside) -> None:
    desk = office.at("clerk")
    desk.browser.client.post(
        f"/register/{office.members['王建国']}",
        data={
            "csrf_token": desk.browser.token(),
            "road": f"{CODE}/living",
            "applied_on": "2010-12-03",
        },
    )
    dearer(office)
    page = office.at("officer").get(HOME + f"effect?on={NEW_YEAR}")
    assert "1份在办申请" in page
    assert "王建国" not in page
    assert office.at("clerk").browser.get(HOME + "effect").status_code == 403


def test_the_files_of_the_draft_come_as_a_zip_and_the_look_is_recorded(office: Roadside) -> None:
    dearer(office)
    answer = office.at("officer").browser.get(HOME + "files.zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files(office)


# ---- any policy ---------------------------------------------------------------------------


def test_the_union_gets_its_own_form_by_its_files_alone(office: Roadside) -> None:
    with office.session() as session:
        folder = ROOT / "rulesets" / "yonghe-union-2024"
        editions.publish(
            session, folder, from_on=date(2024, 1, 1), proposed_by=None, signed_by=None, at=NOW
        )
        session.commit()
    desk = office.at("officer")
    assert "永和区困难职工帮扶" in desk.get("/policy/")
    path = "/policy/yonghe-union-2024/"
    assert "大病起付线" in desk.get(path)
    assert "入户调查" in desk.get(path + "rules")
    assert "职工姓名" in desk.get(path + "words?find=职工姓名")
    stamp = SEEN.search(desk.get(path))
    assert stamp
    data = {
        "csrf_token": desk.browser.token(),
        "seen": stamp[1],
        "parameter": "deep_amount",
        "since": "2026-01-01",
        "value": "2600",
    }
    assert desk.browser.client.post(path + "value", data=data).status_code == 302
    assert b"2024-01-01: 2400, 2026-01-01: 2600}" in files(office)["parameters.yaml"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_opens_in_both_languages_with_labels_on_every_field(
    office: Roadside, lang: str
) -> None:
    dearer(office)
    desk = office.at("officer")
    speak(office, lang)
    for tab in ("", "rules", "words", "words?part=facts.yaml", "files", "draft", "effect"):
        page = desk.get(HOME + tab).split("<main")[1].split("</main>")[0]
        assert said(page) == []
        labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', page))
        fields = re.findall(r"<(?:input|select|textarea)[^>]*>", page)
        for field in fields:
            if 'type="hidden"' not in field and 'type="checkbox"' not in field:
                found = re.search(r' id="([^"]+)"', field)
                assert found, field
                assert found[1] in labelled, field


def test_odd_posts_get_an_answer_and_change_nothing(office: Roadside) -> None:
    assert send(office, "value", {"parameter": "nothing"}).status_code == 404
    assert (
        send(office, "value/out", {"parameter": "living_amount", "since": "x"}).status_code == 400
    )
    assert send(office, "order", {"move": "x"}).status_code == 400
    assert (
        send(office, "order", {"move": "illness:up", "list": "notice/reasons"}).status_code == 422
    )
    assert send(office, "draft/propose", {}).status_code == 422
    assert send(office, "rules", {"procedure.yaml/x": "1"}).status_code == 422
    dearer(office)
    assert send(office, "draft/dance", {}).status_code == 404
    assert office.at("officer").browser.get("/policy/none/").status_code == 404
    assert office.at("officer").browser.get(HOME + "effect?on=never").status_code == 200


@pytest.mark.parametrize("folder", sorted(LICHENG.parent.iterdir()), ids=lambda one: one.name)
def test_every_unit_of_every_policy_has_words(folder: Path) -> None:
    """A unit nobody knows would stand in English on a Chinese page, and in the exported document."""
    text = RuleText("parameters.yaml", (folder / "parameters.yaml").read_bytes())
    units = {part for one in dated_values.parameters(text) for part in one.unit.split("/")}
    assert units <= set(policy_words.UNITS)
    assert units <= set(document_words.UNITS)


def test_numbers_of_the_graded_policy_are_dated_values_and_not_in_its_formulas() -> None:
    folder = LICHENG.parent / "huaishu-grades-2025"
    text = RuleText("parameters.yaml", (folder / "parameters.yaml").read_bytes())
    now = {one.name: one.history[-1].values for one in dated_values.parameters(text)}
    wanted = {"notice_first": "7", "notice_other": "5", "review_first": "12", "review_other": "6"}
    assert {name: next(iter(now[name].values())) for name in wanted} == wanted


def test_a_share_says_itself_what_it_is() -> None:
    assert policy_words.unit_of("5%", "times") == ""
    assert policy_words.unit_of("2", "times") == policy_words.unit("times")
