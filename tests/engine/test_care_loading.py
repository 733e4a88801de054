"""The register, checks and pairs of procedure.yaml: read strictly, absent where a policy has none."""

import pytest

from engine import load_files
from engine.faults import Refused
from engine.procedure import load_procedure
from tests.engine.procedure_kit import FILE, ROOT, dated, edited, faults_of, policy


def test_the_real_file_says_what_clauses_4_7_6_1_and_6_2_ask() -> None:
    found = policy().procedure
    assert found.register is not None
    assert found.checks is not None
    assert found.pairs is not None
    assert (found.register.clause, found.checks.clause, found.pairs.clause) == ("6.1", "4.7", "6.2")
    assert set(found.checks.ways) == {"home", "phone"}
    assert [rule.id for rule in found.pairs.refuse] == ["helper_member", "helped_member"]
    assert "cannot_work" in {rule.id for rule in found.pairs.warn}


def test_a_rule_about_a_pair_is_true_false_or_not_known() -> None:
    pairs = policy().procedure.pairs
    assert pairs is not None
    rule = next(rule for rule in pairs.warn if rule.id == "cannot_work")
    answers = [rule.must.truth({"helped_can_work": value}) for value in (True, False, None)]
    assert answers == [True, False, None]


def test_a_policy_without_them_has_none() -> None:
    text = edited()
    cut = text[: text.index("\nregister:")]
    found = load_procedure(cut.encode(), parameters=dated(FILE.parent))
    assert (found.register, found.checks, found.pairs) == (None, None, None)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("must: helped_can_work,", "must: helped_can_sing,", "expr_unknown_name"),
        ("facts: {helped_can_work:", "facts: {helped_can_sing:", "unknown_name"),
        ("id: helped_member", "id: helper_member", "duplicate_id"),
        ("ways:\n    home", "way:\n    home", "unknown_key"),
        ("join:\n", "joins:\n", "unknown_key"),
    ],
)
def test_a_slip_is_said_with_its_place(old: str, new: str, code: str) -> None:
    found = faults_of((old, new))
    assert code in {fault for fault, _where in found}
    assert all(where.startswith("procedure.yaml:") for _fault, where in found)


def test_the_fact_behind_a_value_of_a_pair_must_be_one_of_the_policy() -> None:
    folder = ROOT / "rulesets" / "licheng-2010"
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    wrong = edited(("helped_can_work: has_labor_capacity", "helped_can_work: has_labour"))
    with pytest.raises(Refused) as caught:
        load_files({**files, "procedure.yaml": wrong.encode()})
    fault = caught.value.faults[0]
    assert (fault.code, fault.params["name"]) == ("unknown_name", "has_labour")
