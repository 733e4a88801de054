"""An office at work for tests: people in every role, the real policy published, records that pass.

Every maker gives what goes through; a test changes the one thing it is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import (
    applications,
    attachments,
    circulation,
    confirmations,
    editions,
    filings,
    lists,
    minutes,
    notices,
    originals,
    people,
    results,
    screenings,
    steps,
)
from casework.attachments import Upload
from casework.people import Actor
from engine.faults import Refused
from models import Application, Attachment, Edition, Member, OrgUnit, User
from tests import factories
from tests.factories import NOW, TODAY, Tree

ROOT = Path(__file__).parents[2]
LICHENG = ROOT / "rulesets" / "licheng-2010"
FROM = date(2010, 6, 7)

ROLES: Mapping[str, tuple[str, str]] = {
    "clerk": ("branch_clerk", "branch"),
    "secretary": ("branch_secretary", "branch"),
    "neighbour": ("branch_clerk", "other_branch"),
    "committee_clerk": ("committee_clerk", "committee"),
    "verifier": ("committee_verifier", "committee"),
    "committee_leader": ("committee_leader", "committee"),
    "other_verifier": ("committee_verifier", "other_committee"),
    "reviewer": ("department_reviewer", "department"),
    "leader": ("department_leader", "department"),
    "second_leader": ("department_leader", "department"),
    "screener": ("screener", "service_centre"),
    "finance": ("finance", "department"),
    "officer": ("policy_officer", "department"),
    "second_officer": ("policy_officer", "department"),
    "auditor": ("auditor", "department"),
    "administrator": ("administrator", "department"),
}

LIVING: Mapping[str, object] = {
    "has_labor_capacity": False,
    "has_income_source": False,
    "has_statutory_supporter": False,
    "cause_illness": False,
    "cause_disaster": False,
    "cause_accident": False,
    "other_special_claimed": False,
    "excl_subjective_cause": False,
    "illegal_activity": False,
}
SUDDEN: Mapping[str, object] = {
    "cause_illness": False,
    "cause_disaster": False,
    "cause_accident": False,
    "sudden_major_accident": True,
    "loss_life_safety": False,
    "loss_property": True,
    "accident_result": "none",
    "sudden_major_illness": False,
    "other_urgent_claimed": False,
    "excl_subjective_cause": False,
    "illegal_activity": False,
    "same_event_aided": False,
}
SCAN = Upload("证明.pdf", b"%PDF-1.4 one page %%EOF")


@dataclass(frozen=True)
class Bureau:
    """The people, the tree and the edition in force."""

    session: Session
    tree: Tree
    users: Mapping[str, User]
    edition: Edition

    def __getitem__(self, name: str) -> Actor:
        """The named person as an actor today."""
        return people.actor(self.session, self.users[name], TODAY)


@cache
def licheng() -> dict[str, bytes]:
    """The files of the real policy, read once."""
    return editions.read_folder(LICHENG)


def open_bureau(session: Session) -> Bureau:
    """People for every role and the 2010 policy in force."""
    tree = factories.org_tree(session)
    users = {
        name: factories.user(session, (role, getattr(tree, where)), display_name=name)
        for name, (role, where) in ROLES.items()
    }
    edition = editions.publish(
        session, licheng(), from_on=FROM, proposed_by=None, signed_by=None, at=NOW
    )
    return Bureau(session, tree, users, edition)


def applicant(bureau: Bureau, branch: OrgUnit | None = None, **given: Any) -> Member:
    """A member with a household of two and a verified income below the line."""
    member = factories.member(bureau.session, branch or bureau.tree.branch, **given)
    factories.household(bureau.session, member, size=2, income_yuan=1200)
    return member


def record_of(stage: str, road: str = "living", **changes: object) -> dict[str, object]:
    """A record with which the stage lets an application pass."""
    today = TODAY.isoformat()
    records: dict[str, dict[str, object]] = {
        "application": {"applied_on": today, "applicant": "member"},
        "appraisal": {
            "meeting_on": today,
            "chair": "李书记",
            "expected": 12,
            "present": 10,
            "opinion": "情况属实",
            "conclusion": "agree",
        },
        "branch_check": {
            "filler": "self",
            "signature": "sign",
            "copies": 2,
            "opinion": "同意上报",
            "sealed": True,
            "sealed_on": today,
            "signed_by": "李书记",
        },
        "committee_verify": {
            "verified_on": today,
            "method": "visit",
            "originals_checked": True,
            "opinion": "情况属实",
            "conclusion": "agree",
            "sealed": True,
            "sealed_on": today,
            "reported_on": today,
        },
        "department_review": {
            "received_on": today,
            "reviewed_on": today,
            "opinion": "符合条件",
            "conclusion": "agree",
        },
        "decision": {
            "decided_on": today,
            "minutes_number": "2010-12",
            "attendees": "部长办公会成员",
            "result": "agreed",
        },
    }
    records["meeting"] = records["decision"] | {"amount": "1500"}
    if road == "sudden":
        records["application"] |= {"event_on": today, "event": "房屋失火"}
        records["branch_check"] |= {"amount": "1500"}
        records["committee_verify"] |= {"amount": "1500"}
    return {**records[stage], **changes}


WHO = {
    "application": "clerk",
    "appraisal": "clerk",
    "branch_check": "secretary",
    "committee_verify": "verifier",
    "department_review": "reviewer",
    "decision": "reviewer",
    "meeting": "reviewer",
}


def register(
    bureau: Bureau,
    member: Member | None = None,
    road: str = "living",
    *,
    by: str = "clerk",
    at: datetime = NOW,
    facts: Mapping[str, object] | None = None,
) -> Application:
    """A draft with every fact that the branch knows."""
    known = LIVING if road == "living" else SUDDEN
    return applications.register(
        bureau.session,
        member or applicant(bureau),
        road,
        TODAY,
        by=bureau[by],
        at=at,
        facts=known if facts is None else facts,
    )


def take(
    bureau: Bureau,
    application: Application,
    stage: str | None = None,
    *,
    by: str | None = None,
    version: int | None = None,
    at: datetime = NOW,
    confirmed: bool = True,
    **changes: object,
) -> Application:
    """Complete the stage (the one at hand unless named) as its usual person, fully prepared; what
    waits for a second person is `confirmed` by the leader."""
    name = stage or application.stage
    record = record_of(name, application.road, **changes)
    steps.complete(
        bureau.session,
        application,
        name,
        record,
        by=bureau[by or WHO[name]],
        at=at,
        expected_version=application.version if version is None else version,
    )
    if confirmed and results.waiting(bureau.session, application) is not None:
        confirm(bureau, application, at=at)
    return application


def confirm(
    bureau: Bureau, *applications: Application, by: str = "leader", at: datetime = NOW
) -> None:
    """Confirm what was recorded of a meeting, as a second person, with the versions at hand; the
    scan of the minutes lies there."""
    scan_minutes(bureau, *applications, at=at)
    confirmations.confirm(
        bureau.session,
        applications,
        by=bureau[by],
        at=at,
        versions={one.id: one.version for one in applications},
    )


def scan_minutes(bureau: Bureau, *applications: Application, at: datetime = NOW) -> None:
    """The scan of the minutes of what waits, as the recorder leaves it."""
    for application in applications:
        rules, waiting = minutes.rules_of(application), results.waiting(bureau.session, application)
        if rules is None or waiting is None:
            continue
        unit, number = minutes.unit_of(application), str(waiting.record[rules.field])
        if minutes.scans(bureau.session, minutes.find(bureau.session, unit, number)):
            continue
        held = minutes.day_in(rules, waiting.record)
        minutes.keep_scan(bureau.session, unit, number, held, SCAN, by=bureau["reviewer"], at=at)


def save(
    bureau: Bureau, application: Application, *, by: str = "clerk", **given: Any
) -> Application:
    """Write facts or form texts with the version at hand."""
    return applications.save(
        bureau.session,
        application,
        by=bureau[by],
        at=NOW,
        expected_version=application.version,
        **given,
    )


def prepare(bureau: Bureau, application: Application) -> None:
    """Whatever the stage at hand needs besides its record: texts, scans, the verifier's findings."""
    if application.stage == "branch_check":
        living = application.road == "living"
        field = "hardship_statement" if living else "loss_statement"
        form = {field: "常年无劳动能力，生活困难。"}
        if living:
            form["other_subsidy"] = "无"
        save(bureau, application, form=form)
        if not living:
            store(bureau, application, "accident_proof")
    if application.stage == "committee_verify":
        save(bureau, application, by="verifier", facts={"excl_org_unsuitable": False})
        see_originals(bureau, application)


def store(bureau: Bureau, application: Application, kind: str) -> None:
    """A scan of the evidence."""
    attachments.store(
        bureau.session, SCAN, kind=kind, by=bureau["clerk"], at=NOW, application=application
    )


def see_originals(bureau: Bureau, application: Application, by: str = "verifier") -> None:
    """The originals of all its papers have been seen (原件已核)."""
    scans = bureau.session.scalars(
        select(Attachment).where(Attachment.application_id == application.id)
    )
    for scan in scans.all():
        originals.check(bureau.session, application, scan, by=bureau[by], at=NOW)


def circulate(bureau: Bureau, application: Application) -> None:
    """Signed by both leaders, where a policy asks for it and it can still be sent round (传签)."""
    session = bureau.session
    if circulation.start_faults(session, application, bureau["reviewer"]):
        return
    made = circulation.start(
        session,
        application,
        [bureau.users[name].id for name in ("leader", "second_leader")],
        "等米下锅",
        by=bureau["reviewer"],
        at=NOW,
        expected_version=application.version,
    )
    for name in ("leader", "second_leader"):
        circulation.sign(session, made, True, "", by=bureau[name], at=NOW)


def walk(bureau: Bureau, application: Application, until: str) -> Application:
    """Take every stage by its usual person until the application stands at `until`."""
    for _ in range(20):
        if application.stage == until:
            return application
        prepare(bureau, application)
        take(bureau, application)
    raise AssertionError(f"never reached {until}")


def screened(bureau: Bureau, begun: Sequence[Application]) -> datetime:
    """Take applications of the branch from the notice through filing and screening to the transfer;
    gives the moment after it."""
    session, tree, over = bureau.session, bureau.tree, later(6)
    by, day = bureau["secretary"], (TODAY + timedelta(days=6)).isoformat()
    for road in dict.fromkeys(one.road for one in begun):
        own = [one for one in begun if one.road == road]
        record = {"posted_on": TODAY, "ends_on": TODAY + timedelta(days=4), "place": "branch"}
        record |= {"poster": "赵书记"}
        board = notices.post(
            session, tree.branch, own, record, by=by, at=NOW, versions=lists.versions(own)
        )
        ended = {"removed_on": day, "photographed": False}
        notices.close(session, board, ended, by=by, at=over)
    who = {"by": bureau["committee_clerk"], "at": over}
    filed = {"filed_on": day, "contact": "钱干事"}
    filings.file(session, tree.committee, begun, filed, versions=lists.versions(begun), **who)
    entered = screenings.enter_list(
        session,
        tree.committee,
        begun,
        {"entered_on": day},
        versions=lists.versions(begun),
        **who,
    )
    passed = {one.id: {"result": "pass"} for one in begun}
    screenings.record_results(
        session, entered, {"screened_on": day}, passed, by=bureau["screener"], at=over
    )
    return over


def refusal(action: Any) -> set[str]:
    """The codes of the faults with which the action is refused; it must be refused."""
    with pytest.raises(Refused) as caught:
        action()
    return {fault.code for fault in caught.value.faults}


def later(days: int) -> datetime:
    """A moment so many days after now."""
    return NOW + timedelta(days=days)
