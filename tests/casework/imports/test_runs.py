"""A workbook from upload to result, on both databases: tried first, then taken, never twice."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from casework import applications
from casework.imports import catalogue, kept, passage, runs
from casework.imports.marking import template
from engine.faults import Refused
from engine.idnumber import with_check_digit
from engine.messages import text
from models import (
    Application,
    AuditRecord,
    HolidayDay,
    ImportRun,
    ImportState,
    Member,
    OrgUnit,
    PastAid,
)
from tests.casework.bureau import open_bureau
from tests.casework.imports.books import MEMBER_HEAD, book, cells_of, fills_of
from tests.casework.imports.desk import Desk
from tests.conftest import Database
from tests.factories import NOW, TODAY


@pytest.fixture
def desk(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path / "data"))
    with database.sessions.begin() as session:
        bureau = open_bureau(session)
        found = {name: user.id for name, user in bureau.users.items()}
        branch = bureau.tree.branch.name
    return Desk(database, tmp_path, found, branch)


def number(order: int, born: str = "19610805") -> str:
    return with_check_digit(f"370112{born}{order:03d}")


def person(desk: Desk, order: int, **given: object) -> list[object]:
    row = {
        "党支部": desk.branch,
        "姓名": f"张三{order}",
        "身份证号": number(order),
        "性别": None,
        "入党时间": "1985年7月1日",
        "户口": "城镇",
        "联系电话": "13800000000",
        "家庭人口": 2,
    }
    row.update(given)
    return [row[name] for name in MEMBER_HEAD]


def members(desk: Desk) -> int:
    with desk.database.sessions() as session:
        return session.scalar(select(func.count()).select_from(Member)) or 0


def test_good_rows_come_in_and_bad_ones_are_marked_with_all_their_faults(desk: Desk) -> None:
    rows: list[Sequence[object]] = [
        ["历城区党员花名册"],
        MEMBER_HEAD,
        person(desk, 1),
        person(desk, 2, 身份证号=370112196108050010, 入党时间="85年", 家庭人口="三十五"),
        person(desk, 3, 党支部="没有的支部"),
        person(desk, 4, 性别="男" if int(number(4)[16]) % 2 == 0 else "女"),
        person(desk, 1),
        person(desk, 5, 家庭人口=0),
        ["合计", None, None, 5],
        ["注：本表一式两份，由支部填报后报送。"],
    ]
    run = desk.put("members", rows)
    assert desk.run(run).state == ImportState.CHECKED
    assert desk.counts(run) == {"new": 1, "faulty": 5, "skipped": 2}
    assert members(desk) == 0, "a dry run writes nothing"
    said = {(each["row"], each["column"]) for each in desk.run(run).sample}
    assert {
        (4, "身份证号码"),
        (4, "入党时间"),
        (4, "家庭人口"),
        (5, "党支部"),
        (6, "性别"),
    } <= said
    assert (7, "") in said
    assert (8, "家庭人口") in said, "what the policy bounds is marked in its cell"
    desk.take(run)
    assert desk.run(run).state == ImportState.DONE
    assert desk.counts(run)["new"] == members(desk) == 1


def told(desk: Desk, run: int, row: int) -> set[str]:
    """The columns that are named as wrong in a row."""
    return {each["column"] for each in desk.run(run).sample if each["row"] == row}


def test_a_row_that_cannot_be_read_still_tells_what_else_is_wrong_with_it(desk: Desk) -> None:
    wrong = "370112196108050011" if number(1) != "370112196108050011" else "370112196108050012"
    rows = [
        MEMBER_HEAD,
        person(desk, 1),
        person(desk, 2, 党支部=None, 身份证号=wrong),
        person(desk, 3, 党支部="没有的支部", 户口="海上", 联系电话="12", 入党时间="2090年1月1日"),
        person(desk, 1, 户口="海上"),
    ]
    run = desk.put("members", rows)
    assert desk.counts(run) == {"new": 1, "faulty": 3}
    assert told(desk, run, 3) == {"党支部", "身份证号码"}
    assert told(desk, run, 4) == {"党支部", "户口", "联系电话", "入党时间"}
    assert told(desk, run, 5) == {"户口", ""}, "and that it stands above already"


def test_a_row_that_is_not_taken_tells_more_than_what_was_met_first(desk: Desk) -> None:
    run = desk.put("members", [MEMBER_HEAD, person(desk, 1, 党支部="没有的支部", 联系电话="12")])
    assert told(desk, run, 2) == {"党支部", "联系电话"}


def test_a_branch_is_offered_as_the_list_writes_it(desk: Desk) -> None:
    with desk.database.sessions() as session:
        code = session.scalar(select(OrgUnit.code).where(OrgUnit.name == desk.branch)) or ""
    assert code != code.casefold()
    run = desk.put("members", [MEMBER_HEAD, person(desk, 1, 党支部="没有的支部")])
    assert code in str(desk.run(run).sample), desk.run(run).sample


def test_somebody_unknown_is_told_beside_a_cell_that_cannot_be_read(desk: Desk) -> None:
    head = ["身份证号码", "姓名", "类别", "项目", "年金额（元）"]
    run = desk.put("items", [head, [number(9), "张三", "收入", "退休金", "七百"]])
    assert told(desk, run, 2) == {"身份证号码", "年金额（元）"}


@pytest.mark.parametrize(
    "only", [number(2), "３７０１１２１９６１０８０５００２Ｘ", "6228480001234567890"]
)
def test_a_number_alone_is_an_entry_with_its_other_cells_missing(desk: Desk, only: str) -> None:
    row = [None if name != "身份证号" else only for name in MEMBER_HEAD]
    run = desk.put(
        "members", [MEMBER_HEAD, person(desk, 1), row, ["由支部填报后于每年十一月底前报送"]]
    )
    assert desk.counts(run) == {"new": 1, "faulty": 1, "skipped": 1}
    assert "姓名" in told(desk, run, 3)


@pytest.mark.parametrize("heading", ["加入日期", "入党日期", "入党时间"])
def test_the_date_of_joining_is_found_under_each_of_its_names(desk: Desk, heading: str) -> None:
    head = [heading if name == "入党时间" else name for name in MEMBER_HEAD]
    head = ["所在组织" if name == "党支部" else name for name in head]
    run = desk.put("members", [[*head, "可用于帮扶他人的技能"], [*person(desk, 1), "养蜂"]])
    desk.take(run)
    with desk.database.sessions() as session:
        member = session.scalars(select(Member).where(Member.can_help_skills == "养蜂")).one()
        assert member.joined_on == date(1985, 7, 1)


def test_the_marked_copy_colours_the_cells_and_says_why_and_goes_in_again(desk: Desk) -> None:
    run = desk.put(
        "members", [MEMBER_HEAD, person(desk, 1), person(desk, 2, 户口="海上", 姓名="=1+1")]
    )
    with desk.database.sessions.begin() as session:
        by = desk.actor(session)
        marked = kept.marked_copy(session, session.get_one(ImportRun, run), by=by, at=NOW)
    head, only = cells_of(marked)
    assert head[1:] == list(MEMBER_HEAD)
    assert "城镇" in str(only[0])
    assert only[2] == "=1+1"
    colours = fills_of(marked, 2)
    assert colours[6] != colours[2], "the cell that is wrong stands out"
    only[6] = "农村"
    only[2] = "李四"
    again = desk.put("members", [head, only])
    assert desk.counts(again) == {"new": 1}


def test_an_empty_row_above_the_headings_is_counted(desk: Desk) -> None:
    """A title, an empty row, the headings: what follows is rows, and the copy has all columns."""
    rows: list[tuple[object, ...]] = [("全区党员名单",), (None,), MEMBER_HEAD]
    rows.append((desk.branch, "张三", "370112196108050029", *[None] * 5))
    rows.append((desk.branch, "李四", "370112196108050028", *[None] * 5))
    run = desk.put("members", rows)
    assert desk.counts(run) == {"new": 1, "faulty": 1}
    with desk.database.sessions.begin() as session:
        row = session.get_one(ImportRun, run)
        assert row.heading_row == 3
        assert row.sample[0]["row"] == 5
        copy = kept.marked_copy(session, row, by=desk.actor(session), at=NOW)
    assert cells_of(copy)[0][1:] == list(MEMBER_HEAD)
    assert cells_of(copy)[1][2] == "李四"


def test_the_same_workbook_twice_changes_nothing(desk: Desk) -> None:
    rows = [MEMBER_HEAD, person(desk, 1), person(desk, 2)]
    desk.take(desk.put("members", rows))
    with desk.database.sessions() as session:
        before = session.scalars(select(Member.version).order_by(Member.id)).all()
    second = desk.put("members", [])
    assert desk.counts(second) == {"same": 2}
    with desk.database.sessions() as session:
        assert session.scalars(select(Member.version).order_by(Member.id)).all() == before
        assert runs.twin(session, session.get_one(ImportRun, second)) is not None
    with pytest.raises(Refused) as caught:
        desk.take(second)
    assert [fault.code for fault in caught.value.faults] == ["import_nothing"]


def test_a_changed_cell_changes_that_and_a_blank_leaves_what_is_known(desk: Desk) -> None:
    desk.take(desk.put("members", [MEMBER_HEAD, person(desk, 1)]))
    run = desk.put("members", [MEMBER_HEAD, person(desk, 1, 户口="农村", 联系电话=None)])
    assert desk.counts(run) == {"changed": 1}
    desk.take(run)
    with desk.database.sessions() as session:
        member = session.scalars(select(Member)).one()
        assert (member.hukou, member.phone) == ("rural", "13800000000")
        assert member.household is not None
        assert member.household.size == 2


def test_nobody_is_found_or_moved_outside_ones_own_part(desk: Desk) -> None:
    desk.take(desk.put("members", [MEMBER_HEAD, person(desk, 1)]))
    with desk.database.sessions.begin() as session:
        other = session.scalars(select(OrgUnit.name).where(OrgUnit.code == "B1")).one_or_none()
        other = (
            other
            or session.scalars(
                select(OrgUnit.name).where(OrgUnit.level == "branch").order_by(OrgUnit.id.desc())
            ).first()
        )
    run = desk.put("members", [MEMBER_HEAD, person(desk, 2, 党支部=other)])
    assert [each["column"] for each in desk.run(run).sample] == ["党支部"]


def test_who_may_not_import_is_refused_before_the_file_is_kept(desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        desk.put("members", [MEMBER_HEAD, person(desk, 1)], name="clerk")
    assert [fault.code for fault in caught.value.faults] == ["not_permitted"]


def test_a_household_of_merged_rows_comes_in_whole(desk: Desk) -> None:
    desk.take(desk.put("members", [MEMBER_HEAD, person(desk, 1)]))
    rows = [
        ("身份证号码", "姓名", "成员姓名", "与本人关系", "劳动能力"),
        (number(1), "张三1", "李梅", "配偶", "无"),
        (None, None, "张小", "子", "有"),
    ]
    run = desk.put("persons", rows, merged=["A2:A3", "B2:B3"])
    assert desk.counts(run) == {"new": 2}
    desk.take(run)
    with desk.database.sessions() as session:
        household = session.scalars(select(Member)).one().household
        assert household is not None
        assert [(p.name, p.can_work) for p in household.persons] == [
            ("李梅", False),
            ("张小", True),
        ]
        assert household.size == 3
    assert desk.counts(desk.put("persons", rows, merged=["A2:A3", "B2:B3"])) == {"same": 2}


def test_incomes_come_in_unverified_and_their_total_is_compared(desk: Desk) -> None:
    desk.take(desk.put("members", [MEMBER_HEAD, person(desk, 1)]))
    head = ("身份证号码", "类别", "项目", "年金额（元）")
    rows = [head, (number(1), "收入", "务工", "1.2万"), (number(1), "自付医疗费", "住院", 3000.5)]
    wrong = desk.put("items", [*rows, ("合计", None, None, 1)])
    assert "15000.50" in desk.run(wrong).trouble[0]
    with pytest.raises(Refused):
        desk.take(wrong)
    run = desk.put("items", [*rows, ("合计", None, None, "15,000.50")])
    assert desk.run(run).trouble == []
    desk.take(run)
    with desk.database.sessions() as session:
        household = session.scalars(select(Member)).one().household
        assert household is not None
        assert [(i.fen_per_year, i.verified) for i in household.items] == [
            (1200000, False),
            (300050, False),
        ]


APPLICATIONS = ("身份证号码", "姓名", "申请类别", "申请日期", "有劳动能力", "本人或家庭遭遇重病")


def test_applications_become_drafts_by_the_facts_of_the_policy(desk: Desk) -> None:
    desk.take(desk.put("members", [MEMBER_HEAD, person(desk, 1), person(desk, 2)]))
    with desk.database.sessions() as session:
        offers = {
            offer.kind.id: offer for offer in catalogue.offers(session, desk.actor(session), TODAY)
        }
        road = next(c for c in offers["applications"].kind.columns if c.id == "road")
    living = next(iter(road.choices.values())).zh
    rows = [
        APPLICATIONS,
        (number(1), "张三1", living, TODAY, "否", "是"),
        (number(2), "王五", living, TODAY, "否", "是"),
        (number(3), "张三3", living, TODAY, "也许", "是"),
    ]
    run = desk.put("applications", rows, policy="licheng-2010")
    assert desk.counts(run) == {"new": 1, "faulty": 2}
    assert [(s["row"], s["column"]) for s in desk.run(run).sample] == [
        (3, "姓名"),
        (4, "有劳动能力"),
        (4, "身份证号码"),  # and nobody of that number is known
    ]
    desk.take(run)
    with desk.database.sessions() as session:
        made = session.scalars(select(Application)).one()
        assert made.status == "draft"
        assert made.facts["has_labor_capacity"] is False
        assert made.facts["cause_illness"] is True
    assert desk.counts(desk.put("applications", rows[:2], policy="licheng-2010")) == {"same": 1}
    changed = [APPLICATIONS, (number(1), "张三1", living, TODAY, "是", "是")]
    run = desk.put("applications", changed, policy="licheng-2010")
    assert desk.counts(run) == {"changed": 1}


def test_aid_given_before_this_system_is_counted_by_the_rules_that_ask(desk: Desk) -> None:
    desk.take(desk.put("members", [MEMBER_HEAD, person(desk, 1)]))
    last = TODAY.year - 1
    head = ("身份证号码", "帮扶类别", "年度", "金额（元）", "资料来源")
    with desk.database.sessions() as session:
        offers = {o.kind.id: o.kind for o in catalogue.offers(session, desk.actor(session), TODAY)}
        category = next(c for c in offers["past_grants"].columns if c.id == "category")
    label = category.choices["living"].zh
    rows = [
        head,
        (number(1), label, last, 600, "纸质台账"),
        (number(1), label, TODAY.year, 600, "纸质台账"),
    ]
    run = desk.put("past_grants", rows, policy="licheng-2010")
    assert desk.counts(run) == {"new": 1, "faulty": 1}
    desk.take(run)
    with desk.database.sessions.begin() as session:
        assert session.scalars(select(PastAid.fen)).all() == [60000]
        member = session.scalars(select(Member)).one()
        application = applications.register(
            session, member, "living", TODAY, by=desk.actor(session, "clerk"), at=NOW
        )
        from casework import facts
        from casework.editions import policy_of

        known = facts.gather(session, application, policy_of(application.edition))
        assert known["prev_aid_type"] == "living"
        assert known["prev_aid_year"] == last


def test_holidays_replace_the_year_and_a_free_sunday_is_no_exception(desk: Desk) -> None:
    rows = [("日期", "类型"), ("2027-01-01", "休"), ("2027年1月3日", "休"), ("2027/1/9", "班")]
    run = desk.put("holidays", rows, name="administrator")
    desk.take(run)
    with desk.database.sessions() as session:
        found = session.execute(select(HolidayDay.day, HolidayDay.kind).order_by(HolidayDay.day))
        assert [(d, k.value) for d, k in found] == [
            (date(2027, 1, 1), "off"),
            (date(2027, 1, 9), "work"),
        ]


def test_matched_columns_are_remembered_for_the_same_headings(desk: Desk) -> None:
    odd = ("支部", "名", "身份证号", "电话号")
    rows = [odd, (desk.branch, "张三1", number(1), "13800000000")]
    path = book(desk.folder / "a.xlsx", {"表": rows})
    with desk.database.sessions.begin() as session:
        by = desk.actor(session)
        first = runs.upload(session, path, "a.xlsx", "members", by=by, at=NOW)
        assert "name" not in first.mapping
        with pytest.raises(Refused) as caught:
            runs.match(session, first, dict(first.mapping), by=by)
        assert [fault.code for fault in caught.value.faults] == ["column_missing"]
        runs.match(session, first, {**first.mapping, "name": 1, "phone": 3}, by=by)
    with desk.database.sessions.begin() as session:
        second = runs.upload(session, path, "a.xlsx", "members", by=desk.actor(session), at=NOW)
        assert second.mapping["name"] == 1
        assert second.mapping["phone"] == 3


def test_the_import_is_one_transaction_and_a_killed_one_starts_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passage, "PIECE", 2)
    run = desk.put("members", [MEMBER_HEAD, *(person(desk, n) for n in range(1, 6))])

    class Killed(BaseException):
        """As if the process had gone."""

    real = kept.report

    def die(run: ImportRun, rows: int) -> None:
        if rows >= 4:
            raise Killed
        real(run, rows)

    monkeypatch.setattr(kept, "report", die)
    with pytest.raises(Killed):
        desk.take(run)
    monkeypatch.setattr(kept, "report", real)
    assert members(desk) == 0
    assert desk.run(run).state == ImportState.APPLYING
    passage.apply(desk.database.sessions, run, NOW)
    assert members(desk) == 0, "whoever was heard of a moment ago is left to it"
    for file in (desk.folder / "data" / "imports").glob("*.progress"):
        os.utime(file, (0, 0))
    passage.apply(desk.database.sessions, run, NOW)
    assert members(desk) == 5
    assert desk.run(run).state == ImportState.DONE


def test_what_was_taken_in_is_on_record_and_the_file_lies_sealed(desk: Desk) -> None:
    run = desk.put("members", [MEMBER_HEAD, person(desk, 1)])
    desk.take(run)
    with desk.database.sessions() as session:
        actions = session.scalars(select(AuditRecord.action).order_by(AuditRecord.id)).all()
    assert [a for a in actions if a.startswith("import.")] == ["import.upload", "import.apply"]
    found = list((desk.folder / "data" / "imports").glob("*.file"))
    assert len(found) == 1
    assert not found[0].read_bytes().startswith(b"PK")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_template_has_its_drop_downs_and_goes_in_again(desk: Desk, lang: str) -> None:
    with desk.database.sessions() as session:
        offers = catalogue.offers(session, desk.actor(session), TODAY)
        assert {offer.kind.id for offer in offers} >= {
            "members",
            "persons",
            "items",
            "applications",
        }
        for offer in offers:
            path = desk.folder / "模板.xlsx"
            template(offer.kind.label, offer.kind.columns, lang, path, ["甲支部"])
            content = path.read_bytes()
            head = cells_of(content)[0]
            assert head == [column.label.text(lang) for column in offer.kind.columns]
            from casework.imports import headers

            found = headers.find([(1, tuple(head))], offer.kind.columns)
            assert found is not None
            assert len(headers.match(found, offer.kind.columns)) == len(offer.kind.columns)


def test_every_fault_has_both_languages() -> None:
    from casework.imports.messages import TEXTS
    from engine.faults import Fault

    for code in TEXTS:
        assert text(Fault(code), "zh") != text(Fault(code), "en")
