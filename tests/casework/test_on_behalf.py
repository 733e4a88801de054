"""R-4.2.1 and requirements §5: the committee's clerk enters from the branch's sealed, scanned form; the
entry is marked, somebody else compares it with the paper; originals are seen one by one (R-4.1.6);
corrections keep both versions."""

from collections.abc import Mapping

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework import behalf, members, originals, paper_checks, steps, worksheets
from casework.history import events_of
from casework.paper_checks import Verdict
from engine.faults import Refused
from models import Application, Attachment, CaseEvent
from models.members import ItemKind
from tests.casework.bureau import (
    Bureau,
    open_bureau,
    prepare,
    refusal,
    register,
    save,
    store,
    take,
    walk,
)
from tests.factories import NOW

FORM = {"hardship_statement": "常年无劳动能力，生活困难。", "other_subsidy": "无"}


@pytest.fixture
def bureau(session: Session) -> Bureau:
    return open_bureau(session)


def entered(bureau: Bureau) -> Application:
    """Entered by the committee's clerk as far as the form leaves the branch."""
    application = register(bureau, by="committee_clerk")
    take(bureau, application, by="committee_clerk")
    take(bureau, application, by="committee_clerk")
    save(bureau, application, by="committee_clerk", form=FORM)
    return application


def with_scan(bureau: Bureau) -> Application:
    """The same, handed up with the scan of the sealed form."""
    application = entered(bureau)
    store(bureau, application, "sealed_form")
    take(bureau, application, by="committee_clerk")
    save(bureau, application, by="verifier", facts={"excl_org_unsuitable": False})
    return application


def say(
    bureau: Bureau, application: Application, by: str = "verifier", **verdicts: Verdict
) -> None:
    """Every item agrees but those named (dots as two underscores)."""
    said = {one.id: Verdict(True) for one in paper_checks.items(bureau.session, application)}
    said |= {name.replace("__", "."): verdict for name, verdict in verdicts.items()}
    paper_checks.record(
        bureau.session,
        application,
        said,
        by=bureau[by],
        at=NOW,
        expected_version=application.version,
    )


def test_the_scan_is_demanded_and_the_entry_is_marked_with_who_and_when(bureau: Bureau) -> None:
    application = entered(bureau)
    assert refusal(lambda: take(bureau, application, by="committee_clerk")) == {
        "behalf_scan_missing"
    }
    # nor can the branch's secretary hand up what was entered for the branch without its paper
    assert refusal(lambda: take(bureau, application, by="secretary")) == {"behalf_scan_missing"}
    store(bureau, application, "sealed_form")
    take(bureau, application, by="committee_clerk")
    made = behalf.entered(bureau.session, application)
    assert [(one.by.display_name, one.at) for one in made] == [("committee_clerk", NOW)]
    marked = [e.verb for e in events_of(bureau.session, application) if e.data.get("on_behalf")]
    assert marked == ["register", "complete", "complete", "save", "complete"]


def test_what_the_branch_enters_itself_needs_neither_scan_nor_comparison(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "committee_verify")
    assert behalf.entered(bureau.session, application) == []
    prepare(bureau, application)
    assert take(bureau, application).stage == "department_review"


def test_nothing_is_verified_before_somebody_else_compared_every_item(bureau: Bureau) -> None:
    application = with_scan(bureau)
    assert refusal(lambda: take(bureau, application)) == {"comparison_open"}
    assert refusal(lambda: say(bureau, application, "committee_clerk")) == {"wrong_role"}
    assert refusal(lambda: say(bureau, application, "other_verifier")) == {"out_of_scope"}
    half = {"form.name": Verdict(True), "form.phone": Verdict(True)}
    paper_checks.record(
        bureau.session,
        application,
        half,
        by=bureau["verifier"],
        at=NOW,
        expected_version=application.version,
    )
    with pytest.raises(Refused) as caught:
        take(bureau, application)
    (fault,) = caught.value.faults
    named = {label.zh for label in fault.params["fields"]}  # type: ignore[attr-defined]
    assert "身份证号码（准确无误）" in named
    assert "党支部意见" in named
    assert "姓名" not in named
    say(bureau, application)
    assert take(bureau, application).stage == "department_review"


def test_who_entered_on_behalf_never_compares_in_another_role(bureau: Bureau) -> None:
    application = with_scan(bureau)
    grant = bureau["committee_clerk"]
    both = type(grant)(
        grant.user_id, grant.name, (*grant.roles, *bureau["verifier"].roles), grant.member_id
    )
    assert [f.code for f in paper_checks.faults(bureau.session, application, both)] == [
        "comparison_own"
    ]


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ({}, "comparison_none"),
        ({"form.phone": Verdict(False)}, "comparison_comment"),
        ({"form.shoe_size": Verdict(True)}, "comparison_unknown"),
        ({"form.phone": Verdict(False, "字" * 501)}, "reason_too_long"),
    ],
)
def test_a_comparison_says_what_is_wrong_with_it(
    bureau: Bureau, verdicts: Mapping[str, Verdict], code: str
) -> None:
    application = with_scan(bureau)

    def record(version: int) -> None:
        paper_checks.record(
            bureau.session,
            application,
            verdicts,
            by=bureau["verifier"],
            at=NOW,
            expected_version=version,
        )

    assert refusal(lambda: record(application.version)) == {code}
    assert refusal(lambda: record(application.version - 1)) == {code, "stale_page"}


def test_a_difference_is_returned_corrected_with_both_versions_and_compared_again(
    bureau: Bureau,
) -> None:
    application = with_scan(bureau)
    say(bureau, application, form__hardship_statement=Verdict(False, "表上写的是“长期患病”"))
    codes = refusal(lambda: take(bureau, application))
    assert codes == {"comparison_differs"}
    why = "困难状况说明与原表不一致"
    steps.send_back(
        bureau.session,
        application,
        "branch_check",
        why,
        by=bureau["verifier"],
        at=NOW,
        expected_version=application.version,
    )
    save(bureau, application, by="committee_clerk", form={"hardship_statement": "长期患病。"})
    (correction,) = [e for e in events_of(bureau.session, application)[-1:] if e.verb == "save"]
    assert correction.data["form"] == {
        "hardship_statement": ["常年无劳动能力，生活困难。", "长期患病。"]
    }
    assert (correction.by.display_name, correction.reason) == ("committee_clerk", why)  # type: ignore[union-attr]
    take(bureau, application, by="committee_clerk")
    left = [
        one.item.id for one in paper_checks.compared(bureau.session, application) if not one.stands
    ]
    assert left == ["form.hardship_statement"]  # what has not changed need not be compared again
    assert refusal(lambda: take(bureau, application)) == {"comparison_open"}
    say(bureau, application)
    assert take(bureau, application).stage == "department_review"


def test_a_new_scan_is_compared_anew_and_earlier_verdicts_stay_on_record(bureau: Bureau) -> None:
    application = with_scan(bureau)
    say(bureau, application)
    store(bureau, application, "sealed_form")
    assert refusal(lambda: take(bureau, application)) == {"comparison_open"}
    with pytest.raises(IntegrityError, match="append-only"):
        bureau.session.execute(text("DELETE FROM paper_comparison"))


def test_the_file_of_the_member_corrected_meanwhile_is_in_the_history_with_both_versions(
    bureau: Bureau,
) -> None:
    application = walk(bureau, register(bureau), "committee_verify")
    member = application.member
    was = member.phone
    members.update(
        bureau.session,
        member,
        {"phone": "13900008888", "address": "新村1号"},
        by=bureau["clerk"],
        at=NOW,
        expected_version=member.version,
    )
    household = member.household
    assert household is not None
    assert was is not None
    rows = [
        worksheets.ItemRow(ItemKind.INCOME, "务农", 300_000, id=household.items[0].id, proof="账本")
    ]
    worksheets.put(
        bureau.session,
        member,
        size=3,
        persons=[],
        items=rows,
        by=bureau["clerk"],
        at=NOW,
        expected_version=household.version,
        note="核实后更正",
    )
    changed, sheet = bureau.session.scalars(
        select(CaseEvent).where(CaseEvent.verb == "file_corrected").order_by(CaseEvent.seq)
    )
    assert changed.data["file"]["phone"] == [f"{was[:3]}****{was[-4:]}", "139****8888"]
    assert changed.by_id == bureau.users["clerk"].id
    assert sheet.data["file"]["size"] == [2, 3]
    assert sheet.reason == "核实后更正"
    assert "3000" in str(sheet.data["file"]["income"][1])


def test_originals_are_recorded_paper_by_paper_before_the_record_says_yes(bureau: Bureau) -> None:
    """R-4.1.6"""
    application = walk(bureau, register(bureau, road="sudden"), "committee_verify")
    save(bureau, application, by="verifier", facts={"excl_org_unsuitable": False})
    assert refusal(lambda: take(bureau, application)) == {"original_unchecked"}
    scan = bureau.session.scalars(
        select(Attachment).where(Attachment.application_id == application.id)
    ).one()

    def check(by: str) -> None:
        originals.check(bureau.session, application, scan, by=bureau[by], at=NOW)

    assert refusal(lambda: check("clerk")) == {"wrong_role"}
    assert refusal(lambda: check("other_verifier")) == {"out_of_scope"}
    check("verifier")
    check("verifier")  # twice is once
    (seen,) = originals.checks(bureau.session, application).values()
    assert (seen.by.display_name, seen.at) == ("verifier", NOW)
    assert take(bureau, application).stage == "department_review"


def test_an_honest_no_needs_no_original(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau, road="sudden"), "committee_verify")
    save(bureau, application, by="verifier", facts={"excl_org_unsuitable": False})
    assert take(bureau, application, originals_checked=False).stage == "department_review"
