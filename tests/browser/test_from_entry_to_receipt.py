"""A living-aid list of two and a sudden case, clicked from entry to receipt by every role.

One runs on SQLite, the other on PostgreSQL; the same roads on both databases each are walked
without a browser in tests/admin/test_cases_walk.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from models import Application
from seeds.scans import blank_sheet
from tests.browser.conftest import Live
from tests.browser.seat import Seat

pytestmark = pytest.mark.browser

NO = "否"
LIVING = ("有劳动能力", "有生活来源", "有法定赡养（抚养、扶养）人", "本人或家庭遭遇重病",
          "本人或家庭遭遇重灾", "本人或家庭遭遇其他事故", "申请认定其他特殊困难",
          "因懒、散等主观原因致困", "参与违法违纪活动")  # fmt: skip
SUDDEN_NO = ("本人或家庭遭遇重病", "本人或家庭遭遇重灾", "本人或家庭遭遇其他事故", "生命安全受到重大损失",
             "突发重大疾病", "申请认定其他突发因素", "因懒、散等主观原因致困", "参与违法违纪活动",
             "同一事件已获救助")  # fmt: skip


def enter(seat: Seat, name: str, road: str) -> str:
    """Register an application; gives the address of its form."""
    seat.go("登记申请")
    seat.write("谁提出申请？", name)
    seat.press("查找")
    seat.press_card(road)  # the only one of that name stands there already
    return seat.path


def living(seat: Seat, name: str) -> str:
    """A living-aid application handed in and appraised, its form filled in; gives its address."""
    form = enter(seat, name, "生活困难帮扶")
    seat.choose("申请人", "党员本人")
    for fact in LIVING:
        seat.choose(fact, NO)
    seat.press("保存草稿")
    seat.choose("申请人", "党员本人")
    assert "三无对象" in seat.text()
    seat.press("登记申请")
    case = seat.path
    seat.unfold("登记评议结果")
    for label, value in (
        ("主持人", "李书记"),
        ("应到人数", "12"),
        ("实到人数", "10"),
        ("评议意见", "情况属实"),
    ):
        seat.write(label, value)
    seat.choose("评议结论", "同意推荐")
    seat.press("登记评议结果")
    seat.open(form)
    seat.write("家庭困难状况说明", "常年无劳动能力，生活困难。")
    seat.press("保存")
    return case


def sudden(seat: Seat, name: str, scan: Path) -> str:
    """A sudden case handed in with its proof; gives its address."""
    form = enter(seat, name, "突发事故救助")
    seat.choose("申请人", "党员本人")
    seat.write("突发事件发生日期", "2010-12-02")
    seat.write("事件经过", "房屋失火")
    seat.choose("遭受突发性重大事故", "是")
    seat.shown("财产受到重大损失")
    seat.choose("财产受到重大损失", "是")
    seat.choose("事故后果", "本人无伤亡")
    for fact in SUDDEN_NO:
        seat.choose(fact, NO)
    seat.press("登记申请")
    case = seat.path
    seat.open(form)
    seat.write("突发意外损失情况说明", "房屋烧毁。")
    seat.press("保存")
    seat.open(case)
    seat.unfold("上传材料")
    seat.pick("材料种类", "职能部门处理事故证明")
    seat.attach("文件", scan)
    seat.press("上传")
    return case


def upward(
    live: Live, cases: list[str], amount: str | None = None, scan: Path | None = None
) -> None:
    """Branch check, committee verification and re-examination of each; `scan` is attached late."""
    seat = live.sign_in("secretary")
    for case in cases:
        seat.open(case)
        seat.unfold("上报")
        seat.choose("申请表填写人", "本人填写")
        seat.choose("本人签字或手印", "签字")
        seat.write("申请表份数", "2")
        seat.write("党支部意见", "同意上报")
        if amount:
            seat.write("拟救助金额（元）", amount)
        if scan:
            seat.unfold("上传材料")
            beside(seat, "文件", scan, "上传")
        seat.choose("已盖党支部印章", "是")
        seat.write("党支部书记签字", "李书记")
        seat.press("上报")
    seat = live.sign_in("verifier")
    for case in cases:
        seat.open(case)
        if "原件未核" in seat.text():
            seat.press("原件已核")
        seat.unfold("核实盖章")
        seat.choose("经组织认定不适合申请", NO)
        seat.choose("核实方式", "入户走访")
        seat.choose("原件已核", "是")
        seat.write("党（工）委意见", "情况属实")
        seat.choose("核实结论", "同意上报")
        if amount:
            seat.write("建议救助金额（元）", amount)
        seat.choose("已盖党（工）委印章", "是")
        seat.write("盖章日期", "2010-12-03")
        seat.write("报送区委组织部日期", "2010-12-03")
        seat.press("核实盖章")
    seat = live.sign_in("reviewer")
    for case in cases:
        seat.open(case)
        seat.unfold("提交上会")
        seat.write("复核意见", "符合条件")
        seat.choose("复核结论", "同意提交研究")
        seat.press("提交上会")


def decided(live: Live, names: list[str], scan: Path) -> None:
    """The meeting decides on the whole list at once."""
    seat = live.sign_in("reviewer")
    seat.go("会议与审批")
    seat.write("会议纪要编号", "2010-12")
    seat.write("参会人员", "部长办公会成员")
    seat.choose(f"会议结果: {names[0]}", "同意", seat.row(names[0]))
    if names[1:]:  # one answer for all; a list of one has no button for it
        seat.fill_down("会议结果")
    seat.attach("会议纪要扫描件", scan)
    seat.press("登记会议结果")
    seat.open("/meetings/")
    assert names[0] not in seat.text()
    seat = live.sign_in("leader")
    seat.go("会议与审批")
    assert names[0] in seat.text()
    seat.press("确认结果")
    seat.open("/meetings/")
    assert names[0] not in seat.text()


def posted(live: Live, folder: Path) -> None:
    """The notice hangs its five days and is taken down on the sixth."""
    seat = live.sign_in("clerk")
    seat.go("公示管理")
    seat.go("北庄村党支部")
    seat.write("张贴人", "张会计")
    seat.press("预览公示")
    assert "将严肃追查处理" in seat.text()
    seat.press("登记公示")
    seat.go("打印公示")
    assert "现将你村" in seat.text()
    seat.go("返回")
    notice = seat.path
    live.office.clock.later(5)
    seat.open(notice)
    photo = folder / "公示.png"
    photo.write_bytes(blank_sheet(1))
    seat.choose("已留存公示照片", "是")
    beside(seat, "照片（JPG 或 PNG）", photo, "留存照片")
    seat.press("登记公示结束")


def beside(seat: Seat, label: str, file: Path, button: str) -> None:
    """Send a file while a form of the page is filled in: the page stays, and so does what is typed."""
    seat.attach(label, file)
    seat.click(seat.seen(f"//main//button[normalize-space(.)='{button}']")[0])
    seat.shown(file.name)


def filed_and_screened(live: Live, names: list[str]) -> None:
    """Filed and entered by the committee, screened by the service centre."""
    seat = live.sign_in("committee_clerk")
    seat.go("备案")
    seat.write("报送人", "赵干事")
    seat.press("报送备案")
    seat.go("筛查名单")
    seat.press("登记录入")
    seat = live.sign_in("screener")
    seat.go("筛查名单")
    seat.go("名单1")
    for name in names:
        seat.choose(f"筛查结果: {name}", "筛查无误", seat.row(name))
    seat.press("登记筛查结果")


def paid(live: Live, names: list[str]) -> None:
    """Transferred, put on the roster, paid in cash before a witness, signed for."""
    seat = live.sign_in("finance")
    seat.go("资金拨付")
    seat.pick("资金来源", "区管党费")
    seat.write("拨款凭证号", "凭证1")
    seat.press("确认拨付")
    seat = live.sign_in("committee_clerk")
    seat.go("发放签收")
    seat.press("列入花名册")
    seat.choose(f"发放方式: {names[0]}", "现金", seat.row(names[0]))
    seat.write(f"见证人: {names[0]}", "孙书记", seat.row(names[0]))
    if names[1:]:
        seat.fill_down("发放方式")
        seat.fill_down("见证人")
    seat.press("确认发放")
    for name in names:
        seat.open("/payments/")
        seat.go(name)
        seat.choose("签收方式", "本人签字")
        seat.press("登记签收")


def archived(live: Live, cases: list[str]) -> None:
    seat = live.sign_in("committee_clerk")
    for number, case in enumerate(cases, 1):
        seat.open(case)
        seat.unfold("归档")
        seat.write("档案编号", f"2010-{number}")
        seat.press("归档")
        assert "已发放" in seat.text()


def end_of(live: Live) -> set[tuple[str, str, int | None]]:
    with live.office.session() as session:
        rows = session.query(Application).all()
        return {(one.status.value, one.stage, one.approved_fen) for one in rows}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_living_aid_list_is_clicked_from_entry_to_receipt(live: Live, tmp_path: Path) -> None:
    names = ["王建国", "刘长河"]
    scan = tmp_path / "会议纪要.pdf"
    scan.write_bytes(b"%PDF-1.4 minutes %%EOF")
    seat = live.sign_in("clerk")
    cases = [living(seat, name) for name in names]
    upward(live, cases)
    decided(live, names, scan)
    posted(live, tmp_path)
    filed_and_screened(live, names)
    paid(live, names)
    archived(live, cases)
    assert end_of(live) == {("closed", "archive", 60000)}


@pytest.mark.parametrize(
    "database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
def test_a_sudden_case_is_clicked_from_entry_to_receipt(live: Live, tmp_path: Path) -> None:
    scan = tmp_path / "火灾证明.pdf"
    scan.write_bytes(b"%PDF-1.4 one page %%EOF")
    name = "李秀英"
    case = sudden(live.sign_in("clerk"), name, scan)
    late = tmp_path / "补交证明.pdf"
    late.write_bytes(b"%PDF-1.4 another page %%EOF")
    upward(live, [case], amount="1500", scan=late)
    decided(live, [name], scan)
    posted(live, tmp_path)
    filed_and_screened(live, [name])
    paid(live, [name])
    archived(live, [case])
    assert end_of(live) == {("closed", "archive", 150000)}
