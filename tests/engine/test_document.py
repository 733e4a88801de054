"""A policy as a readable document, in Markdown and as a Word file."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from docx import Document

from engine import Policy, load
from engine.document import document
from engine.docxfile import docx
from engine.pages import Grid, markdown
from engine.phrases import Phrases
from tests.engine import mini
from tests.engine.commands import ROOT, engine, has_chinese

POLICIES = sorted(path.name for path in (ROOT / "rulesets").iterdir())


@pytest.fixture(params=POLICIES, scope="module")
def policy(request: pytest.FixtureRequest) -> Policy:
    return load(ROOT / "rulesets" / request.param)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_rule_and_dated_value_is_in_it(policy: Policy, lang: str) -> None:
    page = markdown(document(policy, lang))
    for rule in policy.all_rules():
        assert rule.kind == "row" or rule.label.text(lang) in page, rule.id
        assert rule.clause in page
    for parameter in policy.parameters.values():
        assert parameter.label.text(lang) in page
    for clause in policy.clauses:
        assert f"| {clause} |" in page
    rows = sum(len(table.rows) for table in policy.tables.values())
    assert page.count("| --- |") > 5
    assert len([line for line in page.splitlines() if line.startswith("| ")]) > rows + 20


def quoted(policy: Policy) -> set[str]:
    """What the policy says in Chinese only: words of its papers, which a translation quotes."""
    procedure = policy.procedure
    notice, round_, reply = procedure.notice, procedure.round, procedure.meetings.reply
    words = {notice.heading, notice.opening, notice.closing, notice.telephone, notice.issuer}
    words |= {*notice.hardship.values(), "村", "社区", "单位", "无"}
    words |= {text for form in procedure.forms.values() for text in (form.heading, form.footnote)}
    words |= set() if round_ is None else {round_.title, round_.body}
    words |= set() if reply is None else {reply.written}
    words |= {"〔年度〕", "〔截止日期〕", "〔天数〕", "〔起止日期〕", "〔困难类别〕"}
    pieces = {piece.strip() for text in words for piece in re.split(r"\{[a-z_]+\}|\n", text)}
    return {piece for piece in pieces if has_chinese(piece)}


def test_the_english_one_is_english_but_for_the_words_that_papers_have_in_chinese_only(
    policy: Policy,
) -> None:
    page = markdown(document(policy, "en"))
    for words in sorted(quoted(policy), key=len, reverse=True):
        page = page.replace(words, "")
    lines = [line for line in page.splitlines() if has_chinese(line) and "| Source |" not in line]
    assert lines == []


def test_rules_are_said_as_the_trees_bind() -> None:
    asked = mini.policy(
        facts="a: {type: yes_no, zh: 甲, en: A}\nb: {type: yes_no, zh: 乙或丙, en: B}\n"
        "n: {type: integer, range: 1..9, zh: 人数, en: People}\n",
        values='v: {is: "not (a or b) and (n - 1) * 2 >= 3 - (2 - n)", zh: 丁, en: V}\n',
        exclusions='- {id: x, clause: "1", zh: 戊, en: X, when: v}',
    )
    tree = asked.trees["v"]
    assert Phrases(asked).of(tree) == (
        "非 （甲 或 “乙或丙”） 且 （人数 - 1） * 2 不小于 3 - （2 - 人数）"
    )
    assert Phrases(asked, "en").of(tree) == (
        "not (A or B) and (People - 1) * 2 >= 3 - (2 - People)"
    )


def test_what_was_written_out_is_said_as_the_file_writes_it() -> None:
    page = markdown(document(load(ROOT / "rulesets" / "qinghe-medical-2025")))
    assert "按月累计(慢特病每月救助, 慢特病起算日期, 年末(申请日期))（元）" in page
    assert "分段累计(取大(住院自付费用 - 起付线, 0), 0, 第一段比例, 第二段起点," in page
    assert "| 慢特病每月救助 | 5 | 180 | 元/人/月 | 2025年7月1日 |" in page
    real = markdown(document(load(ROOT / "rulesets" / "licheng-2010")))
    assert "突发事故救助 且 （遭受突发性重大事故 且 财产受到重大损失 或 突发重大疾病）" in real


def test_the_word_file_says_the_same(policy: Policy) -> None:
    parts = document(policy)
    word = Document(io.BytesIO(docx(parts)))
    grids = [part for part in parts if isinstance(part, Grid)]
    assert [
        [tuple(cell.text for cell in row.cells) for row in table.rows] for table in word.tables
    ] == [[grid.headings, *grid.rows] for grid in grids]
    title = word.paragraphs[0]
    assert (title.text, title.style.name if title.style else "") == (policy.zh, "Title")


def test_the_command_writes_both_kinds_and_no_other(tmp_path: Path) -> None:
    folder = str(ROOT / "rulesets" / "yonghe-union-2024")
    printed = engine("document", folder)
    assert printed.code == 0
    assert engine("document", folder, "--out", str(tmp_path / "a.md")).code == 0
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == printed.out
    assert engine("document", folder, "--out", str(tmp_path / "a.docx")).code == 0
    assert len(Document(str(tmp_path / "a.docx")).tables) > 5
    ran = engine("document", folder, "--out", str(tmp_path / "a.pdf"), "--lang", "en")
    assert (ran.code, has_chinese(ran.said)) == (2, False)
    assert engine("document", folder, "--out", str(tmp_path / "no" / "a.md")).code == 2


def test_signs_of_tables_in_a_cell_do_not_break_the_table() -> None:
    page = markdown([Grid(("a|b",), (("c\nd",),))])
    assert page == "| a\\|b |\n| --- |\n| c<br>d |\n"
