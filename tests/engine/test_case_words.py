"""What `check` and `test` print can be read, and put into cases/ as it stands."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from engine.analysis.finding import undecided
from engine.casewriting import amount, value
from engine.coverage import Coverage
from engine.messages import text
from tests.engine import mini
from tests.engine.commands import LICHENG, ROOT, engine, has_chinese

UNION = ROOT / "rulesets" / "yonghe-union-2024"
MEDICAL = ROOT / "rulesets" / "qinghe-medical-2025"
GRADES = ROOT / "rulesets" / "huaishu-grades-2025"


def copied(folder: Path | str, target: Path, file: str = "", *edits: tuple[str, str]) -> Path:
    """A copy of a policy with edits in one file."""
    made = Path(shutil.copytree(folder, target / "policy"))
    for old, new in edits:
        words = (made / file).read_text(encoding="utf-8")
        assert old in words
        (made / file).write_text(words.replace(old, new, 1), encoding="utf-8")
    return made


@pytest.mark.parametrize(
    ("found", "written"),
    [
        ({"mode": "fixed", "fen": 240000}, "2400"),
        ({"mode": "fixed", "fen": 60050}, "600.50"),
        ({"mode": "range", "min": 100000, "max": 200000}, "{min: 1000, max: 2000}"),
        ({"mode": "cap", "cap": 300000}, "{cap: 3000}"),
        ({"mode": "cap", "min": 500, "cap": 300000}, "{min: 5, cap: 3000}"),
        ({"mode": "none"}, "none"),
        ({"mode": "discretion"}, "discretion"),
    ],
)
def test_an_amount_is_written_as_a_case_does(found: dict[str, Any], written: str) -> None:
    assert amount(found) == written


@pytest.mark.parametrize(
    ("found", "written"),
    [
        (True, "yes"),
        (False, "no"),
        (None, "null"),
        ([], "[]"),
        (["2.1.1", "a_b"], "[2.1.1, a_b]"),
        ({"score": "60", "until": None}, "{score: 60, until: null}"),
        ("", '""'),
        ("null", '"null"'),
        ("甲，乙: 丙", '"甲，乙: 丙"'),
        ("-1", '"-1"'),
    ],
)
def test_a_value_is_written_as_a_case_does(found: object, written: str) -> None:
    assert value(found) == written


FAILING = [
    (LICHENG, "cases/living.yaml", ("living_aid: 600", "living_aid: 601"), "601", "600"),
    (LICHENG, "cases/amounts.yaml", ("proposed_ok: yes", "proposed_ok: no"), "no", "yes"),
    (LICHENG, "cases/amounts.yaml", ("proposed_ok: yes", "proposed_ok: null"), "null", "yes"),
    (UNION, "cases/tiers.yaml", ("hardship_help: 2400", "hardship_help: {min: 5, max: 9}"), "{min: 5, max: 9}", "2400"),
    (UNION, "cases/schooling.yaml", ('grounds: ["2.4"]', 'grounds: ["2.1"]'), "[2.1]", "[2.4]"),
]  # fmt: skip


@pytest.mark.parametrize(("folder", "file", "edit", "wanted", "found"), FAILING)
def test_a_failing_case_says_both_sides_as_cases_write_them(
    tmp_path: Path, folder: Path, file: str, edit: tuple[str, str], wanted: str, found: str
) -> None:
    ran = engine("test", str(copied(folder, tmp_path, file, edit)))
    assert ran.code == 1
    assert f"：应为 {wanted}，实为 {found}。" in ran.err
    assert not re.search(r"'|True|False|None|fen|mode", ran.err)


MISSPELT = [
    (LICHENG, "living", "outcome: eligible", "outcome: elligible", "eligible"),
    (LICHENG, "living", "category: living", "category: livnig", "living"),
    (LICHENG, "amounts", "proposed_ok: yes", "proposed_ok: yess", "yes"),
    (UNION, "schooling", 'grounds: ["2.4"]', 'grounds: ["2.44"]', "2.4"),
    (UNION, "schooling", "evidence: [admission_letter]", "evidence: [admision_letter]", "admission_letter"),
    (UNION, "schooling", "approvals: [federation_seal,", "approvals: [federation_sael,", "federation_seal"),
    (UNION, "barred", 'denials: ["3.1"]', 'denials: ["3.11"]', "3.1"),
    (UNION, "unknowns", "missing: [", "missing: [hom_owned, ", "homes_owned"),
]  # fmt: skip


@pytest.mark.parametrize("command", ["check", "test"])
@pytest.mark.parametrize(("folder", "file", "old", "new", "near"), MISSPELT)
def test_a_misspelt_word_that_is_expected_is_named_with_the_nearest_valid_one(
    tmp_path: Path, folder: Path, file: str, old: str, new: str, near: str, command: str
) -> None:
    made = copied(folder, tmp_path, f"cases/{file}.yaml", (old, new))
    ran = engine(command, str(made), "--lang", "en")
    said = [line for line in ran.err.splitlines() if line.startswith("cases/")]
    assert ran.code == 1
    assert len(said) == 1, "the word is wrong, nothing more is said of it"
    assert re.match(rf"cases/{file}\.yaml:\d+:\d+: ", said[0])
    assert f'Did you mean "{near}"?' in said[0]


def test_an_output_that_is_expected_and_does_not_exist_is_named(tmp_path: Path) -> None:
    made = copied(GRADES, tmp_path)
    cases = made / "cases" / "more.yaml"
    cases.write_text(
        "- {name: x, given: {apply_date: 2025-06-01}, expect: {outputs: {aprover: head}}}\n"
    )
    ran = engine("check", str(made))
    assert ran.code == 1
    assert "cases/more.yaml:1:" in ran.err
    assert "“approver”" in ran.err


def test_a_printed_example_can_be_put_into_cases(tmp_path: Path) -> None:
    made = copied(MEDICAL, tmp_path)
    for file in (made / "cases").iterdir():
        file.unlink()
    fill = "- {name: x, given: {claim_kind: hospital, apply_date: 2025-06-01}, expect: {}}\n"
    (made / "cases" / "a.yaml").write_text(fill)
    examples = re.findall(r"例：(given: \{.*\})$", engine("test", str(made)).err, re.M)
    assert len(examples) > 20
    pasted = [f"- name: {number}\n  {one}\n  expect: {{}}\n" for number, one in enumerate(examples)]
    (made / "cases" / "b.yaml").write_text("".join(pasted), encoding="utf-8")
    ran = engine("check", str(made))
    assert (ran.code, ran.err) == (0, "")
    fewer = engine("test", str(made)).err.count("例：given")
    assert fewer < len(examples) / 4, "the places that they are examples of are touched now"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_rule_without_a_clause_has_no_empty_brackets(lang: str) -> None:
    asked = mini.policy(
        facts="a: {type: yes_no, zh: 甲项, en: First}\n",
        values="v: {is: a, zh: 乙项, en: Second}\n",
        exclusions='- {id: x, clause: "7", zh: 丙项, en: Third, when: v}',
    )
    lacking = Coverage(asked).of_rules().lacking
    said = [text(fault, lang) for fault in lacking]
    said += [text(undecided("analyse_never", rule).fault, lang) for rule in asked.all_rules()]
    assert not any("（）" in one or "()" in one for one in said)
    named = [one for one in said if ("乙项" if lang == "zh" else "Second") in one]
    assert len(named) == 3, "by its title, not by its id"
    assert any(("“丙项”（7）" if lang == "zh" else '"Third" (7)') in one for one in said)


def test_a_missing_clause_is_said_once(tmp_path: Path) -> None:
    made = copied(LICHENG, tmp_path, "amounts.yaml", (', clause: "3.1"', ""))
    ran = engine("check", str(made))
    assert ran.err.count("没有写依据的条款") == 1
    assert "amounts.yaml:2:1" in ran.err


# which folder -------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["check", "test", "analyse", "document"])
def test_the_folder_of_several_policies_asks_to_choose_one(command: str) -> None:
    ran = engine(command, str(ROOT / "rulesets"))
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1
    assert all(str(folder) in ran.err for folder in (UNION, MEDICAL, GRADES, LICHENG))


@pytest.mark.parametrize("inside", ["policy.yaml", "cases/living.yaml", "cases", "papers"])
def test_a_file_or_folder_inside_a_policy_names_the_policy(inside: str) -> None:
    ran = engine("check", f"{LICHENG}/{inside}", "--lang", "en")
    assert ran.code == 2
    assert ran.err.endswith(f'Did you mean "{LICHENG}"?\n')
    assert ("is a file" in ran.err) == inside.endswith(".yaml")
    assert not has_chinese(ran.err)


def test_a_folder_that_holds_one_policy_names_it(tmp_path: Path) -> None:
    made = copied(LICHENG, tmp_path)
    assert str(made) in engine("check", str(tmp_path)).err


def test_a_folder_without_any_policy_says_so_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("notes")
    ran = engine("check", str(tmp_path))
    assert (ran.code, len(ran.err.splitlines())) == (1, 1)
    assert "policy.yaml" in ran.err


def test_a_policy_that_lacks_its_first_file_is_still_read(tmp_path: Path) -> None:
    made = copied(LICHENG, tmp_path)
    (made / "policy.yaml").unlink()
    ran = engine("check", str(made))
    assert ran.code == 1
    assert "缺少文件 policy.yaml" in ran.err
