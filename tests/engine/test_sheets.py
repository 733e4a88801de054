"""Decision tables as Excel sheets and DMN 1.3 files: what goes out comes back as it was."""

from __future__ import annotations

import io
import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from engine import Fault, Policy, Refused, load, load_files
from engine.language import tree as t
from engine.messages import line
from engine.sheets import Line, Sheet, entry_text, sheet_of
from engine.sheets.dmn import SPACE, from_dmn, to_dmn
from engine.sheets.excel import from_excel, to_excel
from engine.sheets.policyfile import name_reader, with_table
from tests.engine import mini
from tests.engine.commands import ROOT, engine, has_chinese
from tests.engine.policies import GOOD_REASONS, Maker

POLICIES = sorted(path.name for path in (ROOT / "rulesets").iterdir())


def with_tables() -> Iterator[tuple[str, Policy]]:
    """The policies of the repository and random ones, those that have tables."""
    for name in POLICIES:
        yield name, load(ROOT / "rulesets" / name)
    yield (
        "any",
        mini.policy(
            facts="score: {type: integer, range: 0..100, zh: 得分, en: Score}\n",
            values="x: {zh: 甲, en: X, table: {hit: any, inputs: [score], "
            'rows: [["> 50", 1], [">= 50", 1]], otherwise: 0}}\n',
            exclusions='- {id: e, clause: "1", zh: 戊, en: E, when: x > 0}',
        ),
    )
    for seed in range(40 if os.environ.get("SUNSHINE_FAULTS") else 6):
        files, reasons = Maker(random.Random(seed)).files(), set()
        try:
            yield f"seed {seed}", load_files(files)
        except Refused as refused:
            reasons = {fault.code for fault in refused.faults}
        assert reasons <= GOOD_REASONS


def meaning(policy: Policy, name: str) -> Any:
    """What a table says, whatever it is written like."""
    table = policy.tables[name]
    rows = [
        ([t.key(test) for test in row.tests], None if row.then is None else t.key(row.then))
        for row in table.rows
    ]
    rest = None if table.otherwise is None else t.key(table.otherwise)
    return table.hit, [t.key(column.tree) for column in table.columns], rows, rest


def said(policy: Policy, name: str) -> tuple[bytes, tuple[Fault, ...]]:
    try:
        return to_dmn(policy, name), ()
    except Refused as refused:
        return b"", refused.faults


def told(sheet: Sheet) -> Any:
    return sorted((x.id, x.clause, x.zh, x.en, x.note) for x in sheet.lines)


def rewritten(policy: Policy, sheets: dict[str, Sheet]) -> Policy:
    """The policy with all of these tables put into its files and read again."""
    changed = policy
    for name, sheet in sheets.items():
        changed = replace(changed, files=with_table(changed, name, sheet)[2])
    return load_files(changed.files) if sheets else policy


def test_every_table_comes_back_from_excel_and_dmn_as_it_went() -> None:
    seen, unsaid, hits = 0, 0, set()
    for who, policy in with_tables():
        from_books: dict[str, Sheet] = {}
        from_files: dict[str, Sheet] = {}
        for name in policy.tables:
            sheet = sheet_of(policy, name)
            from_books[name] = from_excel(to_excel(sheet))
            assert from_books[name] == sheet, (who, name)
            data, faults = said(policy, name)
            if faults:
                assert {fault.code for fault in faults} == {"dmn_feel"}
                assert all(": " in str(fault.where) for fault in faults)
                unsaid += 1
                continue
            from_files[name] = from_dmn(data, name_reader(policy))
            assert told(from_files[name]) == told(sheet)
            seen += 1
            hits.add(policy.tables[name].hit)
        for again, sheets in (
            (rewritten(policy, from_books), from_books),
            (rewritten(policy, from_files), from_files),
        ):
            for name in sheets:
                assert meaning(again, name) == meaning(policy, name), (who, name)
    assert seen > 15
    assert unsaid < seen
    assert len(hits) > 5, hits


def test_texts_that_look_like_formulas_numbers_and_dates_stay_texts() -> None:
    odd = Line(("= 5", "1-2"), "+1", note="=1+1\n第二行", zh="-x", id="a")
    sheet = Sheet("x", "标题；一", "", "", "first", ("score", "a, b"), (odd,), "@no", ())
    data = to_excel(sheet)
    assert from_excel(data) == sheet
    page = load_workbook(io.BytesIO(data)).worksheets[0]
    assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)


def test_numbers_dates_and_truths_that_excel_made_are_read_as_people_write_them() -> None:
    from datetime import datetime

    book = load_workbook(
        io.BytesIO(
            to_excel(Sheet("x", "", "", "", "first", ("n", "d", "b"), (Line(("", "", ""), "1"),)))
        )
    )
    page = book.worksheets[0]
    for column, value in enumerate((80.0, datetime(2025, 1, 2), True, 2.5), 5):
        page.cell(10, column).value = value
    held = io.BytesIO()
    book.save(held)
    assert from_excel(held.getvalue()).lines == (Line(("80", "2025-01-02", "yes"), "2.5"),)


def test_what_is_wrong_with_a_sheet_is_said_at_once_with_its_cells() -> None:
    sheet = Sheet("x", "", "", "", "first", ("n",), (Line(("1",), "2"), Line(("3",), "4")))
    book = load_workbook(io.BytesIO(to_excel(sheet)))
    page = book.worksheets[0]
    page["A5"] = "hits"
    page["E10"] = "=1+1"
    page["F11"] = None
    page["J11"] = "left over"
    held = io.BytesIO()
    book.save(held)
    with pytest.raises(Refused) as caught:
        from_excel(held.getvalue())
    assert {(f.code, f.where) for f in caught.value.faults} == {
        ("sheet_head", "A5"),
        ("sheet_formula", "E10"),
        ("sheet_blank_then", "F11"),
        ("sheet_after_end", "J11"),
    }
    for junk in (b"", b"PK\x03\x04junk", b"<xml/>"):
        with pytest.raises(Refused):
            from_excel(junk)


# DMN ----------------------------------------------------------------------------------------

_DMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="{space}" id="d" name="d" namespace="n">
  <decision id="grade" name="Grade of hardship"><decisionTable {hit}>
    <input><inputExpression typeRef="number"><text>{input}</text></inputExpression></input>
    <output typeRef="number"/>
    <rule><inputEntry><text>{cell}</text></inputEntry><outputEntry><text>{then}</text></outputEntry>
      <annotationEntry><text>said by the board</text></annotationEntry></rule>
    <rule><inputEntry><text>-</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>
  </decisionTable></decision>
</definitions>"""


def dmn(cell: str = "1", then: str = "2", hit: str = 'hitPolicy="FIRST"', **more: str) -> bytes:
    given = {"space": SPACE, "input": "Score of all", **more}
    made = {key: text.replace("<", "&lt;") for key, text in given.items()}
    return _DMN.format(cell=cell.replace("<", "&lt;"), then=then, hit=hit, **made).encode()


def _policy() -> Policy:
    return mini.policy(
        facts="score: {type: integer, range: 0..100, zh: 得分, en: Score of all}\n",
        values="used: {is: score > 1, zh: 用, en: Used}\n",
        exclusions='- {id: x, clause: "1", zh: 戊, en: X, when: used}',
    )


def read(**parts: str) -> Sheet:
    return from_dmn(dmn(**parts), name_reader(_policy()))


@pytest.mark.parametrize(
    ("feel", "cell"),
    [
        ("-", "-"), ("80", "80"), (" [80..90] ", "[80..90]"), ("]80..90[", "(80..90)"),
        ("(80..90]", "(80..90]"), ("1, [3..5], > 9", "1, [3..5], > 9"), ("not(1, 2)", "not 1, 2"),
        (">= Score of all * 2 + 1", ">= score * 2 + 1"), ("< -(2 + 3)", "< -(2 + 3)"),
        ('"urban", "rural"', "urban, rural"), ('date("2025-01-02")', "2025-01-02"),
        ("true", "yes"), ('"two words"', "'two words'"),
    ],
)  # fmt: skip
def test_feel_of_level_two_is_read(feel: str, cell: str) -> None:
    sheet = read(cell=feel)
    assert sheet.inputs == ("score",)  # by its English label
    assert sheet.lines[0] == Line((cell,), "2", note="said by the board")
    assert (sheet.name, sheet.zh, sheet.hit) == ("grade", "Grade of hardship", "first")


@pytest.mark.parametrize(
    ("feel", "said"),
    [
        ("", "empty"), ("for x in y return x", "nothing is called"), ("count(score)", "function"),
        ("[1..2", "breaks off"), ("@x", "unknown"), ("1 1", "left over"), (">", "breaks off"),
        ('date("2025-13-01")', "value is expected"), ("{a: 1}", "unknown"),
        ("not(1", "breaks off"), ("not(score", "breaks off"),
    ],
)  # fmt: skip
def test_other_feel_is_a_clear_error_that_names_the_cell(feel: str, said: str) -> None:
    with pytest.raises(Refused) as caught:
        read(cell=feel)
    (fault,) = caught.value.faults
    shown = line(fault, "en")
    assert shown.startswith("grade: rule 1, input 1: ")
    assert said in shown
    assert feel in shown
    assert not has_chinese(shown)
    assert has_chinese(line(fault, "zh"))


@pytest.mark.parametrize(
    ("attributes", "hit"),
    [
        ("", "unique"), ('hitPolicy="ANY"', "any"),
        ('hitPolicy="COLLECT" aggregation="SUM"', "collect sum"),
        ('hitPolicy="COLLECT" aggregation="MIN"', "collect min"),
        ('hitPolicy="COLLECT" aggregation="MAX"', "collect max"),
        ('hitPolicy="COLLECT" aggregation="COUNT"', "collect count"),
        ('hitPolicy="RULE ORDER"', None), ('hitPolicy="COLLECT"', None),
        ('hitPolicy="OUTPUT ORDER"', None),
    ],
)  # fmt: skip
def test_hit_policies(attributes: str, hit: str | None) -> None:
    if hit is not None:
        assert read(hit=attributes).hit == hit
        return
    with pytest.raises(Refused) as caught:
        read(hit=attributes)
    assert [fault.code for fault in caught.value.faults] == ["dmn_hit"]


@pytest.mark.parametrize("cell", ["A2001", "BM9"])
def test_a_sheet_with_more_than_is_read_is_refused_and_nothing_left_out(cell: str) -> None:
    sheet = Sheet("x", "题", "", "", "first", ("score",), (Line(("1",), "a", id="a"),), "@no", ())
    book = load_workbook(io.BytesIO(to_excel(sheet)))
    book.worksheets[0][cell] = "b"
    held = io.BytesIO()
    book.save(held)
    with pytest.raises(Refused) as refused:
        from_excel(held.getvalue())
    assert [fault.code for fault in refused.value.faults] == ["sheet_too_large"]
    assert has_chinese(line(refused.value.faults[0], "zh"))


def test_files_that_are_no_dmn_or_want_to_reach_outside_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("80", encoding="utf-8")
    outside = dmn(cell="&x;").replace(
        b"<definitions",
        f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]>\n<definitions'.encode(),
    )
    laughs = b'<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><l>&b;</l>'
    for data, code in (
        (outside, "dmn_doctype"), (laughs, "dmn_doctype"), (b"junk", "sheet_unreadable"),
        (b"<definitions/>", "dmn_no_table"),
        (dmn().replace(b"<output ", b'<output/><output '), "dmn_outputs"),
        (dmn().replace(b"</definitions>", dmn().split(b'name="d" namespace="n">')[1].replace(b'"grade"', b'"other"')), "dmn_several"),
    ):  # fmt: skip
        with pytest.raises(Refused) as caught:
            from_dmn(data, str)
        assert [fault.code for fault in caught.value.faults] == [code]
    several = dmn().replace(
        b"</definitions>",
        dmn().split(b'name="d" namespace="n">')[1].replace(b'"grade"', b'"other"'),
    )
    assert from_dmn(several, name_reader(_policy()), "other").name == "other"


def test_older_and_newer_dmn_is_read_as_well() -> None:
    for year in (
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
    ):
        assert read(space=year).inputs == ("score",)


# the commands -------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["xlsx", "dmn"])
def test_the_commands_write_an_edited_table_back(ending: str, tmp_path: Path) -> None:
    folder = tmp_path / "policy"
    shutil.copytree(ROOT / "rulesets" / "huaishu-grades-2025", folder)
    file = tmp_path / f"yearly.{ending}"
    assert engine("table-export", str(folder), "yearly", "--out", str(file)).code == 0
    before = (folder / "amounts.yaml").read_text(encoding="utf-8")
    if ending == "dmn":
        file.write_text(
            file.read_text(encoding="utf-8").replace(">4000<", ">4100<"), encoding="utf-8"
        )
    else:
        book = load_workbook(file)
        cell = next(c for row in book.worksheets[0].iter_rows() for c in row if c.value == "4000")
        cell.value = 4100
        book.save(file)
    ran = engine("table-import", str(folder), "yearly", str(file), "--write")
    assert ran.code == 0, ran.said
    assert "4100" in ran.out
    after = (folder / "amounts.yaml").read_text(encoding="utf-8")
    assert before.splitlines()[0] == after.splitlines()[0]  # its comment stays
    again = load(folder)
    assert meaning(again, "yearly")[2][0][1] == ("const", "Fraction", 4100)
    assert again.tables["yearly"].label.zh == "年帮扶金"


def test_a_table_that_would_break_the_policy_is_refused_and_nothing_written(tmp_path: Path) -> None:
    folder = tmp_path / "policy"
    shutil.copytree(ROOT / "rulesets" / "huaishu-grades-2025", folder)
    file = tmp_path / "grade.dmn"
    assert engine("table-export", str(folder), "grade", "--out", str(file)).code == 0
    file.write_text(
        file.read_text(encoding="utf-8").replace("[60..79]", "[60..85]"), encoding="utf-8"
    )
    kept = (folder / "eligibility.yaml").read_bytes()
    ran = engine("table-import", str(folder), "grade", str(file), "--write", "--lang", "en")
    assert ran.code == 1
    assert "eligibility.yaml" in ran.err
    assert (folder / "eligibility.yaml").read_bytes() == kept


def test_a_new_table_is_added_and_wrong_use_is_said(tmp_path: Path) -> None:
    folder = str(ROOT / "rulesets" / "huaishu-grades-2025")
    sheet = Sheet(
        "bonus", "奖励", "Bonus", "5", "first", ("家庭人口",), (Line(("> 4",), "100"),), "0"
    )
    (tmp_path / "bonus.xlsx").write_bytes(to_excel(sheet))
    ran = engine("table-import", folder, "bonus", str(tmp_path / "bonus.xlsx"))
    assert (ran.code, ran.out) == (0, entry_text(sheet))
    assert engine("table-export", folder, "none", "--out", str(tmp_path / "x.xlsx")).code == 1
    assert engine("table-export", folder, "grade", "--out", str(tmp_path / "x.csv")).code == 2
    assert engine("table-import", folder, "grade", str(tmp_path / "none.dmn")).code == 2
    (tmp_path / "x.csv").write_text("")
    assert engine("table-import", folder, "grade", str(tmp_path / "x.csv")).code == 2
