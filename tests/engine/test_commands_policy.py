"""`python -m engine check` and `test` from outside: broken files, failing cases, exit status."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from engine.words import chinese_date, english_date
from tests.engine.commands import LICHENG, ROOT, engine, has_chinese

# check and test -------------------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the policy that a test may spoil."""
    return Path(shutil.copytree(LICHENG, tmp_path / "policy"))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_policy_of_2010_is_without_a_fault() -> None:
    assert engine("check", LICHENG).code == 0


LATE = ("2010-06-07: 600}", "2010-09-01: 600}")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_parameter_that_begins_after_its_policy_is_noted_and_no_fault(
    copy: Path, lang: str
) -> None:
    assert "parameters.yaml" not in engine("check", str(copy), "--lang", lang).said
    replace(copy / "parameters.yaml", *LATE)
    ran = engine("check", str(copy), "--lang", lang)
    assert ran.code == 0
    (note,) = [line for line in ran.said.splitlines() if "parameters.yaml:" in line]
    place = note.split("parameters.yaml:", 1)[1].split(":")
    lines = (copy / "parameters.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[int(place[0]) - 1].startswith("living_amount")
    assert place[1].split()[0].isdigit()
    written = chinese_date if lang == "zh" else english_date
    assert all(written(day) in note for day in (date(2010, 9, 1), date(2010, 6, 7)))
    assert has_chinese(note) == (lang == "zh")


def test_all_cases_of_the_policy_of_2010_hold() -> None:
    ran = engine("test", LICHENG)
    assert ran.code == 0, ran.said
    assert not [line for line in ran.said.splitlines() if "Traceback" in line]


def test_a_broken_file_is_shown_with_file_line_and_column(copy: Path) -> None:
    (copy / "amounts.yaml").write_text("living_aid: [1, 2\n", encoding="utf-8")
    ran = engine("check", str(copy))
    assert ran.code == 1
    assert "amounts.yaml:" in ran.said
    place = ran.said.split("amounts.yaml:", 1)[1].split(":")
    assert place[0].isdigit()
    assert place[1].split()[0].rstrip(",.").isdigit()


def test_faults_of_several_files_are_shown_at_once(copy: Path) -> None:
    for name in ("facts.yaml", "exclusions.yaml"):
        path = copy / name
        path.write_text(path.read_text(encoding="utf-8") + "\n? [\n", encoding="utf-8")
    ran = engine("check", str(copy))
    assert ran.code == 1
    assert "facts.yaml:" in ran.said
    assert "exclusions.yaml:" in ran.said


def test_an_unknown_key_in_a_rule_file_is_an_error(copy: Path) -> None:
    path = copy / "policy.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\ncolour: red\n", encoding="utf-8")
    ran = engine("check", str(copy), "--lang", "en")
    assert ran.code == 1
    assert "colour" in ran.said
    assert not has_chinese(ran.said)


def test_a_duplicate_key_in_a_rule_file_is_an_error(copy: Path) -> None:
    path = copy / "parameters.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "\nliving_amount: {clause: '3.1', 2010-06-07: 700}\n", encoding="utf-8")
    assert "living_amount" in text
    ran = engine("check", str(copy))
    assert ran.code == 1
    assert "living_amount" in ran.said


def test_a_case_that_no_longer_holds_is_named(copy: Path) -> None:
    replace(copy / "cases" / "living.yaml", "living_aid: 600", "living_aid: 601")
    ran = engine("test", str(copy))
    assert ran.code == 1
    assert "三无党员每年六百元" in ran.said


def test_a_case_that_expects_an_unknown_word_is_an_error(copy: Path) -> None:
    replace(copy / "cases" / "living.yaml", "outcome: eligible", "outcmoe: eligible")
    assert engine("test", str(copy)).code == 1


def test_a_rule_without_a_case_is_named_by_the_coverage(copy: Path) -> None:
    for path in (copy / "cases").glob("*.yaml"):
        if path.name != "living.yaml":
            path.unlink()
    ran = engine("test", str(copy))
    assert ran.code == 1
    assert "exclusions.yaml:" in ran.said


@pytest.mark.parametrize("command", ["check", "test"])
def test_a_folder_that_does_not_exist_is_wrong_use(command: str, tmp_path: Path) -> None:
    ran = engine(command, str(tmp_path / "nowhere"))
    assert ran.code == 2
    assert "nowhere" in ran.said


def test_wrong_use_ends_with_two(tmp_path: Path) -> None:
    assert engine().code == 2
    assert engine("guess", LICHENG).code == 2
    assert engine("decide", LICHENG).code == 2
    assert engine("decide", LICHENG, "--facts", str(tmp_path / "none.json")).code == 2
    assert engine("decide", LICHENG, "--csv", str(tmp_path / "none.csv"), "--out", "x").code == 2
    assert engine("decide", LICHENG, "--facts", "-", "--lang", "fr", given="{}").code == 2


def test_the_command_works_as_a_process_of_its_own_with_utf8_whatever_the_locale() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "engine", "decide", LICHENG, "--facts", "-"],
        input=b'{"apply_type": "loan"}',
        capture_output=True,
        cwd=ROOT,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
        check=False,
    )
    assert done.returncode == 1
    assert has_chinese((done.stdout + done.stderr).decode("utf-8"))


def test_a_fact_of_a_case_that_cannot_be_read_is_named_with_its_place(copy: Path) -> None:
    (copy / "cases" / "spoilt.yaml").write_text(
        "- name: 写错的情形\n"
        "  given:\n"
        "    apply_type: living\n"
        "    apply_date: 2010-06-06\n"
        "    household_size: 99\n"
        "  expect: {outcome: undetermined}\n"
        "- name: 没有类别的情形\n"
        "  given: {apply_date: 2010-12-03}\n"
        "  expect: {outcome: undetermined}\n",
        encoding="utf-8",
    )
    for command in ("check", "test"):
        ran = engine(command, str(copy))
        assert ran.code == 1
        places = {line.split(": ")[0] for line in ran.said.splitlines() if "spoilt.yaml" in line}
        assert places == {f"cases/spoilt.yaml:{place}" for place in ("4:17", "5:21", "7:3")}
