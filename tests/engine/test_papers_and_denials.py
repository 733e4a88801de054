"""Keys of evidence, exclusions and payment that only the office's procedure asks for."""

from pathlib import Path

import pytest

from engine import load_files
from engine.faults import Refused
from engine.loading import folder_files

LICHENG = Path(__file__).parents[2] / "rulesets" / "licheng-2010"


def changed(path: str, old: str, new: str) -> dict[str, bytes]:
    files = folder_files(LICHENG)
    assert old.encode() in files[path]
    files[path] = files[path].replace(old.encode(), new.encode(), 1)
    return files


def test_the_policy_says_which_papers_the_committee_supplies_and_what_serves_instead() -> None:
    rules = {rule.id: rule for rule in load_files(folder_files(LICHENG)).evidence}
    asked = {id_ for id_, rule in rules.items() if rule.asked == "committee_verify"}
    assert asked == {"special_written_report", "committee_application"}
    assert rules["diagnosis"].served_by == ("death_certificate",)
    assert rules["annex_1"].asked is None


def test_the_policy_marks_the_denials_that_no_decision_goes_past() -> None:
    policy = load_files(folder_files(LICHENG))
    marked = {rule.clause for rule in policy.exclusions if rule.never_departs}
    assert marked == {"2.3.1", "2.3.2", "2.3.3"}


def test_an_office_that_names_no_heir_asks_no_proof_of_one() -> None:
    union = load_files(folder_files(LICHENG.with_name("yonghe-union-2024")))
    assert union.procedure.payment.heir is None


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("asked: committee_verify", "asked: committee_verfy", "unknown_stage"),
        ("served_by: [death_certificate]", "served_by: [death_certificat]", "unknown_name"),
    ],
)
def test_a_stage_or_paper_that_does_not_exist_is_a_fault_with_its_place(
    old: str, new: str, code: str
) -> None:
    with pytest.raises(Refused) as caught:
        load_files(changed("eligibility.yaml", old, new))
    fault = caught.value.faults[0]
    assert fault.code == code
    assert (fault.where or "").startswith("eligibility.yaml:")
