"""docs/rules.md names every word and function of the language, and each of its examples loads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from engine.language.functions import FUNCTIONS
from engine.language.lexer import CHINESE, KEYWORDS
from engine.language.types import KINDS
from engine.loading.tables import HITS
from engine.loading.values import FORMS
from tests.engine import mini

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml (\w+)\n(.*?)```", PAGE, re.DOTALL)
INNER = {"between_open", "between_close", "not_in", "to"}


def together() -> dict[str, Any]:
    """Every example of the page in one policy."""
    parts: dict[str, Any] = {}
    for kind, text in EXAMPLES:
        parts[kind] = parts.get(kind, "") + text
    return parts


def test_the_examples_of_the_page_are_one_policy_that_loads() -> None:
    parts = together()
    assert set(parts) == {"facts", "parameters", "values", "exclusions", "amounts"}
    assert mini.faults(**parts) == ()


def test_the_examples_decide_as_the_page_says() -> None:
    asked = mini.policy(**together())
    found = mini.decided(
        asked, score=85, has_car=False, cost=21000, rate="0.5", born="1980-01-01", hukou="urban",
        marks=["ill"], remark="", paid=0, last_applied="2024-01-01",
    )  # fmt: skip
    given = {granted.id: granted for granted in found.benefits}
    assert given["medical"].fen == (10000 * 60 + 10000 * 70)  # 1,000 free, then 60 % and 70 %
    assert "grade_help" not in given  # 3,000 is less
    assert found.outputs == {"grade": "a", "approver": "head", "notice_days": 7}
    assert (given["small"].min_fen, given["small"].max_fen) == (10000, 120000)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_on_the_page_in_both_writings(name: str) -> None:
    assert f"`{name}(" in PAGE
    assert re.search(rf"(?<![\w]){FUNCTIONS[name].zh}(?![\w])", PAGE), FUNCTIONS[name].zh


@pytest.mark.parametrize("word", sorted({*CHINESE, *KEYWORDS} - INNER))
def test_every_word_is_on_the_page(word: str) -> None:
    assert word in PAGE


@pytest.mark.parametrize("word", [*KINDS, *HITS, *FORMS])
def test_every_type_hit_policy_and_form_is_on_the_page(word: str) -> None:
    assert f"`{word}" in PAGE or word in re.findall(r"[a-z]+", PAGE)
