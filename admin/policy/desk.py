"""One policy as its pages see it: the edition, the open draft, whose files are shown, who may what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from flask import abort

from admin import clock
from admin.extensions import db
from admin.security.people import actor
from casework import drafts, editions, policy_history
from casework.drafts import Files
from casework.permissions import Permission
from casework.policy_changes import Change, changes
from casework.policy_check import Checked, check, role_faults
from casework.policy_form import rule_files, title_of
from engine.faults import Fault, Refused
from engine.labels import Label
from models.editions import Edition
from models.policy_drafts import DraftState, PolicyDraft

READERS = (Permission.Policy.PROPOSE, Permission.Policy.SIGN)


@dataclass(frozen=True)
class Desk:
    """What every page of a policy is made from."""

    code: str
    edition: Edition
    draft: PolicyDraft | None

    @cached_property
    def base(self) -> Files:
        """The files of the edition that a draft changes."""
        return editions.files_of(self.draft.based_on if self.draft else self.edition)

    @cached_property
    def files(self) -> Files:
        """What the pages show: the draft, or the newest edition."""
        return drafts.files_of(self.draft) if self.draft else self.base

    @cached_property
    def stamp(self) -> str:
        return drafts.stamp(self.draft, self.edition)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        return changes(self.base, self.files) if self.draft else ()

    @cached_property
    def checked(self) -> Checked:
        return check(self.files)

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        """Everything wrong with the files shown."""
        return (*self.checked.faults, *role_faults(db.session(), self.files))

    @property
    def is_proposed(self) -> bool:
        return self.draft is not None and self.draft.state == DraftState.PROPOSED

    @property
    def may_edit(self) -> bool:
        return not self.is_proposed and actor().holds(Permission.Policy.PROPOSE)

    @property
    def may_sign(self) -> bool:
        own = self.draft is not None and self.draft.proposer_id == actor().user_id
        return self.is_proposed and not own and actor().holds(Permission.Policy.SIGN)

    @property
    def is_mine(self) -> bool:
        return self.draft is not None and self.draft.proposer_id == actor().user_id

    @property
    def in_force(self) -> bool:
        """Whether the edition shown has begun."""
        return self.edition.in_force_from <= self.today

    @property
    def today(self) -> date:
        return clock.today()

    @cached_property
    def settled_until(self) -> date | None:
        return policy_history.settled_until(db.session(), self.code, self.today)

    @cached_property
    def title(self) -> Label:
        """What the policy calls itself, even while its files are broken."""
        return title(self.base, self.code)

    def name_of(self, user_id: int | None) -> str:
        return drafts.name_of(db.session(), user_id) or "—"


def title(files: Files, code: str) -> Label:
    """The title of a policy by its files."""
    try:
        found = title_of(rule_files(files)["policy.yaml"].root)
    except (Refused, KeyError):
        found = None
    return found or Label(code, code)


def desk(code: str) -> Desk:
    """The policy of an address, or 404."""
    session = db.session()
    edition = editions.latest(session, code)
    if edition is None:
        abort(404)
    return Desk(code, edition, drafts.open_draft(session, code))
