"""Who on a screening list is like somebody else: same number, account, household, name and birth.

Compared with other applications of the aid year, other members, and other schemes' lists of that
year. A likeness is a question, not an answer: a person compares and settles it (clause 4.4).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

import casework.messages_screening  # noqa: F401 - its texts
from casework import access, events, moves
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from models.applications import Application, CaseStatus
from models.members import Household, HouseholdPerson, Member
from models.schemes import MatchState, SchemeList, SchemeRow, ScreeningMatch
from models.screenings import ScreeningLine, ScreeningList, ScreeningResult

ENDED = (CaseStatus.WITHDRAWN, CaseStatus.CANCELLED, CaseStatus.REFUSED)
ONLY_APPLICANTS = frozenset({"household"})
"""A relative who has not applied is no duplicate of anything."""
_Index = Mapping[bytes, set[int]]


@dataclass(frozen=True, slots=True)
class _Found:
    """A likeness of a member on the list; one of the three others is named."""

    member: int
    kind: str
    other_member: int | None = None
    application: int | None = None
    row: int | None = None


def find(session: Session, entered: ScreeningList, *, at: datetime) -> int:
    """Look for likenesses of everybody on the list who has no result yet; gives how many are new.
    Looking again adds what is new and keeps what was settled."""
    lines = _open_lines(session, entered)
    if not lines:
        return 0
    kinds = moves.policy_and_road(lines[0].application)[0].procedure.comparisons
    known = _known(session, lines)
    new = 0
    for year in sorted({line.application.aid_year for line in lines}):
        own = {
            line.application.member_id: line for line in lines if line.application.aid_year == year
        }
        for found in _likenesses(session, own, year):
            if found.kind in kinds:
                new += _keep(session, own[found.member], found, at, known)
    session.flush()
    return new


def _open_lines(session: Session, entered: ScreeningList) -> Sequence[ScreeningLine]:
    """Lines without a result, with their applications and members in one question."""
    session.flush()
    return session.scalars(
        select(ScreeningLine)
        .where(ScreeningLine.list_id == entered.id, ScreeningLine.result.is_(None))
        .options(joinedload(ScreeningLine.application).joinedload(Application.member))
        .order_by(ScreeningLine.id)
    ).all()


def of_list(session: Session, entered: ScreeningList) -> dict[int, list[ScreeningMatch]]:
    """The likenesses of a list by line id."""
    rows = session.scalars(
        select(ScreeningMatch)
        .join(ScreeningLine, ScreeningLine.id == ScreeningMatch.line_id)
        .where(ScreeningLine.list_id == entered.id)
        .order_by(ScreeningMatch.id)
    )
    found: dict[int, list[ScreeningMatch]] = defaultdict(list)
    for row in rows:
        found[row.line_id].append(row)
    return dict(found)


def settle(
    session: Session,
    match: ScreeningMatch,
    *,
    duplicate: bool,
    note: str,
    by: Actor,
    at: datetime,
) -> None:
    """Write down what the comparison showed; once, with what it rests on."""
    session.flush()
    session.refresh(match, with_for_update=True)
    found = access.faults(session, by, Permission.Screening.COMPARE, match.line.list.org_id)
    if found:
        raise Refused(found)
    if match.state != MatchState.OPEN or match.line.result is not None:
        found.append(Fault("match_settled", {}))
    if not note.strip():
        found.append(Fault("match_note_missing", {}, "note"))
    if found:
        raise Refused(found)
    match.state = MatchState.DUPLICATE if duplicate else MatchState.CLEARED
    match.note, match.settled_by_id, match.settled_at = note.strip(), by.user_id, at
    session.flush()
    data = {"kind": match.kind, "state": match.state.value, "list": match.line.list_id}
    events.audit(session, by, at, "screening.compare", "screening_match", match.id, data)


def pass_faults(
    session: Session, lines: Sequence[ScreeningLine], results: Mapping[int, object]
) -> list[Fault]:
    """Why somebody cannot pass: a likeness that stops and is not settled, or one that proved to be
    a duplicate. `results` by application id."""
    passing = {
        line.id: line for line in lines if results.get(line.application_id) == ScreeningResult.PASS
    }
    rows = session.scalars(
        select(ScreeningMatch)
        .where(
            ScreeningMatch.line_id.in_(passing),
            ScreeningMatch.state.in_((MatchState.OPEN, MatchState.DUPLICATE)),
        )
        .order_by(ScreeningMatch.id)
    )
    waiting: dict[int, int] = defaultdict(int)
    found: list[Fault] = []
    doubles: set[int] = set()
    for row in rows:
        application = passing[row.line_id].application
        kind = moves.policy_and_road(application)[0].procedure.comparisons.get(row.kind)
        if row.state == MatchState.DUPLICATE:
            doubles.add(row.line_id)
        elif kind is not None and kind.stops:
            waiting[row.line_id] += 1
    for line_id, line in passing.items():
        params = {"name": line.application.member.name}
        if line_id in doubles:
            found.append(Fault("match_duplicate", params, line.application.number))
        if waiting[line_id]:
            params |= {"count": str(waiting[line_id])}
            found.append(Fault("match_open", params, line.application.number))
    return found


# -- looking


def _likenesses(session: Session, own: Mapping[int, ScreeningLine], year: int) -> Iterator[_Found]:
    members = {line.application.member_id: line.application.member for line in own.values()}
    yield from _same_member(session, own, year)
    selves: dict[bytes, set[int]] = defaultdict(set)
    accounts: dict[bytes, set[int]] = defaultdict(set)
    for number, member in members.items():
        if member.id_number_index is not None:
            selves[member.id_number_index].add(number)
        if member.bank_account_index is not None:
            accounts[member.bank_account_index].add(number)
    at_home = _at_home(session, members)
    pairs = [
        *_by_account(session, accounts),
        *_by_household(session, selves, at_home),
        *_by_name(session, members),
    ]
    applied = _applied(session, {other for _kind, _own, other in pairs}, year)
    for kind, mine, other in pairs:
        application = applied.get(other)
        if application is not None:
            yield _Found(mine, kind, application=application)
        elif kind not in ONLY_APPLICANTS:
            yield _Found(mine, kind, other_member=other)
    yield from _schemes(session, members, selves, accounts, at_home, year)


def _same_member(session: Session, own: Mapping[int, ScreeningLine], year: int) -> Iterator[_Found]:
    """Another application of the same person in the year: of either kind of aid."""
    mine = {line.application_id for line in own.values()}
    rows = session.execute(
        select(Application.member_id, Application.id).where(
            Application.member_id.in_(own),
            Application.aid_year == year,
            Application.status.not_in(ENDED),
        )
    )
    for member, application in rows:
        if application not in mine:
            yield _Found(member, "identity", application=application)


def _at_home(session: Session, members: Iterable[int]) -> dict[bytes, set[int]]:
    """Numbers of people on the household worksheets → whose worksheets."""
    rows = session.execute(
        select(HouseholdPerson.id_number_index, Household.member_id)
        .join(Household, Household.id == HouseholdPerson.household_id)
        .where(Household.member_id.in_(list(members)), HouseholdPerson.id_number_index.is_not(None))
    )
    found: dict[bytes, set[int]] = defaultdict(set)
    for index, member in rows:
        found[index or b""].add(member)
    return found


def _by_account(session: Session, accounts: _Index) -> Iterator[tuple[str, int, int]]:
    rows = session.execute(
        select(Member.bank_account_index, Member.id).where(
            Member.bank_account_index.in_(list(accounts))
        )
    )
    for index, other in rows:
        for mine in accounts.get(index or b"", set()) - {other}:
            yield "account", mine, other


def _by_household(
    session: Session, selves: _Index, at_home: _Index
) -> Iterator[tuple[str, int, int]]:
    """One is on the other's worksheet, or somebody is on both."""
    as_member = session.execute(
        select(Member.id_number_index, Member.id).where(Member.id_number_index.in_(list(at_home)))
    ).all()
    as_relative = session.execute(
        select(HouseholdPerson.id_number_index, Household.member_id)
        .join(Household, Household.id == HouseholdPerson.household_id)
        .where(HouseholdPerson.id_number_index.in_([*selves, *at_home]))
    ).all()
    seen: set[tuple[int, int]] = set()
    for index, other in (*as_member, *as_relative):
        for mine in (selves.get(index or b"", set()) | at_home.get(index or b"", set())) - {other}:
            if (mine, other) not in seen:
                seen.add((mine, other))
                yield "household", mine, other


def _by_name(session: Session, members: Mapping[int, Member]) -> Iterator[tuple[str, int, int]]:
    known: dict[tuple[str, object], set[int]] = defaultdict(set)
    for number, member in members.items():
        if member.birth_on is not None:
            known[(member.name, member.birth_on)].add(number)
    names = {name for name, _birth in known}
    rows = session.execute(
        select(Member.name, Member.birth_on, Member.id).where(
            Member.name.in_(names), Member.birth_on.in_({birth for _name, birth in known})
        )
    )
    for name, birth, other in rows:
        for mine in known.get((name, birth), set()) - {other}:
            yield "name_birth", mine, other


def _applied(session: Session, members: Iterable[int], year: int) -> dict[int, int]:
    """The newest application of the year of each member, unless it ended without aid."""
    rows = session.execute(
        select(Application.member_id, Application.id)
        .where(
            Application.member_id.in_(list(members)),
            Application.aid_year == year,
            Application.status.not_in(ENDED),
        )
        .order_by(Application.id)
    )
    return {row.member_id: row.id for row in rows}


def _schemes(
    session: Session,
    members: Mapping[int, Member],
    selves: _Index,
    accounts: _Index,
    at_home: _Index,
    year: int,
) -> Iterator[_Found]:
    names = {(member.name, member.birth_on): number for number, member in members.items()}
    wanted: list[ColumnElement[bool]] = [
        SchemeRow.id_number_index.in_([*selves, *at_home]),
        SchemeRow.bank_account_index.in_(list(accounts)),
        SchemeRow.name.in_({member.name for member in members.values()}),
    ]
    rows = session.scalars(
        select(SchemeRow)
        .join(SchemeList, SchemeList.id == SchemeRow.list_id)
        .where(SchemeList.year == year, or_(*wanted))
        .order_by(SchemeRow.id)
    )
    for row in rows:
        index, account = row.id_number_index, row.bank_account_index
        same = selves.get(index, set()) if index is not None else set()
        for mine in same:
            yield _Found(mine, "identity", row=row.id)
        if index is not None:
            for mine in at_home.get(index, set()) - same:
                yield _Found(mine, "household", row=row.id)
        if account is not None:
            for mine in accounts.get(account, set()) - same:
                yield _Found(mine, "account", row=row.id)
        mine_by_name = names.get((row.name, row.birth_on)) if row.birth_on else None
        if mine_by_name is not None and mine_by_name not in same:
            yield _Found(mine_by_name, "name_birth", row=row.id)


_Known = set[tuple[int, str, int | None, int | None, int | None]]
"""(line, kind, other application, other member, row of another list)"""


def _known(session: Session, lines: Iterable[ScreeningLine]) -> _Known:
    match = ScreeningMatch
    rows = session.execute(
        select(
            *(match.line_id, match.kind, match.other_application_id),
            *(match.other_member_id, match.scheme_row_id),
        ).where(match.line_id.in_([line.id for line in lines]))
    )
    return {(row[0], row[1], row[2], row[3], row[4]) for row in rows}


def _keep(session: Session, line: ScreeningLine, found: _Found, at: datetime, known: _Known) -> int:
    """Add the likeness unless it is known; 1 where it was new."""
    key = (line.id, found.kind, found.application, found.other_member, found.row)
    if key in known:
        return 0
    known.add(key)
    session.add(
        ScreeningMatch(
            line_id=line.id,
            kind=found.kind,
            other_application_id=found.application,
            other_member_id=found.other_member,
            scheme_row_id=found.row,
            state=MatchState.OPEN,
            found_at=at,
        )
    )
    return 1
