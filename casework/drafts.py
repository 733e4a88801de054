"""The next edition of a policy while people work on it: change, try, put forward, sign, or drop it.

A draft is never in force. One person puts it forward, another signs; only then
`casework.editions.publish` makes an Edition of it, from a day on. The rule files are changed value
by value (`policy_edits`) or as whole files; either way every fault is found before anything else
happens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import casework.messages_policy  # noqa: F401 - its texts
from casework import editions, events
from casework.clock import day_of
from casework.people import Actor, actor
from casework.permissions import Permission
from casework.policy_check import check, role_faults
from casework.policy_history import FILE, history_faults, new_values, settled_until
from engine import digest
from engine.faults import Fault, Refused
from models.editions import Edition
from models.people import User
from models.policy_drafts import DraftState, PolicyDraft

Files = Mapping[str, bytes]
Make = Callable[[Files], Files]
OPEN = (DraftState.EDITING, DraftState.PROPOSED)


# reading ------------------------------------------------------------------------------------


def open_draft(session: Session, policy_code: str) -> PolicyDraft | None:
    """The draft of a policy that people work on or that waits for its signature."""
    return session.scalars(
        select(PolicyDraft).where(
            PolicyDraft.policy_code == policy_code, PolicyDraft.state.in_(OPEN)
        )
    ).one_or_none()


def past(session: Session, policy_code: str, most: int) -> list[PolicyDraft]:
    """Drafts that were published or withdrawn, the newest first."""
    query = select(PolicyDraft).where(
        PolicyDraft.policy_code == policy_code, PolicyDraft.state.not_in(OPEN)
    )
    return list(session.scalars(query.order_by(PolicyDraft.id.desc()).limit(most)))


def waiting_for(session: Session, by: Actor) -> int:
    """How many drafts this person could sign."""
    query = select(func.count(PolicyDraft.id)).where(
        PolicyDraft.state == DraftState.PROPOSED, PolicyDraft.proposer_id != by.user_id
    )
    return session.scalar(query) or 0


def files_of(draft: PolicyDraft) -> dict[str, bytes]:
    """The files of a draft."""
    return editions.unpack(draft.files)


def basis(session: Session, policy_code: str) -> Edition:
    """The newest edition, which a draft changes; `no_edition_in_force` where there is none."""
    edition = editions.latest(session, policy_code)
    if edition is None:
        raise Refused((Fault("no_edition", {"policy": policy_code}),))
    return edition


def stamp(draft: PolicyDraft | None, edition: Edition) -> str:
    """What a page was made from; a verb on a page made from something else is refused."""
    return f"d{draft.id}.{draft.version}" if draft else f"e{edition.id}"


# changing -----------------------------------------------------------------------------------


def change(
    session: Session,
    policy_code: str,
    make: Make,
    *,
    expected: str,
    by: Actor,
    at: datetime,
    whole_file: bool = False,
) -> PolicyDraft:
    """Change the files of the open draft by `make`, or begin one from the newest edition.

    What could be read before must be readable after, but for whole files: somebody who writes
    rules may need to save several files before they fit together.
    """
    edition = basis(session, policy_code)
    draft = open_draft(session, policy_code)
    found = _may_change(session, policy_code, draft, edition, expected, by)
    if found:
        raise Refused(tuple(found))
    before = files_of(draft) if draft else editions.files_of(edition)
    after = dict(make(before))
    if after == before:
        raise Refused((Fault("draft_nothing_typed", {}),))
    if not whole_file:
        faults = _made_worse(before, after)
        faults += history_faults(session, policy_code, edition, after, day_of(at))
        if faults:
            raise Refused(tuple(faults))
    draft = _stored(session, policy_code, draft, edition, after, by, at)
    names = sorted(n for n in {*before, *after} if before.get(n) != after.get(n))
    data = {"policy": policy_code, "version": draft.version, "files": names}
    events.audit(session, by, at, "policy.draft_change", "policy_draft", draft.id, data)
    return draft


def _may_change(
    session: Session,
    policy_code: str,
    draft: PolicyDraft | None,
    edition: Edition,
    expected: str,
    by: Actor,
) -> list[Fault]:
    found = _permitted(by, Permission.Policy.PROPOSE)
    if stamp(draft, edition) != expected:
        found.append(Fault("draft_stale", {"policy": policy_code}))
    elif draft is not None and draft.state == DraftState.PROPOSED:
        found.append(Fault("draft_proposed", {"name": name_of(session, draft.proposer_id)}))
    return found


def _made_worse(before: Files, after: Files) -> list[Fault]:
    """Faults of reading that this change has brought in."""
    return [] if check(before).policy is None else list(check(after).unreadable)


def _stored(
    session: Session,
    policy_code: str,
    draft: PolicyDraft | None,
    edition: Edition,
    files: Files,
    by: Actor,
    at: datetime,
) -> PolicyDraft:
    who = _person(by)
    if draft is None:
        draft = PolicyDraft(
            policy_code=policy_code, based_on_id=edition.id, started_by_id=who, created_at=at
        )
        draft.state = DraftState.EDITING
    draft.files, draft.changed_by_id, draft.changed_at = editions.pack(files), who, at
    try:
        with session.begin_nested():
            session.add(draft)
            session.flush()
    except IntegrityError:  # somebody else began one in this moment
        raise Refused((Fault("draft_stale", {"policy": policy_code}),)) from None
    return draft


# putting forward and signing ----------------------------------------------------------------


def propose(
    session: Session,
    draft: PolicyDraft,
    in_force_from: date | None,
    note: str,
    *,
    expected: str,
    by: Actor,
    at: datetime,
) -> PolicyDraft:
    """Put the draft forward for signature, from a day on. Raises with every fault of the files,
    of their cases, of the day and of the note."""
    found = _permitted(by, Permission.Policy.PROPOSE) + _expected(draft, expected)
    if draft.state != DraftState.EDITING:
        found.append(Fault("draft_proposed", {"name": name_of(session, draft.proposer_id)}))
    if not note.strip():
        found.append(Fault("draft_note", {}, "note"))
    found += ready_faults(session, draft, in_force_from, day_of(at))
    if found or in_force_from is None:
        raise Refused(tuple(found))
    files = _told_apart(session, draft, in_force_from)
    draft.files, draft.note, draft.in_force_from = editions.pack(files), note.strip(), in_force_from
    draft.state, draft.proposer_id = DraftState.PROPOSED, _person(by)
    draft.changed_at, draft.changed_by_id, draft.returned_reason = at, _person(by), None
    session.flush()
    data = {"policy": draft.policy_code, "from": in_force_from.isoformat(), "note": note.strip()}
    events.audit(session, by, at, "policy.draft_propose", "policy_draft", draft.id, data)
    return draft


def ready_faults(
    session: Session, draft: PolicyDraft, in_force_from: date | None, today: date
) -> list[Fault]:
    """Everything that stands between a draft and its signature, all at once."""
    files = files_of(draft)
    latest = basis(session, draft.policy_code)
    found = [*check(files).faults, *role_faults(session, files)]
    if latest.id != draft.based_on_id:
        found.append(Fault("draft_outdated", {"on": draft.based_on.in_force_from}))
    if digest(files) == draft.based_on.digest:
        found.append(Fault("draft_nothing", {}))
    found += history_faults(session, draft.policy_code, draft.based_on, files, today)
    policy = check(files).policy
    if policy is not None and policy.id != draft.policy_code:
        found.append(Fault("draft_other_policy", {"found": policy.id, "policy": draft.policy_code}))
    return found + _day_faults(session, draft, latest, in_force_from, today)


def _day_faults(
    session: Session, draft: PolicyDraft, latest: Edition, first: date | None, today: date
) -> list[Fault]:
    if first is None:
        return [Fault("draft_first_day", {}, "in_force_from")]
    if first < today:
        params = {"on": first, "today": today}
        return [Fault("draft_starts_in_past", params, "in_force_from")]
    if first <= latest.in_force_from:
        params = {"on": first, "last": latest.in_force_from}
        return [Fault("edition_not_after", params, "in_force_from")]
    if settled_until(session, draft.policy_code, today) is None or FILE not in files_of(draft):
        return []
    try:
        new = new_values(editions.files_of(draft.based_on), files_of(draft))
    except Refused:
        return []
    return [
        Fault(
            "value_before_edition",
            {"value": parameter.label, "on": value.since, "first": first},
            "in_force_from",
        )
        for parameter, value in new
        if value.since < first
    ]


def _told_apart(session: Session, draft: PolicyDraft, first: date) -> dict[str, bytes]:
    """The files; a remark is added where they return to exactly what an older edition said,
    because an edition is known by its content."""
    files = files_of(draft)
    older = select(Edition.id).where(Edition.digest == digest(files))
    if session.scalar(older) is not None and "policy.yaml" in files:
        end = b"" if files["policy.yaml"].endswith(b"\n") else b"\n"
        files["policy.yaml"] += end + f"# {first.isoformat()}：恢复以前版本的规定。\n".encode()
    return files


def take_back(
    session: Session,
    draft: PolicyDraft,
    reason: str,
    *,
    expected: str,
    by: Actor,
    at: datetime,
) -> PolicyDraft:
    """Open a draft that was put forward again: by who may change it, or back from the second
    person, who says why."""
    own = by.user_id is not None and by.user_id == draft.proposer_id
    found = _expected(draft, expected)
    wanted = Permission.Policy.PROPOSE if own else Permission.Policy.SIGN
    found += _permitted(by, wanted)
    if draft.state != DraftState.PROPOSED:
        found.append(Fault("draft_not_proposed", {}))
    if not own and not reason.strip():
        found.append(Fault("draft_reason", {}, "reason"))
    if found:
        raise Refused(tuple(found))
    draft.state, draft.returned_reason = DraftState.EDITING, reason.strip() or None
    session.flush()
    data = {"policy": draft.policy_code, "reason": reason.strip()}
    events.audit(session, by, at, "policy.draft_return", "policy_draft", draft.id, data)
    return draft


def sign(
    session: Session, draft: PolicyDraft, *, expected: str, by: Actor, at: datetime
) -> Edition:
    """Publish what was put forward, as a second person; everything is checked once more."""
    found = _permitted(by, Permission.Policy.SIGN) + _expected(draft, expected)
    if draft.state != DraftState.PROPOSED:
        found.append(Fault("draft_not_proposed", {}))
    if draft.proposer_id is not None and draft.proposer_id == by.user_id:
        found.append(Fault("draft_own", {"name": by.name}))
    found += ready_faults(session, draft, draft.in_force_from, day_of(at))
    if found or draft.in_force_from is None:
        raise Refused(tuple(found))
    proposer = session.get_one(User, draft.proposer_id)
    edition = editions.publish(
        session,
        files_of(draft),
        from_on=draft.in_force_from,
        proposed_by=actor(session, proposer, day_of(at)),
        signed_by=by,
        at=at,
        note=draft.note or "",
    )
    draft.edition_id, draft.state, draft.changed_at = edition.id, DraftState.PUBLISHED, at
    session.flush()
    return edition


def withdraw(
    session: Session, draft: PolicyDraft, *, expected: str, by: Actor, at: datetime
) -> PolicyDraft:
    """Drop the draft; it stays on record."""
    found = _permitted(by, Permission.Policy.PROPOSE) + _expected(draft, expected)
    if draft.state not in OPEN:
        found.append(Fault("draft_none", {"policy": draft.policy_code}))
    if found:
        raise Refused(tuple(found))
    draft.state, draft.changed_at, draft.changed_by_id = DraftState.WITHDRAWN, at, _person(by)
    session.flush()
    data = {"policy": draft.policy_code}
    events.audit(session, by, at, "policy.draft_withdraw", "policy_draft", draft.id, data)
    return draft


# helpers ------------------------------------------------------------------------------------


def name_of(session: Session, user_id: int | None) -> str:
    """The name of an account."""
    found = session.get(User, user_id) if user_id else None
    return found.display_name if found else ""


def _permitted(by: Actor, permission: str) -> list[Fault]:
    found = [] if by.holds(permission) else [Fault("not_permitted", {"permission": permission})]
    return found if by.user_id is not None else [*found, Fault("no_person", {})]


def _expected(draft: PolicyDraft, expected: str) -> list[Fault]:
    if expected == f"d{draft.id}.{draft.version}":
        return []
    return [Fault("draft_stale", {"policy": draft.policy_code})]


def _person(by: Actor) -> int:
    if by.user_id is None:
        raise Refused((Fault("no_person", {}),))
    return by.user_id
