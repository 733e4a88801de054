"""The paper's own words beside the rules: every clause that a policy cites has them."""

from __future__ import annotations

import re

import pytest

from engine import load
from engine.faults import Refused
from engine.loading import load_files
from tests.engine import folders
from tests.engine.commands import ROOT

POLICIES = ("licheng-2010", "yonghe-union-2024")
CITED = re.compile(r'clause: *"?([0-9.]+)"?')


@pytest.mark.parametrize("name", POLICIES)
def test_each_cited_clause_has_its_words_in_both_languages(name: str) -> None:
    policy = load(ROOT / "rulesets" / name)
    cited = {
        number
        for path, data in policy.files.items()
        if path.endswith(".yaml") and not path.startswith("cases/")
        for number in CITED.findall(data.decode())
    }
    assert len(cited) > 15
    assert cited <= set(policy.clauses)
    assert all(label.zh.strip() and label.en.strip() for label in policy.clauses.values())


def test_a_clause_without_own_words_is_shown_in_the_one_that_holds_it() -> None:
    policy = load_files(folders.FILES)
    assert policy.sentence("4.6.2.9") == policy.clauses["4.6.2"]
    assert "600元" in policy.sentence("3.1").zh  # type: ignore[union-attr] # asserted to be there
    assert policy.sentence("9.9") is None
    assert policy.sentence("") is None


def test_the_file_may_be_absent_but_not_wrong() -> None:
    without = {k: v for k, v in folders.FILES.items() if k != "clauses.yaml"}
    policy = load_files(without)
    assert policy.sentence("3.1") is None
    for text in ('clauses: {"3.1": {zh: 文}}', "claws: {}", "clauses: [1]", 'clauses: {"3.1": 文}'):
        with pytest.raises(Refused) as refused:
            load_files({**without, "clauses.yaml": text.encode()})
        assert all(
            (fault.where or "").startswith("clauses.yaml:") for fault in refused.value.faults
        )
