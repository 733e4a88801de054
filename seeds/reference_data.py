"""What every office needs before its first day: roles, the calendar, fund sources. Safe to run again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import calendar
from models.ledger import FundSource
from models.orgs import OrgLevel
from models.people import Role

HERE = Path(__file__).parent / "reference"


def read(name: str) -> Any:
    """A reference file of ours as plain Python values."""
    return YAML(typ="safe", pure=True).load((HERE / name).read_text(encoding="utf-8"))


def load(session: Session, first_year: int, last_year: int, *, sources: bool = True) -> None:
    """Add what is missing; a role that an office has changed is left as it is."""
    _roles(session)
    if sources:
        _sources(session)
    calendar.fill(session, first_year, last_year)
    session.flush()


def _roles(session: Session) -> None:
    known = set(session.scalars(select(Role.code)))
    for code, role in read("roles.yaml").items():
        if code not in known:
            session.add(
                Role(
                    code=code,
                    zh=role["zh"],
                    en=role["en"],
                    level=OrgLevel(role["level"]),
                    permissions=list(role["permissions"]),
                )
            )


def _sources(session: Session) -> None:
    known = set(session.scalars(select(FundSource.code)))
    for code, source in read("fund_sources.yaml").items():
        if code not in known:
            session.add(FundSource(code=code, zh=source["zh"], en=source["en"]))
