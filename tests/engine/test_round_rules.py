"""What a policy may say of the yearly round and of comparisons is read strictly."""

from pathlib import Path

import pytest

from engine import folder_files, load_files
from tests.engine.folders import faults

UNION = Path(__file__).parents[2] / "rulesets" / "yonghe-union-2024"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("takes: entry_due", "takes: entry_do", "unknown_name"),
        ("stages: [filing, screening]", "stages: [filing, screened]", "unknown_name"),
        ("  deadline: round_due\n  notice:", "  deadline: round_dew\n  notice:", "unknown_name"),
        ("关于做好{year}年度", "关于做好{jahr}年度", "unknown_name"),
        ("（最迟{due}）", "（最迟{due）", "braces"),
        ("facts: [has_labor_capacity,", "facts: [has_labour_capacity,", "unknown_fact"),
        ("  opened_by: [department_reviewer]\n", "", "missing_key"),
        ("{id: name_birth, zh", "{id: shoe_size, zh", "unknown_name"),
        ("identity number, stops: yes", "identity number, stops: perhaps", "expected_yes_no"),
    ],
)
def test_a_slip_in_the_round_or_the_comparisons_is_told_with_its_line(
    old: str, new: str, code: str
) -> None:
    found = faults(("procedure.yaml", old, new))
    assert code in [fault.code for fault in found]
    assert all((fault.where or "").startswith("procedure.yaml:") for fault in found)


def test_a_policy_without_a_yearly_round_has_none() -> None:
    union = load_files(folder_files(UNION))
    assert union.procedure.round is None
    assert not union.procedure.comparisons
