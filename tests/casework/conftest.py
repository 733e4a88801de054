"""Fixtures of casework's tests."""

from pathlib import Path

import pytest

from tests.casework.bureau import Bureau, open_bureau
from tests.ground import Ground


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Scans go to a folder of the test's own."""
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def bureau(ground: Ground) -> Bureau:
    """An office with people in every role and the real policy in force."""
    return ground.use(open_bureau)
