"""Helping pairs: a branch puts a member who can help beside one in hardship (clause 6.2).

Plain sense is checked here; who may help whom is the policy's to say (`casework.pair_rules`): it
refuses a pair or warns of it, and what it warned of is kept with the pair.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import differences, events, pair_rules
from casework.access import require
from casework.clock import day_faults, day_of
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from engine.labels import Label
from models.members import Member
from models.orgs import OrgUnit
from models.pairs import HelpingPair, PairContact, PairState


def start(
    session: Session,
    helper: Member,
    helped: Member,
    org: OrgUnit,
    *,
    start_on: date,
    by: Actor,
    at: datetime,
    end_on: date | None = None,
    skill: str = "",
    plan: str = "",
    goal: str = "",
    need: str = "",
) -> HelpingPair:
    """Begin a pair in a branch; both members must belong to the person's part of the tree."""
    require(session, by, Permission.Pair.WRITE, org.id)
    found = _faults(session, helper, helped, org, start_on, end_on)
    found += _future(start_on, "start_on", at)
    judged = pair_rules.judge(session, helper, helped, start_on) if not found else pair_rules.NONE
    found += judged.refused
    if found:
        raise Refused(found)
    pair = HelpingPair(
        helper_id=helper.id,
        helped_id=helped.id,
        org_id=org.id,
        start_on=start_on,
        end_on=end_on,
        skill=skill or None,
        plan=plan or None,
        goal=goal or None,
        need=need or None,
        warnings=[dict(one) for one in judged.warnings],
        state=PairState.ACTIVE,
    )
    session.add(pair)
    session.flush()
    data = {"helper": helper.id, "helped": helped.id, "warned": [w["id"] for w in judged.warnings]}
    events.audit(session, by, at, "pair.start", "pair", pair.id, data)
    return pair


def change(
    session: Session,
    pair: HelpingPair,
    *,
    by: Actor,
    at: datetime,
    expected_version: int,
    end_on: date | None = None,
    skill: str = "",
    plan: str = "",
    goal: str = "",
    need: str | None = None,
    note: Mapping[str, object] | None = None,
) -> HelpingPair:
    """Rewrite term and plan of a running pair; `note` goes into the log beside what changed."""
    _lock(session, pair, by, expected_version)
    if end_on is not None and end_on < pair.start_on:
        raise Refused([Fault("ends_before_start", {}, "end_on")])
    before = _terms(pair)
    pair.end_on, pair.skill = end_on, skill or None
    pair.plan, pair.goal = plan or None, goal or None
    if need is not None:
        pair.need = need or None
    session.flush()
    changes = differences.between(before, _terms(pair))
    data = {**differences.data_of(pair, changes), **(note or {})}
    events.audit(session, by, at, "pair.change", "pair", pair.id, data)
    return pair


def end(
    session: Session,
    pair: HelpingPair,
    *,
    on: date,
    reason: str,
    by: Actor,
    at: datetime,
    expected_version: int,
    result: str | None = None,
    result_words: str = "",
) -> HelpingPair:
    """End a pair, with the reason and what came of it (a code of the policy; None is not known)."""
    _lock(session, pair, by, expected_version)
    found = []
    if result is not None and result not in pair_rules.results(session, day_of(at)):
        found.append(Fault("pair_result", {}, "result"))
    if not reason.strip():
        found.append(Fault("reason_missing", {}, "reason"))
    if on < pair.start_on:
        found.append(Fault("ends_before_start", {}, "on"))
    found += _future(on, "on", at)
    if found:
        raise Refused(found)
    before = _terms(pair)
    pair.state, pair.end_on, pair.end_reason = PairState.ENDED, on, reason.strip()
    pair.result, pair.result_words = result, result_words.strip() or None
    session.flush()
    data = {
        **differences.data_of(pair, differences.between(before, _terms(pair))),
        "reason": reason,
    }
    events.audit(session, by, at, "pair.end", "pair", pair.id, data)
    return pair


def contact(
    session: Session,
    pair: HelpingPair,
    *,
    met_on: date,
    way: str,
    words: str,
    by: Actor,
    at: datetime,
) -> PairContact:
    """Write down a visit, a call, guidance given; written once."""
    require(session, by, Permission.Pair.WRITE, pair.org_id)
    found = []
    if way not in pair_rules.ways(session, day_of(at)):
        found.append(Fault("pair_way", {}, "way"))
    if not words.strip():
        found.append(Fault("pair_words", {}, "words"))
    last = (
        min(pair.end_on or day_of(at), day_of(at)) if pair.state is PairState.ENDED else day_of(at)
    )
    if met_on > last and pair.end_on is not None and met_on <= day_of(at):
        found.append(Fault("contact_after_end", {"on": met_on, "last": last}, "met_on"))
    else:
        found += day_faults(met_on, pair.start_on, STARTED_ON, day_of(at), "met_on")
    same = select(PairContact.id).where(
        PairContact.pair_id == pair.id,
        PairContact.met_on == met_on,
        PairContact.way == way,
        PairContact.words == words.strip(),
    )
    if session.scalar(same.limit(1)) is not None:  # a form sent twice
        found.append(Fault("contact_twice", {"on": met_on}))
    if found:
        raise Refused(found)
    row = PairContact(
        pair_id=pair.id, met_on=met_on, way=way, words=words.strip(), by_id=by.user_id, at=at
    )
    session.add(row)
    session.flush()
    data = {"on": met_on.isoformat(), "way": way}
    events.audit(session, by, at, "pair.contact", "pair", pair.id, data)
    return row


def _faults(
    session: Session,
    helper: Member,
    helped: Member,
    org: OrgUnit,
    start_on: date,
    end_on: date | None,
) -> list[Fault]:
    found = []
    if helper.id == helped.id:
        found.append(Fault("pair_with_self", {}, "helped"))
    if end_on is not None and end_on < start_on:
        found.append(Fault("ends_before_start", {}, "end_on"))
    for member, where in ((helper, "helper"), (helped, "helped")):
        if not member.org.path.startswith(org.path):
            found.append(Fault("pair_other_branch", {"name": member.name}, where))
        if not member.active or member.died_on is not None:
            found.append(Fault("pair_member_gone", {"name": member.name}, where))
    running = select(HelpingPair.id).where(
        HelpingPair.helper_id == helper.id,
        HelpingPair.helped_id == helped.id,
        HelpingPair.state == PairState.ACTIVE,
    )
    if session.scalar(running) is not None:
        found.append(Fault("pair_exists", {"helper": helper.name, "helped": helped.name}))
    return found


def _future(on: date, where: str, at: datetime) -> list[Fault]:
    """A pair runs or has ended from a day that has come: what is planned stands in its term."""
    return [Fault("date_in_future", {"on": on}, where)] if on > day_of(at) else []


STARTED_ON = Label("结对开始日期", "first day of the pair")
TERMS = ("end_on", "skill", "need", "plan", "goal", "state", "result")


def _terms(pair: HelpingPair) -> dict[str, object]:
    """What of a pair can change."""
    return {name: getattr(pair, name) for name in TERMS}


def _lock(session: Session, pair: HelpingPair, by: Actor, expected_version: int) -> None:
    require(session, by, Permission.Pair.WRITE, pair.org_id)
    session.flush()
    session.refresh(pair, with_for_update=True)
    found = []
    if pair.version != expected_version:
        names = f"{pair.helper.name} → {pair.helped.name}"
        found.append(Fault("stale_page", {"number": names}))
    if pair.state != PairState.ACTIVE:
        found.append(Fault("pair_ended", {}))
    if found:
        raise Refused(found)
