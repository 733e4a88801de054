"""Printed papers: every paper of both policies filled from records, read back, and refused where
it must be."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from sqlalchemy import select

from casework.printing import desk, html, render, subjects
from casework.printing.contexts import Asking
from casework.printing.subjects import Subject
from engine import load_files
from engine.faults import Fault, Refused
from engine.papers import Paper
from engine.papers.templates import template_faults
from models import Application, AuditRecord, HouseholdItem, Payment
from models.checks import Finding, Measure, Visit
from tests import factories as make
from tests.casework import union_papers
from tests.casework.office import Office, codes, hire, noon, open_funded_office
from tests.ground import Ground

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "tests" / "engine" / "annexes.txt"
LICHENG = "licheng-2010"
UNION = "yonghe-union-2024"
LONG_NAME = "阿依夏木古丽·买买提吐尔逊·阿不都热依木"
ADDRESS = "山东省济南市历城区龙山镇北庄村东街12号院3单元401室"
ASKING = Asking("测试员", date(2010, 12, 20), in_full=True)


@pytest.fixture
def office(ground: Ground) -> Office:
    return ground.use(open_funded_office)


def files_of(policy: str) -> dict[str, bytes]:
    root = ROOT / "rulesets" / policy
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def someone(office: Office, stage: str, rows: int = 2, **given: Any) -> Application:
    """An application of a member with a long name, a long address and so many rows of income."""
    member = make.member(
        office.session,
        office.tree.branch,
        name=given.pop("name", LONG_NAME),
        address=ADDRESS,
        bank_account="6217000000001234567",
    )
    items = [
        HouseholdItem(kind="income", who="王建国", label=f"零工{n}", fen_per_year=100_00 * n)
        for n in range(1, rows + 1)
    ]
    make.household(office.session, member, size=4, items=items)
    form = {"hardship_statement": "常年患病。" * 30, "loss_statement": "房屋失火。" * 30}
    return office.application(stage, member=member, form=form, **given)


def of(office: Office, about: str, *ids: int) -> Subject:
    found = subjects.load(office.session, about, ids)
    assert found is not None
    return found


def paper(office: Office, subject: Subject, paper_id: str) -> Paper:
    found = desk.paper_of(office.session, subject, paper_id)
    assert found is not None
    return found


def filled(office: Office, about: str, paper_id: str, *ids: int) -> str:
    """The words of a paper, read back from the bytes of its Word file."""
    subject = of(office, about, *ids)
    made = desk.filled(office.session, subject, paper(office, subject, paper_id), ASKING)
    return words(render.saved(made.word))


def words(data: bytes) -> str:
    """Every paragraph and cell of a Word file, without spaces."""
    found = Document(io.BytesIO(data))
    texts = [text.text or "" for text in found.element.body.iter() if text.tag.endswith("}t")]
    return "".join("".join(texts).split())


def everything(office: Office) -> Iterator[tuple[str, tuple[int, ...]]]:
    """One of each thing that papers are about, as far along as its papers need."""
    living = someone(office, "transfer")
    sudden = someone(office, "transfer", road="sudden", rows=40)
    on_list = [office.application("notice"), someone(office, "notice")]
    notice = office.post(*on_list)
    filing = office.file(office.application("filing"), someone(office, "filing"))
    entered = office.enter(office.application("screening"))
    batch = office.transfer(living, sudden)
    prepared = office.prepare(living, sudden)
    pair = make.pair(office.session, living.member, sudden.member, skill="大棚种植")
    yield "application", (living.id,)
    yield "application", (sudden.id,)
    yield "applications", (living.id, sudden.id)
    yield "notice", (notice.id,)
    yield "filing", (filing.id,)
    yield "screening", (entered.id,)
    yield "transfer", (batch.id,)
    yield "payments", tuple(one.id for one in prepared)
    yield "payment", (prepared[0].id,)
    yield "pair", (pair.id,)
    yield "member", (living.member_id,)
    yield "measure", (found_fault(office, living).id,)


def found_fault(office: Office, application: Application, **given: Any) -> Measure:
    """A check that found a fault, and the circular that was ordered."""
    visit = Visit(
        application_id=application.id,
        visited_on=date(2010, 12, 22),
        way="home",
        visitors="赵、钱",
        finding=given.pop("finding", Finding.FAULT),
        faults=["paid_short"],
        words="少发一百元，已补发。",
        by_id=office.staff["department_reviewer"].user_id,
        at=noon(22),
    )
    given = {"kind": "circular_criticism", "against": "org_head", "state": "open", **given}
    measure = Measure(visit=visit, **given)
    office.session.add(measure)
    office.session.flush()
    return measure


def test_every_paper_of_the_policy_is_filled_and_leaves_no_tag(office: Office) -> None:
    seen = set()
    for about, ids in everything(office):
        subject = of(office, about, *ids)
        for each in desk.policy_with_papers(office.session, subject.edition).papers.about(about):
            if not desk.fits(subject, each):
                continue
            made = desk.filled(office.session, subject, each, ASKING)
            said = words(render.saved(made.word))
            seen.add(each.id)
            assert "{" not in said, each.id
            assert "}" not in said, each.id
            assert str(html.sheets(made.word).html).count("<article") >= 1
    assert seen == set(subject.policy.papers.papers)


def test_every_paper_of_the_union_is_filled_and_leaves_no_tag(office: Office) -> None:
    seen = set()
    for about, ids in union_papers.everything(office, LONG_NAME):
        subject = of(office, about, *ids)
        if about == "member":
            subject = replace(subject, edition=subject.applications[-1].edition)
        for each in subject.policy.papers.about(about):
            said = words(render.saved(desk.filled(office.session, subject, each, ASKING).word))
            seen.add(each.id)
            assert "{" not in said, each.id
            assert "None" not in said, each.id
            assert LONG_NAME in said, each.id
    assert seen == set(subject.policy.papers.papers)


def test_every_paper_is_filled_for_somebody_of_whom_nothing_is_known(office: Office) -> None:
    bare = make.member(
        office.session, office.tree.branch,
        sex=None, ethnic=None, birth_on=None, joined_on=None, hukou=None, hukou_label=None,
        id_number=None, phone=None, address=None,
    )  # fmt: skip
    for road in ("living", "sudden"):
        application = office.application("application", member=bare, road=road)
        subject = of(office, "application", application.id)
        for each in subject.policy.papers.about("application"):
            if desk.fits(subject, each):
                made = desk.filled(office.session, subject, each, ASKING)
                said = words(render.saved(made.word))
                assert "None" not in said, each.id
                assert "王建国" in said, each.id


@pytest.mark.parametrize(("road", "form"), [("living", "annex_1"), ("sudden", "annex_2")])
def test_r_a1_r_a2_the_annexes_say_what_the_paper_says(
    office: Office, road: str, form: str
) -> None:
    """Every label, title and footnote of the annex stands in the print, in its order."""
    said = filled(office, "application", form, someone(office, "application", road=road, rows=0).id)
    annexes = SOURCE.read_text("utf-8").split("附件")
    wanted = next(part for part in annexes if part.startswith(form[-1])).splitlines()
    at = 0
    for line in wanted:
        text = "".join(line.split()).removeprefix(f"{form[-1]}：")
        if text != "年月日":
            found = said.find(text, at)
            assert found >= 0, (text, said)
            at = found + len(text)


@pytest.mark.parametrize(("road", "form"), [("living", "annex_1"), ("sudden", "annex_2")])
def test_a_word_of_the_form_that_is_changed_in_the_rules_changes_the_paper(
    office: Office, monkeypatch: pytest.MonkeyPatch, road: str, form: str
) -> None:
    """Heading, title, footnote, every field and every box: none of them stands in the template."""
    files = files_of(LICHENG)
    text = files["procedure.yaml"].decode()
    old = load_files(files).procedure.forms[form]
    said = [old.heading, old.label.zh, old.footnote, *(one.label.zh for one in old.boxes)]
    said += [one.label.zh for one in old.fields]
    assert len(said) > 15
    for n, words_ in enumerate(sorted(said, key=len, reverse=True)):
        text = text.replace(f": {words_}", f": {n}改{words_[-2:]}")
    changed = load_files({**files, "procedure.yaml": text.encode()})
    application = someone(office, "application", road=road, rows=0)
    monkeypatch.setattr("casework.printing.cases.policy_of", lambda edition: changed)
    printed = filled(office, "application", form, application.id)
    now = changed.procedure.forms[form]
    new = [now.heading, now.label.zh, now.footnote, *(one.label.zh for one in now.boxes)]
    for one in [*new, *(one.label.zh for one in now.fields)]:
        assert "改" in one
        assert one in printed
    assert all(one not in printed for one in said if len(one) > 4)


def test_r_a3_the_posted_list_keeps_the_words_of_annex_3(office: Office) -> None:
    posted = office.post(office.application("notice"), office.application("notice"))
    said = filled(office, "notice", "annex_3", posted.id)
    annex = SOURCE.read_text("utf-8").split("附件")[3]
    legal = next(line for line in annex.splitlines() if "区委组织部为举报受理单位" in line)
    assert "".join(legal.split("。区委", 1)[1].split()) in said
    assert "姓名性别出生年月入党时间困难原因" in said
    assert "举报电话：88115172。历城区委组织部2010年12月6日" in said


def test_rows_of_income_stand_under_each_other_and_amounts_in_words(office: Office) -> None:
    application = someone(office, "transfer", rows=30)
    subject = of(office, "application", application.id)
    form = paper(office, subject, "annex_1")
    made = desk.filled(office.session, subject, form, ASKING)
    page = str(html.sheets(made.word).html)
    assert page.count("元/年") == 30
    assert page.count("元/年<br>") == 29
    prepared = office.roster(application)
    roster = filled(office, "payments", "roster", *(one.id for one in prepared))
    assert "600.00共1人大写：陆佰元整" in roster
    assert application.member.id_number in roster


def test_r_4_7_a_circular_names_what_was_found_and_other_measures_have_none(
    office: Office,
) -> None:
    application = someone(office, "transfer")
    fault = found_fault(office, application)
    said = filled(office, "measure", "circular", fault.id)
    assert "决定对北庄村党支部党组织负责人予以通报批评" in said
    assert "少发一百元，已补发。" in said
    assert "截留、挪用或未足额发放" in said
    assert "骗取帮扶资金的情况" not in said
    fraud = found_fault(office, application, finding=Finding.FRAUD, against="member")
    assert "骗取的帮扶救助款依规追回" in filled(office, "measure", "circular", fraud.id)
    other = found_fault(office, application, kind="correct")
    who = hire(office.session, "department_leader", office.tree.department)
    assert desk.offered(office.session, of(office, "measure", other.id), who) == []
    assert [one.id for one in desk.offered(office.session, of(office, "measure", fault.id), who)]
    branch = office.staff["branch_clerk"]
    assert desk.offered(office.session, of(office, "measure", fault.id), branch) == []


def test_what_is_typed_cannot_become_a_tag_or_markup(office: Office) -> None:
    nasty = "{{ 7*7 }}<w:p>&amp;\x0b\x07 {% raw %}"
    application = someone(office, "application", name="王<b>")
    application.form = {**application.form, "hardship_statement": nasty}
    office.session.flush()
    subject = of(office, "application", application.id)
    made = desk.filled(office.session, subject, paper(office, subject, "annex_1"), ASKING)
    said = words(render.saved(made.word))
    assert "{{7*7}}<w:p>&amp;{%raw%}" in said
    assert "王<b>" in said
    assert "王&lt;b&gt;" in str(html.sheets(made.word).html)


def test_the_letter_cites_each_clause_with_its_result(office: Office) -> None:
    said = filled(office, "application", "decision_letter", someone(office, "transfer").id)
    assert "二（一）（1）三无对象成立" in said
    assert "二（三）（2）违法违纪受公安机关处罚不成立" in said
    assert "三（一）" in said
    assert "同意，金额为600.00元（陆佰元整）" in said


def test_who_may_not_print_is_refused_and_what_is_printed_is_written_down(office: Office) -> None:
    application = someone(office, "notice")
    subject = of(office, "applications", application.id)
    reply = paper(office, subject, "reply")
    clerk = office.staff["branch_clerk"]
    with pytest.raises(Refused) as refused:
        desk.printed(office.session, subject, reply, by=clerk, at=noon(20), as_file="docx")
    assert codes(refused) == ["paper_not_yours"]
    stranger = hire(office.session, "committee_verifier", office.tree.other_committee)
    with pytest.raises(Refused) as refused:
        desk.printed(office.session, subject, reply, by=stranger, at=noon(20), as_file="docx")
    assert codes(refused) == ["paper_not_yours"]
    reviewer = office.staff["department_reviewer"]
    desk.printed(office.session, subject, reply, by=reviewer, at=noon(20), as_file="docx")
    last = office.session.scalars(select(AuditRecord).order_by(AuditRecord.seq.desc())).first()
    assert last is not None
    assert (last.action, last.data["ids"]) == ("look:print:reply", [application.id])


def test_a_reply_waits_until_there_is_something_to_reply(office: Office) -> None:
    subject = of(office, "applications", office.application("committee_verify").id)
    reviewer = office.staff["department_reviewer"]
    assert "reply" not in {one.id for one in desk.offered(office.session, subject, reviewer)}
    with pytest.raises(Refused) as refused:
        reply = paper(office, subject, "reply")
        desk.printed(office.session, subject, reply, by=reviewer, at=noon(20), as_file="html")
    assert codes(refused) == ["paper_not_yet"]


# -- templates that staff have edited


def with_words(data: bytes, old: str, new: str) -> bytes:
    """A Word file with a text of its body replaced, as an editor would leave it."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(result, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "word/document.xml":
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode(), 1)
            after.writestr(name, content)
    return result.getvalue()


def faults(policy: str, template: str, change: Any) -> list[Fault]:
    files = files_of(policy)
    name = f"papers/{template}.docx"
    files[name] = change(files[name])
    return template_faults(load_files(files))


@pytest.mark.parametrize("policy", [LICHENG, UNION])
def test_the_templates_of_both_policies_ask_only_for_what_exists(policy: str) -> None:
    assert template_faults(load_files(files_of(policy))) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "named"),
    [
        ("{{ form.name }}", "{{ form.nmae }}", "paper_unknown_field", "form.nmae"),
        ("{{ form.name }}", "{{ member.wage }}", "paper_unknown_field", "member.wage"),
        ("{{ form.name }}", "{{ member }}", "paper_not_one_text", "member"),
        ("{{ form.name }}", "{{ form.name ", "paper_broken_tag", None),
        ("{{ form.name }}", "{{ form.name | upper }}", "paper_unknown_filter", None),
        ("{{ form.name }}", "{{ member.name.__class__ }}", "paper_unknown_field", None),
        ("{{ form.name }}", "{{ range(9) }}", "paper_not_allowed", None),
        ("{{ form.name }}", "{% set x = 1 %}", "paper_not_allowed", None),
        ("{{ form.name }}", "{{ 'x' * 9999 }}", "paper_not_allowed", None),
    ],
)
def test_a_wrong_template_names_the_paper_and_the_field(
    old: str, new: str, code: str, named: str | None
) -> None:
    found = faults(LICHENG, "annex_1", lambda data: with_words(data, old, new))
    assert [fault.code for fault in found] == [code]
    assert found[0].where == "papers/annex_1.docx"
    assert found[0].params["paper"].zh == "困难党员帮扶救助申请表"
    assert named is None or found[0].params["field"] == named


def test_all_faults_of_all_papers_are_said_at_once() -> None:
    files = files_of(LICHENG)
    for template in ("annex_1", "annex_2"):
        name = f"papers/{template}.docx"
        for old, new in (("form.name", "form.wrong"), ("form.sex", "form.bad")):
            files[name] = with_words(files[name], old, new)
    assert len(template_faults(load_files(files))) == 4


def test_what_is_no_harmless_word_file_is_refused() -> None:
    def with_macro(data: bytes) -> bytes:
        result = io.BytesIO(data)
        with zipfile.ZipFile(result, "a") as archive:
            archive.writestr("word/vbaProject.bin", b"x")
        return result.getvalue()

    def bomb(data: bytes) -> bytes:
        result = io.BytesIO(data)
        with zipfile.ZipFile(result, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/media/big.bin", b"\0" * (30 << 20))
        return result.getvalue()

    for change, code in (
        (lambda _data: b"not a zip", "paper_not_word"),
        (lambda data: data[: len(data) // 2], "paper_not_word"),
        (with_macro, "paper_unsafe"),
        (bomb, "paper_too_large"),
    ):
        assert [fault.code for fault in faults(LICHENG, "roster", change)] == [code]


def test_an_unknown_template_road_or_part_is_a_fault_with_its_place() -> None:
    files = files_of(LICHENG)
    text = files["papers.yaml"].decode()
    text = text.replace("template: annex_1.docx", "template: anex_1.docx")
    text = text.replace("roads: [sudden]", "roads: [suden]").replace(
        "paper: receipt", "paper: reciept"
    )
    files["papers.yaml"] = text.encode()
    with pytest.raises(Refused) as refused:
        load_files(files)
    assert {fault.code for fault in refused.value.faults} == {"paper_no_template", "unknown_name"}
    assert all((fault.where or "").startswith("papers.yaml:") for fault in refused.value.faults)


def test_an_unchecked_template_still_reaches_nothing_but_its_values() -> None:
    template = with_words(
        files_of(LICHENG)["papers/annex_1.docx"],
        "{{ form.name }}",
        "[{{ form.__class__ }}{{ form.items }}{{ form.values() if false }}{{ lipsum }}]",
    )
    policy = load_files(files_of(LICHENG))
    made = render.fill(policy.papers.papers["annex_1"], template, {"form": {"name": "王"}})
    assert "[]" in words(render.saved(made))


def test_papers_of_an_edition_without_any_are_those_of_the_newest_with_some(office: Office) -> None:
    application = office.application("application")
    bare = {n: d for n, d in files_of(LICHENG).items() if not n.startswith("papers")}
    from casework import editions

    older = load_files(bare)
    application.edition = make.edition(
        office.session, files=editions.pack(bare), digest=older.digest,
        in_force_from=date(2009, 1, 1), in_force_to=date(2010, 6, 6),
    )  # fmt: skip
    office.session.flush()
    subject = of(office, "application", application.id)
    assert paper(office, subject, "annex_1").template == "papers/annex_1.docx"


def test_a_list_of_one_policy_only(office: Office) -> None:
    one = office.application("notice")
    assert subjects.load(office.session, "applications", [one.id, 10**9]) is None
    assert subjects.load(office.session, "nonsense", [one.id]) is None
    assert subjects.load(office.session, "notice", []) is None
    assert office.session.scalars(select(Payment)).all() == []
    assert replace(ASKING, in_full=False).in_full is False
