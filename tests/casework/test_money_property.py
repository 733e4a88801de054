"""Sequences of legal and illegal steps by anybody over a whole office: nothing of design §3 breaks.

The seed of each sequence is printed; `python -m tests.casework.office_fuzz` plays any number.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from models.database import make_engine
from models.ledger import Account
from tests.casework import chance, office_fuzz
from tests.casework.chance import Chance, Town, open_town, shorter
from tests.casework.invariants import broken
from tests.ground import Ground

STEPS = {"sqlite": (8, 250), "postgresql": (1, 100)}
"""(sequences, steps of each): the verbs are the same on both, only the storage is not."""


def test_whatever_anybody_presses_no_invariant_breaks(
    ground: Ground, shared_database: object, request: pytest.FixtureRequest
) -> None:
    dialect = request.node.callspec.params["shared_database"]
    sequences, length = STEPS[dialect]
    done: Counter[str] = Counter()
    for seed in range(1, sequences + 1):
        print(f"seed {seed}, {length} steps")
        played = office_fuzz.play(ground, office_fuzz.steps_of(seed, length))
        assert not played.wrong, office_fuzz.told(ground, seed, length)
        done += played.done
        ground.roll_back()
    if dialect == "sqlite":
        assert not chance.MUST_HAPPEN - set(done), "steps that never went through prove nothing"


@pytest.fixture
def own_ground(sqlite_template: Path, tmp_path: Path) -> Iterator[Ground]:
    """One database is enough for what is about the generator."""
    shutil.copy(sqlite_template, tmp_path / "office.db")
    engine = make_engine(f"sqlite:///{tmp_path / 'office.db'}")
    made = Ground(engine)
    yield made
    made.close()
    engine.dispose()


def test_a_broken_invariant_is_found_and_the_sequence_made_short(
    own_ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground = own_ground

    def budget_from_nowhere(self: Chance) -> None:
        self.session.execute(
            update(Account)
            .where(Account.kind == "source")
            .values(balance_fen=Account.balance_fen + 1)
        )
        self.session.expire_all()

    verbs = [budget_from_nowhere if verb is Chance.budget else verb for verb in chance.VERBS]
    monkeypatch.setattr(chance, "VERBS", verbs)
    numbers = office_fuzz.steps_of(1, 120)
    found = office_fuzz.shortest(ground, numbers)
    assert len(found) == 1, "one step is enough to break it"
    played = office_fuzz.play(ground, found)
    assert any(one.startswith("all_balances_add_up_to_nothing") for one in played.wrong)
    assert any(one.startswith("each_balance_is_the_sum") for one in played.wrong)


def test_a_sequence_is_made_as_short_as_it_can_be() -> None:
    both = shorter(range(100), lambda part: {7, 61} <= set(part))
    assert both == [7, 61]


def test_the_town_itself_is_in_order(own_ground: Ground) -> None:
    town: Town = own_ground.use(open_town)
    assert broken(town.bureau.session) == []
