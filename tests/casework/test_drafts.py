"""Drafting a policy: exact changes, every fault, two persons, and applications before and after."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from casework import assessments, drafts, editions, policy_changes, policy_edits, policy_impact
from casework.dated_values import FILE
from casework.drafts import Make
from casework.policy_check import check
from casework.policy_form import by_address, ordered, rule_files, values, words
from casework.rule_text import leaves
from engine.faults import Refused
from engine.labels import Label
from models import AuditRecord, DraftState, Edition, PolicyDraft
from models.audit import verify
from tests.casework.bureau import (
    LICHENG,
    NOW,
    ROOT,
    Bureau,
    applicant,
    licheng,
    refusal,
    register,
    walk,
)
from tests.factories import TODAY

CODE = "licheng-2010"
NEW_YEAR = date(2011, 1, 1)
DAYS = "procedure.yaml/notice/days/at_least"
DEARER = policy_edits.value_from("living_amount", NEW_YEAR, {"": "700"}, earliest=TODAY)


def union() -> dict[str, bytes]:
    return editions.read_folder(ROOT / "rulesets" / "yonghe-union-2024")


def seen(bureau: Bureau, code: str = CODE) -> str:
    """What a page opened now would carry."""
    draft = drafts.open_draft(bureau.session, code)
    return drafts.stamp(draft, drafts.basis(bureau.session, code))


def change(
    bureau: Bureau, make: Make, *, by: str = "officer", expected: str = "", whole: bool = False
) -> PolicyDraft:
    return drafts.change(
        bureau.session,
        CODE,
        make,
        expected=expected or seen(bureau),
        by=bureau[by],
        at=NOW,
        whole_file=whole,
    )


def propose(
    bureau: Bureau,
    draft: PolicyDraft,
    on: date | None = NEW_YEAR,
    note: str = "区委文件",
    **kw: str,
) -> PolicyDraft:
    return drafts.propose(
        bureau.session,
        draft,
        on,
        note,
        expected=kw.get("expected", seen(bureau)),
        by=bureau[kw.get("by", "officer")],
        at=NOW,
    )


def sign(bureau: Bureau, draft: PolicyDraft, by: str = "leader") -> Edition:
    return drafts.sign(bureau.session, draft, expected=seen(bureau), by=bureau[by], at=NOW)


def decided(bureau: Bureau) -> None:
    """One decision stands, so that the values of the past are history."""
    application = register(bureau)
    checked = assessments.assess_now(bureau.session, application)
    assessments.record_decision(
        bureau.session, application, checked, "entry", by=bureau["clerk"], at=NOW
    )


# ---- the files --------------------------------------------------------------------------------


def test_a_new_value_is_the_only_thing_that_changes_in_the_file(bureau: Bureau) -> None:
    draft = change(bureau, DEARER)
    before, after = licheng(), drafts.files_of(draft)
    wanted = before[FILE].replace(b"2010-06-07: 600}", b"2010-06-07: 600, 2011-01-01: 700}")
    assert after == {**before, FILE: wanted}


def test_a_value_by_choice_becomes_a_line_of_its_own_below_the_one_before(bureau: Bureau) -> None:
    make = policy_edits.value_from(
        "living_line", NEW_YEAR, {"urban": "400", "rural": "180.50"}, earliest=TODAY, confirmed=True
    )
    text = drafts.files_of(change(bureau, make))[FILE].decode()
    line = "  2010-01-01: {urban: 360, rural: 150}\n"
    assert line + "  2011-01-01: {urban: 400, rural: 180.50}\n" in text
    assert "placeholder: no          # the district sets it" in text, "the comment stays"


@pytest.mark.parametrize("files", [licheng(), union()], ids=["licheng", "union"])
def test_every_value_of_a_form_can_be_set_and_set_back_to_the_same_bytes(
    files: Mapping[str, bytes],
) -> None:
    odd = "改：甲、{乙} # “丙” 'x' \"y\""
    plain = {word.address: word.text for word in words(files)}
    changed = policy_edits.typed(dict.fromkeys(plain, odd))(files)
    assert {word.text for word in words(changed)} == {odd}
    assert [len(text.splitlines()) for text in changed.values()] == [
        len(text.splitlines()) for text in files.values()
    ]
    again = policy_edits.typed(plain)(changed)
    assert {word.address: word.text for word in words(again)} == plain


OTHER = {"integer": "2", "money": "123.50", "number": "-7.5"}


@pytest.mark.parametrize(
    "folder", sorted(one.name for one in LICHENG.parent.iterdir()), ids=lambda name: name[:7]
)
def test_every_figure_and_switch_of_every_policy_can_be_set_and_set_back(folder: str) -> None:
    files = editions.read_folder(LICHENG.parent / folder)
    found = {one.address: one for one in values(files)}
    wanted = {}
    for address, one in found.items():
        options = one.kind.options or (("yes", "no") if one.kind.name == "yes_no" else ())
        other = next((text for text in options if text != one.text), None)
        if one.kind.name != "text":  # texts are in the test above
            wanted[address] = other or OTHER[one.kind.name]
    changed = policy_edits.typed(wanted)(files)
    assert {a: v.text for a, v in by_address(changed).items() if a in wanted} == wanted
    assert policy_edits.typed({a: found[a].text for a in wanted})(changed) == files
    plain = re.compile(r"-?[0-9]+([.][0-9]+)?\Z")
    beyond = [
        (name, *path)
        for name, file in rule_files(files).items()
        if name not in ("clauses.yaml", "exchange.yaml", FILE)
        for path, text in leaves(file.root).items()
        if plain.match(text)
        and path[-1] not in ("clause", "row", "level")
        and "/".join((name, *path)) not in found
        and not (path[-4:-2] == ("table", "rows") or path[-3:-1] == ("lookup", "values"))
    ]
    assert beyond == [], "a number that only somebody who reads rule files could change"


def test_what_a_table_gives_is_set_by_the_words_of_its_row() -> None:
    files = editions.read_folder(LICHENG.parent / "huaishu-grades-2025")
    found = {one.address: one for one in values(files)}
    cell = found["amounts.yaml/values/yearly/table/rows/1/2"]
    assert (cell.kind.name, cell.text, cell.clause) == ("money", "5200", "5")
    assert [str(part.zh) if isinstance(part, Label) else part for part in cell.trail] == [
        "年帮扶金", "一级 · 3至4",
    ]  # fmt: skip
    made = policy_edits.typed({cell.address: "5300"})(files)
    was, now = files["amounts.yaml"], made["amounts.yaml"]
    assert now == was.replace("- [一级, 3至4, 5200]".encode(), "- [一级, 3至4, 5300]".encode())
    for text, code in (("-1", "expected_money"), ("五千", "expected_money")):
        with pytest.raises(Refused) as refused:
            policy_edits.typed({cell.address: text})(files)
        assert [fault.code for fault in refused.value.faults] == [code]
    points = "eligibility.yaml/other_points/table/rows/car/then"
    assert found[points].kind.name == "number"
    with pytest.raises(Refused) as refused:
        policy_edits.typed({points: "很少"})(files)
    assert [fault.code for fault in refused.value.faults] == ["expected_number"]


def test_windows_line_ends_and_a_byte_order_mark_stay_as_they_were() -> None:
    files = {n: b"\xef\xbb\xbf" + d.replace(b"\n", b"\r\n") for n, d in licheng().items()}
    made = policy_edits.typed({DAYS: "7"})(DEARER(files))
    assert made[FILE] == files[FILE].replace(b": 600}", b": 600, 2011-01-01: 700}")
    assert made["procedure.yaml"] == files["procedure.yaml"].replace(
        b"{at_least: 5,", b"{at_least: 7,"
    )


def test_reasons_change_places_and_comments_stay_on_their_lines() -> None:
    files = dict(licheng())
    line = b"when: cause_illness or sudden_major_illness}"
    files["procedure.yaml"] = files["procedure.yaml"].replace(line, line + b" # first")
    made = policy_edits.item_moved("notice/reasons", "disaster", up=True)(files)
    assert [name for name, _ in ordered(made)[0].items][:2] == ["disaster", "illness"]
    text = made["procedure.yaml"].decode()
    assert "when: cause_disaster} # first" in text
    back = policy_edits.item_moved("notice/reasons", "illness", up=True)(made)
    assert back == files


def test_the_unions_policy_has_a_form_of_its_own_by_its_files_alone() -> None:
    found = {value.address: value for value in values(union())}
    assert found[DAYS].text == "3"
    assert found["procedure.yaml/notice/days/of"].text == "working"
    assert found["procedure.yaml/notice/place"].kind.options == ("workplace", "other")
    assert "procedure.yaml/deadlines/visit_due/days" in found
    assert not any("report_due" in address for address in found)


def test_what_was_typed_wrongly_is_told_all_at_once_and_nothing_is_stored(bureau: Bureau) -> None:
    wrong = {
        DAYS: "0",
        "procedure.yaml/deadlines/report_due/days": "three",
        "procedure.yaml/deadlines/report_due/of": "lunar",
        "procedure.yaml/notice/hotline": " ",
        "procedure.yaml/nowhere": "1",
    }
    codes = refusal(lambda: change(bureau, policy_edits.typed(wrong)))
    assert codes == {
        "out_of_range",
        "expected_integer",
        "expected_choice",
        "value_text",
        "no_such_value",
    }
    assert drafts.open_draft(bureau.session, CODE) is None


@pytest.mark.parametrize("text", ["\u202e", "\u200b\u200d", "8811\u202e5172", "\u2067八八"])
def test_a_text_that_is_printed_shows_on_paper_what_it_is(bureau: Bureau, text: str) -> None:
    typed = {"procedure.yaml/notice/hotline": text, "procedure.yaml/notice/issuer": text}
    with pytest.raises(Refused) as caught:
        change(bureau, policy_edits.typed(typed))
    found = {(fault.code, fault.where) for fault in caught.value.faults}
    assert found == {("value_text", address) for address in typed}
    assert drafts.open_draft(bureau.session, CODE) is None


@pytest.mark.parametrize("text", ["2000.011", "", "-1", "七百", "1e3"])
def test_an_amount_that_is_none_is_refused(bureau: Bureau, text: str) -> None:
    make = policy_edits.value_from("living_amount", NEW_YEAR, {"": text}, earliest=TODAY)
    assert refusal(lambda: change(bureau, make)) <= {"expected_money", "value_needed"}


def test_a_form_cannot_bring_a_fault_into_files_that_were_good(bureau: Bureau) -> None:
    make = policy_edits.typed({"procedure.yaml/notice/closing": "公示期为{perod}。"})
    with pytest.raises(Refused) as caught:
        change(bureau, make)
    assert str(caught.value.faults[0].where).startswith("procedure.yaml:")
    assert drafts.open_draft(bureau.session, CODE) is None


# ---- history ----------------------------------------------------------------------------------


def test_a_value_that_was_decided_upon_is_followed_and_never_changed(bureau: Bureau) -> None:
    decided(bureau)
    on = date(2010, 6, 7)
    change_it = policy_edits.value_from("living_amount", on, {"": "700"}, earliest=TODAY)
    assert refusal(lambda: change(bureau, change_it)) == {"value_is_history"}
    yesterday = policy_edits.value_from(
        "living_amount", TODAY - timedelta(1), {"": "700"}, earliest=TODAY
    )
    assert refusal(lambda: change(bureau, yesterday)) == {"value_in_past"}
    draft = change(
        bureau,
        policy_edits.file_replaced(FILE, licheng()[FILE].replace(b"600", b"700")),
        whole=True,
    )
    assert "value_is_history" in refusal(lambda: propose(bureau, draft))


def test_before_any_decision_a_placeholder_is_put_right_in_place(bureau: Bureau) -> None:
    make = policy_edits.value_from(
        "living_line",
        date(2010, 1, 1),
        {"urban": "360", "rural": "160"},
        earliest=None,
        confirmed=True,
    )
    assert b"2010-01-01: {urban: 360, rural: 160}" in drafts.files_of(change(bureau, make))[FILE]


def test_a_value_added_in_the_draft_can_be_taken_out_again(bureau: Bureau) -> None:
    change(bureau, policy_edits.typed({DAYS: "7"}))
    change(bureau, DEARER)
    draft = change(bureau, policy_edits.value_taken_out("living_amount", NEW_YEAR))
    assert drafts.files_of(draft)[FILE] == licheng()[FILE]


def test_a_value_can_end_and_nothing_is_deleted(bureau: Bureau) -> None:
    make = policy_edits.value_from("living_amount", NEW_YEAR, {}, earliest=TODAY)
    text = drafts.files_of(change(bureau, make))[FILE].decode()
    assert "2010-06-07: 600, 2011-01-01: ended}" in text


def test_an_edition_that_starts_after_its_new_value_is_refused(bureau: Bureau) -> None:
    decided(bureau)
    draft = change(bureau, DEARER)
    late = NEW_YEAR + timedelta(1)
    assert refusal(lambda: propose(bureau, draft, late)) == {"value_before_edition"}


# ---- the road of a draft ----------------------------------------------------------------------


def test_applications_after_the_day_get_the_new_amount_and_those_before_the_old(
    bureau: Bureau,
) -> None:
    before = walk(bureau, register(bureau), "department_review")
    draft = propose(bureau, change(bureau, DEARER), TODAY + timedelta(1))
    edition = sign(bureau, draft)
    assert (draft.state, draft.edition_id) == (DraftState.PUBLISHED, edition.id)
    fixed = assessments.assess_now(bureau.session, before).fixed_fen
    assert fixed == 60000
    for day, fen in ((date(2010, 12, 31), 60000), (NEW_YEAR, 70000)):
        found, policy = editions.in_force(bureau.session, CODE, day)
        assert found.id == edition.id
        assert policy.parameter("living_amount", day) == fen


def test_until_it_is_signed_the_edition_in_force_stays(bureau: Bureau) -> None:
    propose(bureau, change(bureau, DEARER))
    assert bureau.session.scalars(select(Edition.id)).all() == [bureau.edition.id]


def test_nobody_signs_what_he_put_forward_himself(bureau: Bureau) -> None:
    draft = propose(bureau, change(bureau, DEARER))
    assert refusal(lambda: sign(bureau, draft, "officer")) == {"draft_own"}
    assert refusal(lambda: sign(bureau, draft, "clerk")) == {"not_permitted"}
    assert sign(bureau, draft, "second_officer").signed_by_id == bureau["second_officer"].user_id


def test_a_broken_file_is_kept_in_the_draft_and_cannot_be_put_forward(bureau: Bureau) -> None:
    broken = licheng()["amounts.yaml"].replace(b"mode: fixed", b"mode: fixd", 1)
    draft = change(bureau, policy_edits.file_replaced("amounts.yaml", broken), whole=True)
    with pytest.raises(Refused) as caught:
        propose(bureau, draft)
    assert [str(f.where) for f in caught.value.faults if f.code == "expected_choice"] == [
        f"amounts.yaml:2:{licheng()['amounts.yaml'].decode().splitlines()[1].index('fixed') + 1}"
    ]
    assert drafts.basis(bureau.session, CODE).id == bureau.edition.id


def test_a_draft_whose_cases_fail_cannot_be_put_forward(bureau: Bureau) -> None:
    make = policy_edits.value_from("living_amount", date(2010, 6, 7), {"": "700"}, earliest=None)
    draft = change(bureau, make)
    found = check(drafts.files_of(draft))
    assert found.failing
    assert all(str(fault.where).startswith("cases/") for fault in found.failing)
    assert refusal(lambda: propose(bureau, draft)) == {"case_failed"}


def test_day_note_and_content_are_all_asked_at_once(bureau: Bureau) -> None:
    make = policy_edits.file_replaced("cases/more.yaml", licheng()["cases/living.yaml"])
    draft = change(bureau, make, whole=True)
    codes = refusal(lambda: propose(bureau, draft, None, " "))
    assert codes >= {"draft_first_day", "draft_note", "draft_nothing", "case_twice"}
    again = change(bureau, policy_edits.typed({DAYS: "7"}))
    assert "draft_starts_in_past" in refusal(lambda: propose(bureau, again, TODAY - timedelta(1)))


def test_a_draft_that_was_put_forward_is_not_changed_until_it_is_taken_back(bureau: Bureau) -> None:
    draft = propose(bureau, change(bureau, DEARER))
    assert refusal(lambda: change(bureau, policy_edits.typed({DAYS: "7"}))) == {"draft_proposed"}

    def back(by: str, reason: str) -> None:
        drafts.take_back(
            bureau.session, draft, reason, expected=seen(bureau), by=bureau[by], at=NOW
        )

    assert refusal(lambda: back("leader", "")) == {"draft_reason"}
    back("leader", "请附文件")
    assert (draft.state, draft.returned_reason) == (DraftState.EDITING, "请附文件")
    propose(bureau, draft)
    back("officer", "")
    assert draft.state == DraftState.EDITING


def test_a_page_that_is_out_of_date_changes_nothing(bureau: Bureau) -> None:
    old = seen(bureau)
    draft = change(bureau, DEARER, expected=old)
    files = drafts.files_of(draft)
    other = policy_edits.typed({DAYS: "7"})
    assert refusal(lambda: change(bureau, other, by="second_officer", expected=old)) == {
        "draft_stale"
    }
    assert refusal(lambda: propose(bureau, draft, expected=old)) == {"draft_stale"}
    assert drafts.files_of(draft) == files


def test_a_draft_on_an_edition_that_was_followed_is_not_put_forward(bureau: Bureau) -> None:
    draft = change(bureau, policy_edits.typed({DAYS: "7"}))
    editions.publish(
        bureau.session,
        DEARER(licheng()),
        from_on=TODAY,
        proposed_by=bureau["second_officer"],
        signed_by=bureau["leader"],
        at=NOW,
    )
    assert refusal(lambda: propose(bureau, draft)) == {"draft_outdated"}


def test_a_draft_may_return_to_what_an_older_edition_said(bureau: Bureau) -> None:
    sign(bureau, propose(bureau, change(bureau, policy_edits.typed({DAYS: "7"})), TODAY))
    back = policy_edits.typed({DAYS: "5"})
    edition = sign(bureau, propose(bureau, change(bureau, back), NEW_YEAR))
    assert editions.files_of(edition)["procedure.yaml"] == licheng()["procedure.yaml"]


def test_a_withdrawn_draft_stays_on_record_and_makes_room(bureau: Bureau) -> None:
    draft = change(bureau, DEARER)
    drafts.withdraw(bureau.session, draft, expected=seen(bureau), by=bureau["officer"], at=NOW)
    assert drafts.open_draft(bureau.session, CODE) is None
    assert change(bureau, DEARER, by="second_officer").id != draft.id
    assert draft.state == DraftState.WITHDRAWN


def test_everything_is_in_the_audit_log(bureau: Bureau) -> None:
    sign(bureau, propose(bureau, change(bureau, DEARER)))
    actions = bureau.session.scalars(select(AuditRecord.action).order_by(AuditRecord.seq)).all()
    assert actions[-3:] == ["policy.draft_change", "policy.draft_propose", "policy.publish"]
    assert verify(bureau.session) == []


def test_only_who_may_propose_changes_a_draft(bureau: Bureau) -> None:
    for who in ("leader", "clerk", "administrator"):
        assert refusal(lambda who=who: change(bureau, DEARER, by=who)) == {"not_permitted"}


def test_a_name_that_is_no_rule_file_is_refused(bureau: Bureau) -> None:
    for name in ("../x.yaml", "cases/../x.yaml", "notes.txt", "cases/x.py"):
        make = policy_edits.file_replaced(name, b"x: 1\n")
        assert refusal(lambda make=make: change(bureau, make, whole=True)) == {"draft_file_name"}


# ---- differences and effects ------------------------------------------------------------------


def test_differences_say_which_value_from_what_to_what_by_which_clause() -> None:
    files = policy_edits.typed(
        {DAYS: "7", "procedure.yaml/forms/annex_1/fields/phone/zh": "手机号码（必填）"}
    )(DEARER(licheng()))
    files = policy_edits.item_moved("notice/reasons", "disaster", up=True)(files)
    found = {(c.kind, c.key): c for c in policy_changes.changes(licheng(), files)}
    value = found["value", "living_amount"]
    assert (value.before, value.after) == (((None, "600"),), ((None, "700"),))
    assert (value.since, value.clause, value.trail[0].zh) == (NEW_YEAR, "3.1", "帮扶款")
    days = found["changed", "at_least"]
    assert (days.before[0][1], days.after[0][1], days.clause) == ("5", "7", "4.3")
    assert [label.zh for label, _ in found["order", "reasons"].after][:2] == ["因灾", "因病"]
    assert found["changed", "zh"].trail[-1].zh == "联系电话（必填）"
    assert len(found) == 4


def test_a_new_rule_is_one_difference_however_many_lines_it_has() -> None:
    files = dict(licheng())
    files["exclusions.yaml"] += (
        b'- {id: rich, clause: "2.3.4", zh: \xe5\xaf\x8c, en: Rich, when: income_year > 100000}\n'
    )
    (only,) = policy_changes.changes(licheng(), files)
    assert (only.kind, only.file, only.clause) == ("added", "exclusions.yaml", "2.3.4")
    (diff,) = policy_changes.file_diffs(licheng(), files)
    assert next(line for sign, line in diff.lines if sign == "+").startswith("- {id: rich")


def test_the_effect_is_counted_on_open_applications_without_a_name(bureau: Bureau) -> None:
    for member in (applicant(bureau, name="王某"), applicant(bureau)):
        walk(bureau, register(bureau, member), "department_review")
    register(bureau, road="sudden")
    old, new = (check(files).policy for files in (licheng(), DEARER(licheng())))
    assert old is not None
    assert new is not None
    found = policy_impact.impact(bureau.session, old, new, NEW_YEAR, by=bureau["officer"])
    assert (found.tried, found.other_amount, found.more) == (3, 2, 0)
    assert not found.moves
    assert found.after.least_fen - found.before.least_fen == 2 * 10000
    assert "王某" not in str(found)
    same_year = policy_impact.impact(bureau.session, old, new, TODAY, by=bureau["officer"])
    assert same_year.other_amount == 0


def test_the_effect_is_for_who_proposes_or_signs(bureau: Bureau) -> None:
    policy = check(licheng()).policy
    assert policy is not None
    codes = refusal(
        lambda: policy_impact.impact(bureau.session, policy, policy, TODAY, by=bureau["clerk"])
    )
    assert codes == {"not_permitted"}


def test_no_name_of_this_policy_stands_in_the_modules() -> None:
    modules = [*Path(ROOT / "casework").glob("policy_*.py"), ROOT / "casework" / "drafts.py"]
    text = "".join(path.read_text("utf-8") for path in modules)
    for name in ("living_", "annex_", "sudden", "licheng", "report_due", "600"):
        assert name not in text
