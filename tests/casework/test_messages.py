"""Every fault that casework can name has its text in both languages."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import casework
from casework.messages import TEXTS
from engine import messages

FOLDER = Path(casework.__file__).parent
for module in pkgutil.walk_packages(casework.__path__, "casework."):
    importlib.import_module(module.name)  # each brings its texts
CODE = re.compile(r"Fault\(\s*\"([a-z_0-9]+)\"")


def codes() -> set[str]:
    return {code for path in FOLDER.rglob("*.py") for code in CODE.findall(path.read_text("utf-8"))}


@pytest.mark.parametrize("code", sorted(codes()))
def test_a_fault_of_casework_has_a_text(code: str) -> None:
    assert code in messages.catalogue()


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_a_text_is_used_and_has_the_same_blanks_in_both_languages(code: str) -> None:
    assert code in codes()
    zh, en = TEXTS[code]
    assert messages.parameters(zh) == messages.parameters(en)
    assert re.search(r"[\u4e00-\u9fff]", zh)
    assert not re.search(r"[\u4e00-\u9fff]", en)
