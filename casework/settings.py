"""Settings of the office that no policy file holds: the hotline, a sender's address.

Never a number or a word of the policy: those are files of the edition.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from casework import events
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from engine.seen import hidden
from models.settings import Setting

DEFAULTS: Mapping[str, object] = {
    "office_name": "",
    "hotline": "",
    "deduct_costs": True,
    "attachment_max_mb": 10,
    "backup_folder": "",
    "mail_server": "",
    "mail_sender": "",
    "mail_user": "",
    "mail_encrypted": True,
}


def get(session: Session, key: str) -> object:
    """The value of a setting, or its default; a name the program does not know is a KeyError."""
    row = session.get(Setting, key)
    return DEFAULTS[key] if row is None else row.value


def put(session: Session, key: str, value: object, *, by: Actor, at: datetime) -> None:
    """Change a setting; the old and the new value go into the audit log."""
    if not by.holds(Permission.Setting.WRITE):
        raise Refused((Fault("not_permitted", {"permission": Permission.Setting.WRITE}),))
    if key not in DEFAULTS:
        raise Refused((Fault("unknown_setting", {"key": key}),))
    default = DEFAULTS[key]
    if type(value) is not type(default):
        kind = type(default).__name__
        raise Refused((Fault("setting_type", {"key": key, "type": kind}),))
    if isinstance(value, str) and hidden(value):
        raise Refused((Fault("text_hidden", {}, key),))
    before = get(session, key)
    row = session.get(Setting, key)
    if row is None:
        session.add(Setting(key=key, value=value))
    else:
        row.value = value
    session.flush()
    events.audit(session, by, at, "setting.put", "setting", key, {"before": before, "now": value})
