"""What a page shows by a key of a file or of the log has words: no raw key is ever read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from admin.cases.verbs import VERBS
from admin.policy.words import SECTIONS

ROOT = Path(__file__).parents[2]
VERB = re.compile(r'verb="([a-z_]+)"|_tell\(\s*session,\s*application,\s*"([a-z_]+)"')


@pytest.mark.parametrize("folder", sorted((ROOT / "rulesets").iterdir()), ids=lambda one: one.name)
def test_every_part_of_a_procedure_has_a_name(folder: Path) -> None:
    parts = YAML(typ="safe").load(folder / "procedure.yaml")
    assert not set(parts) - set(SECTIONS)


def test_every_verb_of_the_history_has_words() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "casework").rglob("*.py")]
    verbs = {one or other for text in texts for one, other in VERB.findall(text)}
    assert {"register", "recovery_demand"} <= verbs
    assert not verbs - set(VERBS)
