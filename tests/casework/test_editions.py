"""Publishing a policy: signed by two, whole or not at all, and decisions that replay."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from casework import assessments, decisions, editions
from casework.people import Actor
from casework.permissions import Permission
from engine import digest
from engine.faults import Refused
from models import Decision, Edition, User
from tests import factories
from tests.casework.bureau import FROM, NOW, Bureau, licheng, refusal, register, take, walk
from tests.factories import TODAY

NEXT = date(2011, 1, 1)


def changed(path: str, old: str, new: str) -> dict[str, bytes]:
    """The policy with one text replaced."""
    files = dict(licheng())
    assert old.encode() in files[path]
    files[path] = files[path].replace(old.encode(), new.encode(), 1)
    return files


def dearer() -> dict[str, bytes]:
    """600 becomes 700 from 2011, so that the policy's own cases of 2010 still hold."""
    return changed("parameters.yaml", "2010-06-07: 600", "2010-06-07: 600, 2011-01-01: 700")


def publish(
    bureau: Bureau,
    files: dict[str, bytes],
    *,
    proposed_by: Actor | None = None,
    signed_by: Actor | None = None,
    from_on: date = NEXT,
) -> Edition:
    return editions.publish(
        bureau.session,
        files,
        from_on=from_on,
        proposed_by=proposed_by or bureau["officer"],
        signed_by=signed_by or bureau["leader"],
        at=NOW,
    )


def test_a_new_edition_ends_the_one_before_on_the_day_before(bureau: Bureau) -> None:
    edition = publish(bureau, dearer())
    assert bureau.edition.in_force_to == NEXT - timedelta(days=1)
    before, _ = editions.in_force(bureau.session, "licheng-2010", NEXT - timedelta(days=1))
    after, _ = editions.in_force(bureau.session, "licheng-2010", NEXT)
    assert (before.id, after.id) == (bureau.edition.id, edition.id)


def test_the_published_bytes_are_the_files_and_their_digest(bureau: Bureau) -> None:
    files = editions.files_of(bureau.edition)
    assert files == licheng()
    assert digest(files) == bureau.edition.digest


def test_a_broken_file_never_replaces_the_edition_in_force(bureau: Bureau) -> None:
    broken = changed("amounts.yaml", "mode: fixed", "mode: fixd")
    with pytest.raises(Refused) as caught:
        publish(bureau, broken)
    assert any((fault.where or "").startswith("amounts.yaml:") for fault in caught.value.faults)
    assert bureau.session.scalars(select(Edition)).one().in_force_to is None
    edition, _ = editions.in_force(bureau.session, "licheng-2010", NEXT)
    assert edition.id == bureau.edition.id


def test_a_policy_whose_own_cases_fail_is_not_published(bureau: Bureau) -> None:
    wrong = changed("parameters.yaml", "2010-06-07: 600", "2010-06-07: 700")
    assert refusal(lambda: publish(bureau, wrong)) == {"case_failed"}
    assert bureau.edition.in_force_to is None


def test_an_edition_is_proposed_by_one_and_signed_by_another(bureau: Bureau) -> None:
    officer = bureau["officer"]
    same = refusal(lambda: publish(bureau, dearer(), proposed_by=officer, signed_by=officer))
    assert same == {"publish_needs_two"}
    alone = refusal(
        lambda: editions.publish(
            bureau.session, dearer(), from_on=NEXT, proposed_by=None, signed_by=None, at=NOW
        )
    )
    assert alone == {"publish_needs_two"}


def test_proposing_and_signing_need_their_permissions(bureau: Bureau) -> None:
    assert refusal(lambda: publish(bureau, dearer(), proposed_by=bureau["clerk"])) == {
        "not_permitted"
    }
    assert refusal(lambda: publish(bureau, dearer(), signed_by=bureau["reviewer"])) == {
        "not_permitted"
    }


def test_the_same_content_is_not_published_twice(bureau: Bureau) -> None:
    assert refusal(lambda: publish(bureau, dict(licheng()))) == {"edition_exists"}


def test_a_new_edition_starts_after_the_present_one(bureau: Bureau) -> None:
    assert refusal(lambda: publish(bureau, dearer(), from_on=FROM)) == {"edition_not_after"}


def test_a_stage_for_a_role_that_nobody_can_hold_is_refused(bureau: Bureau) -> None:
    files = changed("procedure.yaml", "by: [department_reviewer]", "by: [department_reviewr]")
    assert refusal(lambda: publish(bureau, files)) == {"unknown_role"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    confirmed_by: [department_leader]\n", "    confirmed_by: [department_leadr]\n"),
        ("by: [committee_clerk], zh: 登记录入", "by: [comittee_clerk], zh: 登记录入"),
        ("  level: department\n  by: [department_leader]", "  level: department\n  by: [leader]"),
        ("to: [department_leader], zh: 紧急", "to: [chief], zh: 紧急"),
    ],
)
def test_a_role_that_nobody_can_hold_is_found_wherever_it_is_named(
    bureau: Bureau, before: str, after: str
) -> None:
    files = changed("procedure.yaml", before, after)
    assert refusal(lambda: publish(bureau, files)) == {"unknown_role"}


def test_an_application_keeps_the_edition_it_was_registered_under(bureau: Bureau) -> None:
    application = register(bureau)
    publish(bureau, dearer())
    assert walk(bureau, application, "notice").approved_fen == 60000


def test_a_damaged_edition_is_not_used(bureau: Bureau) -> None:
    files = dict(licheng())
    files["policy.yaml"] += b"\n# changed\n"
    damaged = Edition(digest="sha256:" + "0" * 64, files=editions.pack(files))
    with pytest.raises(Refused) as caught:
        editions.policy_of(damaged)
    assert caught.value.faults[0].code == "edition_damaged"


def test_what_is_asked_of_files_today_does_not_stop_an_edition_of_before(bureau: Bureau) -> None:
    """Its cases must be finished; the same files are not published again."""
    files = changed("escalation.yaml", "to: department", "to: ministers")
    before = Edition(digest=digest(files), files=editions.pack(files))
    assert editions.policy_of(before).escalations[0].to == "ministers"
    with pytest.raises(Refused) as caught:
        publish(bureau, files)
    assert [fault.code for fault in caught.value.faults] == ["expected_choice"]


def test_every_decision_replays_to_the_same_bytes(bureau: Bureau) -> None:
    walk(bureau, register(bureau), "notice")
    walk(bureau, register(bureau, road="sudden"), "notice")
    decisions = bureau.session.scalars(select(Decision)).all()
    assert {d.purpose for d in decisions} >= {"entry", "branch_submit", "approval"}
    for decision in decisions:
        assert assessments.replay(decision) == decision.assessment


def test_r_1_1_every_decision_shows_clause_facts_who_and_when(bureau: Bureau) -> None:
    walk(bureau, register(bureau), "notice")
    walk(bureau, register(bureau, road="sudden"), "notice")
    for decision in bureau.session.scalars(select(Decision)):
        rules = json.loads(decision.assessment)["rules"]
        assert all(rule["clause"] for rule in rules)
        behind = {name for rule in rules for part in rule["conditions"] for name in part["facts"]}
        assert behind >= set(decision.facts) - {"apply_date", "hukou"}  # these look up a line
        assert bureau.session.get_one(User, decision.by_id).display_name
        assert decision.at == NOW


def test_a_decision_replays_after_the_member_has_changed(bureau: Bureau) -> None:
    application = take(bureau, register(bureau))
    decision = decisions.last(bureau.session, application)
    assert decision is not None
    application.member.active = False
    publish(bureau, dearer())
    assert assessments.replay(decision) == decision.assessment


def test_an_amount_above_a_role_is_left_to_the_role_above(bureau: Bureau) -> None:
    factories.role(bureau.session, "chief", [Permission.Step.MEET])
    alone = 'Meeting\n    clause: "4.2"\n    by: [department_reviewer]\n'
    tiers = (
        'Meeting\n    clause: "4.2"\n    by: [department_reviewer, chief]\n'
        "    by_amount: [{up_to: 1200, by: [department_reviewer]}, {by: [chief]}]\n"
    )
    publish(bureau, changed("procedure.yaml", alone, tiers), from_on=TODAY)
    application = walk(bureau, register(bureau, road="sudden"), "meeting")
    codes = refusal(lambda: take(bureau, application, amount="1200.01"))
    assert codes == {"amount_not_yours"}
    assert take(bureau, application, amount="1200").approved_fen == 120000
