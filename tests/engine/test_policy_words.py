"""The words of a policy: complete, at their lines, filled into the texts of the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import Label, folder_files, load, load_files, messages
from engine.__main__ import main
from engine.faults import Fault, Refused
from engine.terms import NAMES, NEUTRAL, speaking

ROOT = Path(__file__).parents[2] / "rulesets"
POLICIES = sorted(one.name for one in ROOT.iterdir())
TEXT = (ROOT / "licheng-2010" / "policy.yaml").read_text("utf-8")


def faults(path: str, old: str, new: str) -> dict[str, str]:
    files = folder_files(ROOT / "licheng-2010")
    text = files[path].decode()
    assert old in text
    with pytest.raises(Refused) as caught:
        load_files(files | {path: text.replace(old, new, 1).encode()})
    return {fault.code: fault.where or "" for fault in caught.value.faults}


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_names_people_and_units_in_both_languages(name: str) -> None:
    words = load(ROOT / name).words
    assert words is not None
    needed = {one for one in NAMES if not one.startswith(("standing_", "service_"))}
    assert needed <= set(words.words)
    assert all(zh and en for zh, en in words.words.values())
    assert words.standings()


@pytest.mark.parametrize(
    ("path", "old", "new", "code"),
    [
        ("policy.yaml", "  unit: {zh: 党组织, en: Party organisation, many: Party organisations}\n", "", "missing_key"),
        ("policy.yaml", "en: member, many: members}", "en: member}", "missing_key"),
        ("policy.yaml", "  person: {", "  persom: {", "unknown_key"),
        ("policy.yaml", "zh: 党员, en: member,", 'zh: "100%", en: member,', "word_unsafe"),
        ("policy.yaml", "    full: {zh: 正式党员, en: Full member}\n    probationary", "    fulll: {zh: 正式党员, en: Full member}\n    probationary", "unknown_key"),
        ("policy.yaml", "    branch: [支部]", "    brunch: [支部]", "unknown_key"),
        ("procedure.yaml", ", many: Party branches", "", "word_office_many"),
    ],
)  # fmt: skip
def test_an_incomplete_or_wrong_word_stands_at_its_line(
    path: str, old: str, new: str, code: str
) -> None:
    found = faults(path, old, new)
    assert code in found
    file, line, column = found[code].split(":")
    assert file == path
    assert int(line) > 1
    assert int(column) > 0


def test_check_asks_for_the_words_that_an_older_edition_lacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = folder_files(ROOT / "licheng-2010")
    start, end = TEXT.index("words:"), TEXT.index("sections:")
    files["policy.yaml"] = (TEXT[:start] + TEXT[end:]).encode()
    assert load_files(files).words is None, "what was published before is still read"
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert main(["check", str(tmp_path)]) == 1
    assert "policy.yaml:1:1: policy.yaml 缺少“words”一节" in capsys.readouterr().err


def test_texts_speak_with_the_words_in_use() -> None:
    label = Label("{word.person}身份", "Standing of the {word.person}")
    fault = Fault("amount_of_nobody", {"who": Label("{word.branch}", "{word.branch}")})
    messages.register({"amount_of_nobody": ("{who}：{word.Persons}。", "{who}: {word.Persons}.")})
    assert label.text("zh") == "人员身份"
    union = load(ROOT / "yonghe-union-2024").words
    assert union
    with speaking(union):
        assert label.text("en") == "Standing of the worker"
        assert messages.text(fault) == "基层工会：职工。"
        assert messages.text(fault, "en") == "workplace union: Workers."
    assert messages.text(fault, "en") == "local unit: People."
    assert NEUTRAL.fill("{word.nothing}", "zh") == "{word.nothing}", "a wrong name is seen"


def test_every_word_that_a_text_asks_for_exists() -> None:
    for pair in messages.catalogue().values():
        for text, lang in zip(pair, ("zh", "en"), strict=True):
            assert "{word." not in NEUTRAL.fill(text, lang)
