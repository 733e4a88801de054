"""Publish a policy folder as an Edition and find the one in force. Never changes a published one.

Files in the folder change what `python -m engine` says at once; applications follow an Edition.
An application keeps the Edition it was registered under.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path, PurePosixPath
from threading import Lock

from sqlalchemy import ScalarSelect, func, or_, select
from sqlalchemy.orm import Session, aliased

from casework import events
from casework.people import Actor
from casework.permissions import Permission, record_permissions, step_permission
from engine import Policy, digest, load_files
from engine.casefiles import read_cases, run_cases
from engine.faults import Fault, Refused
from engine.labels import Label
from engine.papers.templates import template_faults
from engine.source import Source
from engine.terms import NEUTRAL, Terms
from models.editions import Edition
from models.people import Role

Files = Mapping[str, bytes]

_loaded: dict[str, Policy] = {}
"""Policies by digest, which leaves the cases out."""
_read: dict[str, Policy] = {}
"""Policies by a hash of all bytes, cases included: what was read once need not be read again."""
_tried: set[str] = set()
"""Hashes of all bytes whose cases have come out right."""
_guard = Lock()


def read_folder(folder: Path) -> dict[str, bytes]:
    """Every visible file below the folder by its posix path; `not_a_folder` where there is none."""
    if not folder.is_dir():
        raise Refused((Fault("not_a_folder", {"path": str(folder)}),))
    files: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not any(part.startswith((".", "__")) for part in relative.parts):
            files[PurePosixPath(*relative.parts).as_posix()] = path.read_bytes()
    return files


def pack(files: Files) -> bytes:
    """The files as one zip with fixed times, so that the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), files[name])
    return buffer.getvalue()


def unpack(packed: bytes) -> dict[str, bytes]:
    """The files of an Edition by their posix path."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def files_of(edition: Edition) -> dict[str, bytes]:
    """The published files, exactly as they were signed."""
    return unpack(edition.files)


def policy_of(edition: Edition) -> Policy:
    """The loaded policy of an Edition; loading happens once per digest and process.

    The bytes are checked against the digest: a changed row is `edition_damaged`, never used.
    """
    policy = _loaded.get(edition.digest)
    if policy is not None:
        return policy
    files = files_of(edition)
    if digest(files) != edition.digest:
        raise Refused((Fault("edition_damaged", {"digest": edition.digest}),))
    policy = load_files(files, Source(published=True))
    with _guard:
        return _loaded.setdefault(edition.digest, policy)


def _fingerprint(files: Files) -> str:
    """A hash of all names and bytes, cases included."""
    sha = hashlib.sha256()
    for name in sorted(files):
        content = hashlib.sha256(files[name]).digest()
        sha.update(name.encode() + b"\0" + content)
    return sha.hexdigest()


def _load(files: Files) -> Policy:
    """The policy in the files; raises with every fault of every file."""
    key = _fingerprint(files)
    policy = _read.get(key)
    if policy is None:
        policy = load_files(files)
        with _guard:
            _read[key] = policy
            _loaded.setdefault(policy.digest, policy)
    return policy


def in_force(session: Session, policy_code: str, on: date) -> tuple[Edition, Policy]:
    """The Edition that holds on a date; `no_edition_in_force` where none does."""
    edition = session.scalars(
        select(Edition).where(
            Edition.policy_code == policy_code,
            Edition.in_force_from <= on,
            or_(Edition.in_force_to.is_(None), Edition.in_force_to >= on),
        )
    ).one_or_none()
    if edition is None:
        raise Refused((Fault("no_edition_in_force", {"policy": policy_code, "on": on}),))
    return edition, policy_of(edition)


def terms_on(session: Session, on: date) -> Terms:
    """What the office calls people and units: the words of the policy that it took up first and
    that has an edition in force on the day; neutral words where there is none."""
    row = session.execute(
        select(Edition.id, Edition.digest)
        .where(
            Edition.in_force_from <= on,
            or_(Edition.in_force_to.is_(None), Edition.in_force_to >= on),
        )
        .order_by(_took_up().asc(), Edition.id)
        .limit(1)
    ).first()
    if row is None:
        return NEUTRAL
    policy = _loaded.get(row.digest) or policy_of(session.get_one(Edition, row.id))
    return policy.words or NEUTRAL


def published(session: Session) -> list[Policy]:
    """The policies of all editions, each digest once, whether in force or not."""
    rows = session.execute(select(func.min(Edition.id), Edition.digest).group_by(Edition.digest))
    return [
        _loaded.get(digest) or policy_of(session.get_one(Edition, number))
        for number, digest in rows.all()
    ]


def _took_up() -> ScalarSelect[int]:
    """The first edition of the same policy."""
    first = aliased(Edition)
    return (
        select(func.min(first.id)).where(first.policy_code == Edition.policy_code).scalar_subquery()
    )


def latest(session: Session, policy_code: str) -> Edition | None:
    """The Edition without an end, which a new one would follow."""
    return session.scalars(
        select(Edition).where(Edition.policy_code == policy_code, Edition.in_force_to.is_(None))
    ).one_or_none()


def policy_codes(session: Session) -> list[str]:
    """Codes of every policy that has been published."""
    rows = session.scalars(select(Edition.policy_code).distinct().order_by(Edition.policy_code))
    return list(rows)


def policies_in_force(session: Session, on: date) -> list[Policy]:
    """Every policy that has an Edition in force on the day."""
    rows = session.scalars(
        select(Edition)
        .where(
            Edition.in_force_from <= on,
            or_(Edition.in_force_to.is_(None), Edition.in_force_to >= on),
        )
        .order_by(Edition.policy_code)
    )
    return [policy_of(edition) for edition in rows]


def publish(
    session: Session,
    source: Path | Files,
    *,
    from_on: date,
    proposed_by: Actor | None,
    signed_by: Actor | None,
    at: datetime,
    note: str = "",
) -> Edition:
    """Make an Edition of a policy folder, in force from `from_on`.

    Raises with every fault of the files, of unknown roles and of failing cases, or where the
    signer is the proposer; then the Edition in force stays. The very first Edition of a policy
    may be published by the program's command line without persons.
    """
    files = read_folder(source) if isinstance(source, Path) else dict(source)
    policy = _load(files)
    previous = latest(session, policy.id)
    found = _signature_faults(previous, proposed_by, signed_by)
    found += role_faults(session, policy)
    found += _order_faults(session, policy, previous, from_on)
    found += template_faults(policy)
    if not found:
        found = _case_faults(policy)
    if found:
        raise Refused(tuple(found))
    if previous is not None:
        previous.in_force_to = from_on - timedelta(days=1)
        session.flush()
    edition = Edition(
        policy_code=policy.id,
        digest=policy.digest,
        files=pack(files),
        in_force_from=from_on,
        in_force_to=None,
        proposed_by_id=proposed_by.user_id if proposed_by else None,
        signed_by_id=signed_by.user_id if signed_by else None,
        published_at=at,
        note=note,
    )
    session.add(edition)
    session.flush()
    data = {
        "policy": policy.id,
        "digest": policy.digest,
        "from": from_on.isoformat(),
        "proposed_by": proposed_by.name if proposed_by else None,
        "replaces": previous.digest if previous else None,
    }
    who = signed_by or Actor(None, "command line", ())
    events.audit(session, who, at, "policy.publish", "edition", edition.id, data)
    return edition


def _signature_faults(
    previous: Edition | None, proposed_by: Actor | None, signed_by: Actor | None
) -> list[Fault]:
    if previous is None and proposed_by is None and signed_by is None:
        return []
    if proposed_by is None or signed_by is None or proposed_by.user_id is None:
        return [Fault("publish_needs_two", {})]
    found = []
    if proposed_by.user_id == signed_by.user_id:
        found.append(Fault("publish_needs_two", {}))
    for person, permission in (
        (proposed_by, Permission.Policy.PROPOSE),
        (signed_by, Permission.Policy.SIGN),
    ):
        if not person.holds(permission):
            found.append(Fault("not_permitted", {"permission": permission}))
    return found


def role_faults(session: Session, policy: Policy) -> list[Fault]:
    """A stage whose roles nobody can hold, or none of whose roles may do a step of its kind, would
    stop every application there."""
    roles = {role.code: frozenset(role.permissions) for role in session.scalars(select(Role))}
    if not roles:
        return [Fault("no_roles", {})]
    return unknown_roles(policy, roles) + _powerless(policy, roles)


def _powerless(policy: Policy, roles: Mapping[str, frozenset[str]]) -> list[Fault]:
    """Each stage or part of one for which the file names only roles without the right to it."""
    found = []
    for label, kind, by, asked in _asked(policy):
        known = [code for code in by if code in roles]
        if known and all(roles[code].isdisjoint(asked) for code in known):
            able = [
                code for code, permissions in roles.items() if not permissions.isdisjoint(asked)
            ]
            named = {"stage": label, "kind": kind, "roles": known, "able": able}
            found.append(Fault("role_powerless", named, "procedure.yaml"))
    return found


def _asked(policy: Policy) -> Iterator[tuple[Label, str, tuple[str, ...], tuple[str, ...]]]:
    """What each stage of a road leaves to which roles, its kind, and the permissions of which one
    suffices."""
    procedure = policy.procedure
    taken = {stage.id for road in procedure.roads.values() for stage in road.stages}
    for stage in (stage for name, stage in procedure.stages.items() if name in taken):
        kind = stage.kind.value
        asked = record_permissions(kind, confirmed=bool(stage.confirmed_by))
        for part in stage.parts:
            yield part.button, kind, part.by or stage.by, asked
        if not stage.parts:
            yield stage.label, kind, stage.by, asked
        if stage.confirmed_by:
            yield stage.label, kind, stage.confirmed_by, (step_permission(kind),)


def unknown_roles(policy: Policy, known: Collection[str]) -> list[Fault]:
    """Every role code of the procedure and the papers that is not among the office's roles, and
    what waits for it."""
    asked = [(role, label, "procedure.yaml") for role, label in policy.procedure.roles()]
    asked += [(r, p.label, "papers.yaml") for p in policy.papers.papers.values() for r in p.by]
    return [
        Fault("unknown_role", {"role": role, "stage": label}, file)
        for role, label, file in asked
        if role not in known
    ]


def _order_faults(
    session: Session, policy: Policy, previous: Edition | None, from_on: date
) -> list[Fault]:
    same = session.scalars(select(Edition).where(Edition.digest == policy.digest)).one_or_none()
    if same is not None:
        return [Fault("edition_exists", {"digest": policy.digest, "on": same.in_force_from})]
    if previous is not None and from_on <= previous.in_force_from:
        return [Fault("edition_not_after", {"on": from_on, "last": previous.in_force_from})]
    if policy.in_force_from is not None and from_on < policy.in_force_from:
        return [Fault("edition_out_of_force", {"on": from_on, "low": policy.in_force_from})]
    return []


def _case_faults(policy: Policy) -> list[Fault]:
    """Cases of the policy's own that are wrongly written or do not come out as they say.

    Passing is remembered by the bytes, so that one set of files is tried once per process.
    """
    key = _fingerprint(policy.files)
    if key in _tried:
        return []
    try:
        found = list(run_cases(policy, read_cases(policy)).faults)
    except Refused as refused:
        found = list(refused.faults)
    if not found:
        _tried.add(key)
    return found
