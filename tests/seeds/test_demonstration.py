"""The demonstration data are lawful: made by the real verbs, the same for the same seed and day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, Row, func, select
from sqlalchemy.orm import Session

from engine import idnumber
from models import audit
from models.accounts import balance_problems
from models.applications import Application, CaseStatus
from models.database import make_engine, make_sessions
from models.ledger import Grant, Payment
from models.members import Member
from models.pairs import HelpingPair
from models.people import Role, User, UserRole
from models.secrets import Keyring, use_keyring
from seeds import load
from seeds.demo import SEED, main
from seeds.people import People
from tests.loaded import NOW, SIZE, demonstration, load_into

RANDOM = re.compile(
    "uid|storage_key|mark|password_hash|.*_sealed"
)  # as it must be, whatever the seed


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A small district on SQLite, for this module to look at (the verbs are tested on both)."""
    folder = tmp_path_factory.mktemp("demonstration")
    engine = make_engine(demonstration(tmp_path_factory, folder))
    before = use_keyring(Keyring([bytes(range(32))]))
    with pytest.MonkeyPatch.context() as patch, make_sessions(engine)() as session:
        patch.setenv("SUNSHINE_DATA", str(folder))
        yield session
    engine.dispose()
    use_keyring(before)


def test_the_same_seed_and_day_give_the_same_people() -> None:
    first, second = People(3, date(2026, 1, 1)), People(3, date(2026, 1, 1))
    assert [first.person("甲") for _ in range(50)] == [second.person("甲") for _ in range(50)]
    assert People(4, date(2026, 1, 1)).person("甲") != People(3, date(2026, 1, 1)).person("甲")


def rows(file: Path) -> dict[str, list[Row[Any]]]:
    """Everything in the database that is not drawn at random for safety's sake, by table."""
    engine = make_engine(f"sqlite:///{file}")
    meta = MetaData()
    meta.reflect(engine)
    with engine.connect() as connection:
        found = {
            table.name: sorted(
                connection.execute(
                    select(*(one for one in table.columns if not RANDOM.fullmatch(one.name)))
                ).all(),
                key=repr,
            )
            for table in meta.tables.values()
        }
    engine.dispose()
    return found


@pytest.mark.slow
def test_the_same_seed_and_day_give_the_same_district(tmp_path: Path) -> None:
    loaded = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        load_into(tmp_path / name / "data.db", tmp_path / name, members=300, applications=10)
        loaded.append(rows(tmp_path / name / "data.db"))
    assert len(loaded[0]["application"]) > 10
    assert loaded[0] == loaded[1]


@pytest.mark.parametrize(
    "given", [("--today", "3026-01-01"), ("--today", "18.11."), ("--seed", "x")]
)
def test_what_is_no_day_or_seed_is_said_and_nothing_is_made(
    given: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path / "var"))
    with pytest.raises(SystemExit) as stopped:
        main(list(given))
    assert stopped.value.code == 2
    assert given[1] in capsys.readouterr().err
    assert not (tmp_path / "var").exists()


def test_every_invented_identity_number_is_valid_and_agrees_with_birth_and_sex() -> None:
    people = People(3, date(2026, 1, 1))
    for _ in range(300):
        person = people.person("甲")
        reading = idnumber.normalise(person.id_number)
        assert isinstance(reading, idnumber.Identity), person
        assert (reading.birth, reading.sex) == (person.birth_on, person.sex)


def test_applications_stand_at_every_stage_of_both_roads(small: Session) -> None:
    rows = small.execute(select(Application.road, Application.stage).distinct()).all()
    for road in ("living", "sudden"):
        stages = {stage for name, stage in rows if name == road}
        assert {"application", "committee_verify", "notice", "screening", "archive"} <= stages
    ended = set(small.scalars(select(Application.status).distinct()))
    assert {CaseStatus.REFUSED, CaseStatus.RETURNED, CaseStatus.WITHDRAWN} <= ended


def test_every_role_is_held_by_somebody(small: Session) -> None:
    held = set(small.scalars(select(Role.code).join(UserRole, UserRole.role_id == Role.id)))
    assert held == set(small.scalars(select(Role.code)))


def test_each_committee_has_two_clerks_and_a_verifier(small: Session) -> None:
    names = set(small.scalars(select(User.username)))
    for number in range(1, 7):
        assert {f"c{number}.clerk1", f"c{number}.clerk2", f"c{number}.verifier"} <= names


def test_money_balances_and_the_audit_chain_is_whole(small: Session) -> None:
    assert balance_problems(small) == []
    assert list(audit.verify(small)) == []
    paid = small.scalar(select(func.count()).select_from(Payment)) or 0
    grants = small.scalar(select(func.count()).select_from(Grant)) or 0
    assert 0 < paid < grants


def test_pairs_join_two_members_of_one_branch(small: Session) -> None:
    found = small.scalars(select(HelpingPair)).all()
    assert found
    for pair in found:
        assert pair.helper.org_id == pair.helped.org_id == pair.org_id


def test_a_second_load_changes_nothing(small: Session) -> None:
    before = small.scalar(select(func.count()).select_from(Member))
    assert load.everything(small, seed=SEED, now=NOW, **SIZE) is False
    assert small.scalar(select(func.count()).select_from(Member)) == before
