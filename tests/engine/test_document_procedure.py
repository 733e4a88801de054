"""The document of a policy says what procedure.yaml and papers.yaml say, in words."""

from __future__ import annotations

import re

import pytest
from ruamel.yaml import YAML

from engine import Policy, load, load_files
from engine.document import document
from engine.language.functions import FUNCTIONS
from engine.pages import markdown
from engine.writing.words import ROLES
from tests.engine import mini
from tests.engine.commands import ROOT
from tests.engine.folders import edited

POLICIES = sorted(path.name for path in (ROOT / "rulesets").iterdir())
PROCEDURE = "procedure.yaml"
WORD = re.compile(r"[A-Za-z_]{2,}")


def page(policy: Policy, lang: str = "zh") -> str:
    return markdown(document(policy, lang))


def section(text: str, title: str) -> str:
    """What stands under one heading of the second level."""
    found = re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", text, re.S | re.M)
    assert found is not None, title
    return found[1]


@pytest.fixture(scope="module")
def real() -> str:
    return page(load(ROOT / "rulesets" / "licheng-2010"))


PARTS = {
    "deadline": ("from: event_date, days: 3, of: calendar", "from: event_date, days: 4, of: working",
                 "| “突发事件发生日期”的次日 | 4个工作日 | 上报日期 |"),
    "deadline is met": ("of: calendar, met_by: replied_on", "of: calendar, met_by: paid_on",
                        "| “区委组织部收到日期”的次日 | 3天（日历日，最后一天遇节假日不顺延） | 资金到位日期 |"),
    "deadline's date": ("taken: record meeting.decided_on", "taken: done meeting", "“部长办公会”办结之日"),
    "reminder": ("deadline: reply_due, days: -1, to: [department_reviewer]",
                 "deadline: reply_due, days: -2, to: [finance]", "| 区委组织部批复 | 到期前2天 | 财务人员 |"),
    "notice's days": ("at_least: 5, counts_first: yes", "at_least: 7, counts_first: no",
                      "不少于7天；张贴当天不计算在内；截止当天计算在内"),
    "notice's place": ("  place: branch\n", "  place: other\n", "| 地点 | 其他地点 |"),
    "notice's column": ("{id: reason, zh: 困难原因", "{id: reason, zh: 致困原因", "名单的栏目：姓名、性别、出生年月、入党时间、致困原因。"),
    "notice's reason": ("zh: 因灾, en: Disaster, when: cause_disaster", "zh: 受灾, en: Disaster, when: cause_illness",
                        "| 受灾 | “本人或家庭遭遇重病” |"),
    "notice's objections": ("letter: {zh: 来信, en: Letter}", "letter: {zh: 信箱, en: Letter}",
                            "可以通过电话、信箱、面谈、其他方式反映"),
    "who posts": ("by: [branch_clerk, branch_secretary]\n    button: {zh: 登记公示",
                  "by: [branch_secretary]\n    button: {zh: 登记公示", "| 张贴人 | 党支部书记 |"),
    "form's field": ("lines: household.income, help", "lines: household.income, required: [committee_submit], help",
                     "| 按家庭收入逐项填写 | 必填：党（工）委报送 |"),
    "form's box": ("zh: 党支部意见（盖章）", "zh: 党支部书记意见（盖章）", "| 8 | 党支部书记意见（盖章） | 党支部 |"),
    "form's hand-over": ("en: Branch submits, seals: [branch]}", "en: Branch submits, seals: [branch], amounts: [branch], copies: 3}",
                         "| 党支部上报 | 党支部 | 党支部 | 3 |"),
    "form's copies": ("copies: 2\n    signatures: [sign, fingerprint]", "copies: 5\n    signatures: [sign]",
                      "份数：5份。须有本人签字。"),
    "record": ("{id: chair, type: text, text: short, required: yes, zh: 主持人", "{id: chair, type: text, text: short, required_when: present > 9, zh: 会议主持",
               "| 会议主持 | 文字 |  | 下列情况必填：实到人数 大于 9 |"),
    "check": ("must: present <= expected,", "must: present < expected,", "| 实到人数 小于 应到人数 |"),
    "who acts": ("by: [department_reviewer]\n    button: {zh: 提交上会", "by: [department_leader]\n    button: {zh: 提交上会",
                 "| 5 | 区委组织部复核 | 区委组织部 | 区委组织部部长 |"),
    "who acts up to an amount": (
        "    by: [committee_verifier, committee_leader]\n",
        "    by: [committee_verifier, committee_leader]\n"
        "    by_amount: [{up_to: 5000, by: [committee_verifier]}, {by: [committee_leader]}]\n",
        "金额不超过5000元的，由党（工）委组织委员办理。超过以上金额的，由党（工）委书记办理。",
    ),
    "who confirms": ("confirmed_by: [department_leader]", "confirmed_by: [finance]", "确认人：财务人员。"),
    "passing": ("passes: conclusion = agree", "passes: conclusion = agree and present > 2",
                "通过的条件：评议结论 是 同意推荐 且 实到人数 大于 2。"),
    "sending back": ("returns_to: [application, appraisal, branch_check]", "returns_to: [branch_check]", "可以退回：支部审核。"),
    "withdrawing": ("withdraw_before: transfer", "withdraw_before: notice", "“公示”之前，本人可以撤回申请。"),
    "before payment": ("zh: 尚未备案, en: Not filed for record, clause: \"4.3\", back_fill: filing", "zh: 没有备案, en: Not filed, clause: \"4.3\"",
                       "| 4.3 | 没有备案 | 各途径 | 备案 | 也不得缺 |"),
    "way of paying": ("    cash: {zh: 现金, en: Cash}\n    card", "    card", "发放方式：银行卡。"),
    "way of the money": ("zh: 区委组织部→党（工）委→党员本人", "zh: 区委组织部→党员本人", "资金只能按此途径拨付：区委组织部→党员本人。"),
    "heir": ("death_certificate: {zh: 死亡证明", "death_certificate: {zh: 户口注销证明", "须提供：继承人（近亲属）证明、户口注销证明。"),
    "emergency": ("signatures: 2", "signatures: 3", "至少3人签字后才能批准"),
    "emergency's rest": ("zh: 补办公示, en", "zh: 补贴公示, en", "可以先发，补贴公示"),
    "emergency's papers": ("always_back_fill: [form, evidence]\n  closed_by: {form: form, evidence: evidence}",
                           "always_back_fill: [form]\n  closed_by: {form: form}", "| 补交证明材料 | 发放时尚未完成的 |"),
    "fraud": ("zh: 通报批评, en: Circular criticism}\n", "zh: 通报批评, en: Circular criticism, if_paid: yes}\n",
              "| 通报批评 | 查实骗取，且已经发放资金 |"),
    "fraud's persons": ("org_head: [org_head], both", "org_head: [member, org_head], both", "| 单位负责人 | 党员个人、党组织负责人 |"),
    "on behalf": ("compared_by: [committee_verifier, committee_leader]", "compared_by: [committee_leader]", "由另一人（党（工）委书记）逐项核对"),
    "originals": ("by: [committee_clerk, committee_verifier, committee_leader]\n  said_in", "by: [committee_leader]\n  said_in",
                  "由党（工）委书记逐份说明已核原件"),
    "meetings": ("written: 历组批〔{year}〕{number}号", "written: 历组字〔{year}〕{number}号", "写法如：历组字〔2010〕1号。"),
    "comparison": ("zh: 同一家庭, en: Same household}", "zh: 同一家庭, en: Same household, stops: yes}", "| 同一家庭 | 未处理的不得通过筛查 |"),
    "register": ("zh: 因灾致困", "zh: 受灾致困", "三无；因病致困；受灾致困"),
    "visits": ("zh: 按规定公示,", "zh: 如期公示,", "联系电话真实有效；如期公示；"),
    "pairs": ("zh: 帮扶人应当是党员。", "zh: 帮扶人须是党员。", "| 帮扶人须是党员。 | 不能结对 |"),
    "round": ("takes: entry_due, stages", "takes: reply_due, stages", "| 备案、程序筛查 | 区委组织部批复：3天"),
    "round's people": ("  opened_by: [department_reviewer]", "  opened_by: [department_leader]", "由区委组织部部长启动"),
}  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_a_change_of_the_procedure_is_a_change_of_the_document(part: str, real: str) -> None:
    old, new, said = PARTS[part]
    assert said not in real
    assert said in page(load_files(edited((PROCEDURE, old, new))))


def test_a_change_of_the_papers_is_a_change_of_the_document(real: str) -> None:
    row = "| 4.3 | 张榜公示 | 一次公示 | 2 | 各途径 | 财务人员 |"
    changed = ("papers.yaml", "{zh: 公示, en: Public notice (annex 3), clause: \"4.3\", about: notice,",
               "{zh: 张榜公示, en: Public notice (annex 3), clause: \"4.3\", about: notice, copies: 2, by: [finance],")  # fmt: skip
    assert row not in real
    assert row in page(load_files(edited(changed)))


def test_a_paper_that_the_rules_demand_is_said_with_its_step_and_what_serves_as_well(
    real: str,
) -> None:
    papers = section(real, "应附材料")
    assert "| 党（工）委核实 |" in papers
    changed = ("eligibility.yaml", "served_by: [death_certificate]", "served_by: [heir_proof]")
    assert "继承人（近亲属）证明" not in papers
    assert "继承人（近亲属）证明" in section(page(load_files(edited(changed))), "应附材料")


@pytest.mark.parametrize("name", POLICIES)
def test_no_raw_key_stands_in_the_chinese_document(name: str) -> None:
    """The policy's own number, the digest of its files and the names of its files of cases are
    what they are; everything else is Chinese."""
    policy = load(ROOT / "rulesets" / name)
    text = page(policy).replace(policy.id, "").replace(policy.digest, "").replace("<br>", "")
    lines = [line for line in text.splitlines() if WORD.search(line)]
    cases = section(text, "验证情形").splitlines()
    assert [line for line in lines if line not in cases] == []


@pytest.mark.parametrize("name", POLICIES)
def test_no_name_of_the_files_stands_in_the_english_document(name: str) -> None:
    policy = load(ROOT / "rulesets" / name)
    text = page(policy, "en").replace(policy.id, "").replace(policy.digest, "")
    text = text.replace(section(text, "Cases"), "")
    found = set(re.findall(r"[a-z]+_[a-z_]+|[{}]", text))
    assert found - set(FUNCTIONS) == set()  # the words of the language are English


@pytest.mark.parametrize(("lang", "title"), [("zh", "各步骤的办理"), ("en", "Each step")])
@pytest.mark.parametrize("name", POLICIES)
def test_every_step_and_all_that_it_records_is_in_it(name: str, lang: str, title: str) -> None:
    policy = load(ROOT / "rulesets" / name)
    steps = section(page(policy, lang), title)
    for road in policy.procedure.roads.values():
        for stage in road.stages:
            assert steps.count(f"### {stage.label.text(lang)} ".strip()) >= 1
            for field in stage.records:
                assert f"| {field.label.text(lang)} |" in steps
            for check in stage.checks:
                assert check.label.text(lang) in steps


def test_steps_stand_in_the_order_of_the_roads(real: str) -> None:
    found = re.findall(r"^### (\S+?)（", section(real, "各步骤的办理"), re.M)
    assert found.index("区委组织部复核") < found.index("部长办公会") < found.index("公示")
    assert found[-1] == "归档"
    assert len(found) == len(set(found))


def test_every_role_of_an_office_has_a_usual_title() -> None:
    roles = YAML(typ="safe").load(ROOT / "seeds" / "reference" / "roles.yaml")
    assert set(ROLES) == set(roles)


def test_the_policy_s_own_title_of_a_role_goes_before_the_usual_one(real: str) -> None:
    assert "党支部书记、" in real
    titled = edited(
        ("policy.yaml", "branch_secretary: {zh: 党支部书记,", "branch_secretary: {zh: 支部带头人,"),
        (PROCEDURE, "by: [branch_clerk, branch_secretary, committee_clerk]", "by: [branch_secretary, village_head]"),
    )  # fmt: skip
    assert "| 支部带头人、village_head |" in page(load_files(titled))
    unnamed = edited(
        ("policy.yaml", "    branch_secretary: {zh: 党支部书记, en: Branch secretary}\n", "")
    )
    assert "党支部负责人" in page(load_files(unnamed))


def test_a_policy_without_the_parts_that_may_be_absent_has_no_empty_sections() -> None:
    text = page(mini.policy())
    assert not re.search(r"^## .*\n+(?=## |\Z)", text, re.M)
    assert "先发后补" not in text
    assert "结对" not in text


def test_what_has_no_clause_has_no_empty_brackets() -> None:
    benefit = "b: {zh: 补助, en: B, when: help_kind = hardship, mode: fixed, amount: 100}\n"
    asked = mini.policy(amounts=f"{benefit}caps: [{{id: most, zh: 封顶, en: Most, most: 300}}]\n")
    for lang, said in (
        ("zh", "封顶：补助合计不超过300"),
        ("en", "Most: B together no more than 300"),
    ):
        text = page(asked, lang)
        assert said in text
        assert "（）" not in text
        assert "()" not in text
