"""The first day of a real office: roles, fund sources, the root organisation, one administrator.

Nothing invented is loaded. Runs once; a second run changes nothing that is there.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from datetime import UTC, datetime

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from casework import events
from casework.clock import day_of
from casework.key_messages import of_key
from casework.people import Actor
from engine import messages
from engine.faults import Fault
from models.database import make_engine, make_sessions
from models.orgs import OrgLevel, OrgUnit
from models.people import Role, User, UserRole
from models.secrets import KeyMissing
from seeds import reference_data

PASSWORD_BYTES = 12

messages.register(
    {
        "first_admin_where": (
            "不知道用哪个数据库，请设置 SUNSHINE_DATABASE_URL，或写明 --database。",
            "It is not said which database to use. Set SUNSHINE_DATABASE_URL or give --database.",
        ),
        "first_admin_tables": (
            "数据库用不了：{why}\n请核对数据库地址，并先执行 python -m casework migrate。",
            "The database cannot be used: {why}\nCheck its address, and run python -m casework migrate first.",
        ),
        "first_admin_there": (
            "用户名“{username}”已经有了，没有作任何改动。",
            "“{username}” already exists; nothing was changed.",
        ),
    }
)


def main(arguments: list[str] | None = None) -> int:
    """Create what is missing and print the password of a new administrator; 1 if the name is taken."""
    parser = argparse.ArgumentParser(prog="python -m seeds.first_admin")
    parser.add_argument("username")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")
    parser.add_argument("--name", help="name to show; the username where left out")
    parser.add_argument("--organisation", default="组织部", help="name of the root organisation")
    parser.add_argument(
        "--no-sources",
        action="store_true",
        help="leave out the fund sources of the 2010 policy: finance adds the office's own",
    )
    parser.add_argument("--database", default=os.environ.get("SUNSHINE_DATABASE_URL"))
    given = parser.parse_args(arguments)
    if not given.database:
        print(_said("first_admin_where", given), file=sys.stderr)
        return 2
    now = datetime.now(UTC)
    engine = make_engine(given.database)
    try:
        with make_sessions(engine).begin() as session:
            return _create(session, given, now)
    except KeyMissing as missing:
        print(of_key(missing, given.lang), file=sys.stderr)
        return 2
    except DBAPIError as error:
        print(_said("first_admin_tables", given, why=str(error.orig).strip()), file=sys.stderr)
        return 2
    finally:
        engine.dispose()


def _create(session: Session, given: argparse.Namespace, now: datetime) -> int:
    year = day_of(now).year
    reference_data.load(session, year, year, sources=not given.no_sources)
    root = _root(session, given.organisation)
    username = given.username.strip().lower()
    if session.scalar(select(User.id).where(User.username == username)) is not None:
        print(_said("first_admin_there", given, username=username), file=sys.stderr)
        return 1
    password = _administrator(session, username, given.name or username, root, now)
    print(f"{username}: {password}")
    return 0


def _said(code: str, given: argparse.Namespace, **params: object) -> str:
    return messages.text(Fault(code, params), given.lang)


def _root(session: Session, name: str) -> OrgUnit:
    """The organisation without one above it, made where there is none."""
    root = session.scalars(select(OrgUnit).where(OrgUnit.parent_id.is_(None))).first()
    if root is None:
        root = OrgUnit(code="D", name=name, level=OrgLevel.DEPARTMENT)
        session.add(root)
        session.flush()
    return root


def _administrator(session: Session, username: str, name: str, root: OrgUnit, now: datetime) -> str:
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    user = User(
        username=username,
        display_name=name,
        password_hash=PasswordHasher().hash(password),
        must_change_password=True,
        session_stamp=secrets.token_hex(16),
        created_at=now,
    )
    session.add(user)
    session.flush()
    role = session.scalars(select(Role).where(Role.code == "administrator")).one()
    session.add(UserRole(user_id=user.id, role_id=role.id, org_id=root.id, from_on=day_of(now)))
    session.flush()
    shell = Actor(None, "seeds.first_admin", ())  # nobody is signed in yet
    granted = {"username": username, "role": "administrator", "org": root.id}
    events.audit(session, shell, now, "user.first_admin", "user", user.id, granted)
    return password


if __name__ == "__main__":
    sys.exit(main())
