"""Headings and spellings are data: read strictly, complete, and in the words of the policy in force."""

import pytest

from casework.imports import catalogue, headers, spellings
from casework.imports.cells import value
from casework.imports.headers import Heading
from casework.imports.people import Members
from engine import load
from engine.faults import Refused
from engine.terms import NEUTRAL, Terms

TEXT = spellings.FILE.read_text("utf-8")


def words(policy: str) -> Terms:
    found = load(f"rulesets/{policy}").words
    assert found
    return found


def faults(old: str, new: str) -> list[tuple[str, str]]:
    """(code, where) of a copy of the file with one text changed."""
    assert old in TEXT
    with pytest.raises(Refused) as caught:
        spellings.read(TEXT.replace(old, new, 1).encode())
    return [(fault.code, fault.where or "") for fault in caught.value.faults]


def line_of(text: str) -> int:
    return TEXT[: TEXT.index(text)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("  members:", "  membres:", "unknown_key"),
        ("[出生年月, 出生年月日]", "出生年月", "expected_list"),
        ("[出生年月, 出生年月日]", "[出生年月, {a: b}]", "expected_text"),
        ("[开户行, 银行]", "[开户行, 户籍]", "spelling_twice"),
        ('joined_on: ["{word.joined_on}"', 'joined_on: ["{word.joined}"', "unknown_name"),
    ],
)
def test_a_mistake_in_the_file_stands_at_its_line(old: str, new: str, code: str) -> None:
    found = dict(faults(old, new))
    assert found[code].startswith(f"spellings.yaml:{line_of(old)}:")


def test_every_heading_and_value_of_the_file_belongs_to_a_column() -> None:
    known = spellings.read(TEXT.encode())
    licheng = load("rulesets/licheng-2010")
    kinds = {name: make() for name, make in catalogue.PLAIN.items()}
    kinds |= {name: make(licheng) for name, make in catalogue.OF_POLICY.items()}
    shared = {column.id for kind in kinds.values() for column in kind.columns}
    for name, columns in known.headings.items():
        mine = shared if name == "shared" else {column.id for column in kinds[name].columns}
        assert set(columns) <= mine, name
    choices = [c for kind in kinds.values() for c in kind.columns if c.spelled]
    assert all(set(column.spelled) <= set(column.choices) for column in choices)
    used = {id(column.spelled) for column in choices}
    plain = {"yes_no", "blank", "row"}  # cells and rows of every kind are read with these
    assert {id(spellings.values(name)) for name in known.values.keys() - plain} == used


@pytest.mark.parametrize(
    ("policy", "branch", "standing", "key"),
    [
        ("licheng-2010", "党支部", "党员", "full"),
        ("licheng-2010", "支部", "已开除党籍", "expelled"),
        ("yonghe-union-2024", "基层工会", "会员", "full"),
        ("huaishu-grades-2025", "社区居委会", "非本街道居民", "non_member"),
    ],
)
def test_a_workbook_is_read_in_the_words_of_the_policy(
    policy: str, branch: str, standing: str, key: str
) -> None:
    kind = catalogue.in_words(Members(), words(policy))
    heading = Heading(1, ("所在" + branch, "身份证号", "姓名", "人员类别"))
    assert headers.match(heading, kind.columns) == {
        "unit": 0, "id_number": 1, "name": 2, "status": 3,
    }  # fmt: skip
    [status] = [column for column in kind.columns if column.id == "status"]
    assert value(standing, status) == key
    with pytest.raises(Refused):
        value("甲乙丙", status)


def test_the_words_of_another_policy_are_not_taken() -> None:
    kind = catalogue.in_words(Members(), words("yonghe-union-2024"))
    [status] = [column for column in kind.columns if column.id == "status"]
    with pytest.raises(Refused):
        value("预备党员", status)
    assert value("预备", status) == "probationary", "the neutral words always serve"
    assert value("正式", catalogue.in_words(Members(), NEUTRAL).columns[7]) == "full"
