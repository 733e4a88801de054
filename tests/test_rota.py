"""What takes turns by the day: nothing is forgotten, and only PostgreSQL waits."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests import rota

TESTS = Path(__file__).parent


def item(folder: str, name: str, *, postgres: bool) -> Any:
    """As much of a collected test as the rota looks at."""
    path = TESTS / folder / f"{name}.py"
    return SimpleNamespace(path=path, get_closest_marker=lambda _name: True if postgres else None)


def all_items(*, postgres: bool) -> list[Any]:
    return [
        item(folder, name, postgres=postgres)
        for folder in rota.IN_TURN
        for name in rota.IN_TURN[folder]
    ]


def test_every_file_of_the_rota_is_there() -> None:
    assert all(one.path.exists() for one in all_items(postgres=True))


def test_in_any_six_days_each_file_runs_on_postgres_once(monkeypatch: pytest.MonkeyPatch) -> None:
    items = all_items(postgres=True)
    ran = []
    for day in range(739_000, 739_000 + rota.EVERY):
        monkeypatch.setenv(rota.DAY, str(day))
        waiting = rota.of_another_day(items)
        ran += [one.path for one in items if one not in waiting]
    assert sorted(ran) == sorted(one.path for one in items)


def test_people_take_turns_and_nobody_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(rota.DAY, raising=False)
    assert rota.in_turn("abcdef", 2) == list("abcdef")
    monkeypatch.setenv(rota.DAY, "739001")
    first = rota.in_turn("abcdef", 2)
    monkeypatch.setenv(rota.DAY, "739002")
    second = rota.in_turn("abcdef", 2)
    monkeypatch.setenv(rota.DAY, "739003")
    assert sorted(first + second + rota.in_turn("abcdef", 2)) == list("abcdef")


def test_sqlite_files_of_storage_and_runs_without_a_day_never_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(rota.DAY, "739000")
    assert rota.of_another_day(all_items(postgres=False)) == []
    assert rota.of_another_day([item("models", "test_ledger", postgres=True)]) == []
    monkeypatch.delenv(rota.DAY)
    assert rota.of_another_day(all_items(postgres=True)) == []
