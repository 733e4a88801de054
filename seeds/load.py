"""Load the demonstration once: reference data, the policy's edition, the district, its casework."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from casework import editions, events
from casework.clock import day_of
from casework.people import Actor
from engine import load_files
from models.settings import Setting
from seeds import care, district, journeys, reference_data
from seeds.people import People

ROOT = Path(__file__).resolve().parent.parent
POLICY = ROOT / "rulesets" / "licheng-2010"
LOADED = "demo.loaded"
MEMBERS = 2000
APPLICATIONS = 150
PAIRS = 20
FIRST_CALENDAR_YEAR = 2009
SETUP = Actor(None, "set-up", ())


def everything(
    session: Session,
    *,
    seed: int,
    now: datetime,
    members: int = MEMBERS,
    applications: int = APPLICATIONS,
    say: Callable[[str], None] = lambda _line: None,
) -> bool:
    """Fill an empty database; the same seed and day give the same data.

    Commits in three parts, so that a stopped first run starts again where it stood. Gives True
    where anything was loaded.
    """
    today = day_of(now)
    reference_data.load(session, FIRST_CALENDAR_YEAR, today.year + 1)
    if not editions.policy_codes(session):
        publish_first(session, POLICY, now)
    session.commit()
    if session.get(Setting, LOADED) is not None:
        return False
    say(f"Loading {members} members and about {applications} applications; this takes a minute …")
    people = People(seed, today)
    made = district.build(session, people, now - timedelta(days=400), members)
    journeys.play(session, made, people, now, applications)
    care.register(session, made, people, now)
    journeys.pairs(session, made, people, now, PAIRS)
    care.contacts(session, made, now)
    care.check(session, made, now)
    session.add(Setting(key=LOADED, value={"seed": seed, "today": today.isoformat()}))
    events.audit(session, SETUP, now, "seeds.load", "setting", LOADED, {"seed": seed})
    session.commit()
    return True


def publish_first(session: Session, folder: Path, now: datetime) -> None:
    """The first edition of a policy, from the day its own file says it came into force."""
    files = editions.read_folder(folder)
    policy = load_files(files)
    start = policy.in_force_from or date(2000, 1, 1)
    editions.publish(
        session, files, from_on=start, proposed_by=None, signed_by=None, at=now, note="首次发布"
    )
