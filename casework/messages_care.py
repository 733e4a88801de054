"""Texts of the register, of checks and measures, of pairs. Chinese first, English second."""

from engine.messages import Catalogue, register

TEXTS: Catalogue = {
    # register
    "register_no_rules": (
        "现行政策没有规定{word.hardship_person}档案，不能登记。",
        "No policy in force keeps a hardship register, so nobody can be entered.",
    ),
    "register_reason": (
        "请从列出的原因中选择一项。",
        "Choose one of the reasons listed.",
    ),
    "register_situation": (
        "请写明困难情况。",
        "Describe the situation.",
    ),
    "register_member_gone": (
        "{name} 的组织关系已转出或已去世，不能列入档案。",
        "{name} has moved away or died and cannot be entered.",
    ),
    "register_twice": (
        "{name} 已在{word.hardship_person}档案中。请打开其档案更新情况。",
        "{name} is in the register already. Open the file and bring it up to date.",
    ),
    "register_left": (
        "{name} 已退出档案，这一条不能再改；再次困难的，请重新列入。",
        "{name} has left the register, so this entry is closed. If hardship has come back, enter "
        "the {word.person} again.",
    ),
    "register_left_early": (
        "退出日期不能早于列入日期{on}，请核对。",
        "The day of leaving is before the day of joining ({on}). Check both.",
    ),
    # checks
    "check_no_rules": (
        "这份申请所依据的政策没有规定走访核查。",
        "The policy of this application knows no visits and checks.",
    ),
    "check_unknown": ("没有编号为 {number} 的抽查。", "There is no check {number}."),
    "check_title": ("请填写核查名称。", "Give the check a title."),
    "check_title_twice": (
        "{year}年度已经有名为“{title}”的抽查（{on}抽取），名单不能重抽。请打开已有的一次；另作一次抽查的，换一个名称。",
        "The check {title} of {year} was drawn on {on}; it is not drawn again. Open that one, or give another check another title.",
    ),
    "visit_twice": (
        "这次核查刚才已经登记，内容完全相同，没有重复登记。请查看已登记的核查。",
        "This very visit is on record already, word for word. See the one that is there.",
    ),
    "measure_before_visit": (
        "决定日期{on}早于核查日期{visited}，请核对。",
        "It is ordered on {on}, before the visit of {visited} that found it. Check the date.",
    ),
    "check_nobody": (
        "{year}年度没有可以抽查的帮扶救助，请换一个年度。",
        "There is no aid of {year} to be checked. Choose another year.",
    ),
    "check_share": (
        "各{word.committee}抽查比例应为1至100的整数。",
        "The share of each {word.committee} is a whole number from 1 to 100.",
    ),
    "check_large_share": (
        "大额抽查比例应为1至100的整数。",
        "The share of large grants is a whole number from 1 to 100.",
    ),
    "check_at_least": (
        "各{word.committee}最少人数应为0至10000的整数。",
        "The least number of each {word.committee} is a whole number from 0 to 10,000.",
    ),
    "check_own_work": (
        "您参与办理过申请{number}，不能由您核查，请由他人办理。",
        "You had a part in application {number}, so somebody else must check it.",
    ),
    "check_way": ("请选择核查方式。", "Choose how it was checked."),
    "check_visitors": ("请写明由谁走访或致电。", "Say who went or called."),
    "check_question": (
        "没有“{name}”这一问题。",
        'There is no question "{name}".',
    ),
    "check_finding": ("请选择核查结论。", "Choose what the check came to."),
    "check_good_but": (
        "有问题回答为“否”的，结论不能是“没有问题”。",
        "A question was answered no, so the check cannot have come to nothing.",
    ),
    "check_good_faults": (
        "列出了工作问题的，结论不能是“没有问题”。",
        "Faults in the work are named, so the check cannot have come to nothing.",
    ),
    "check_fault_which": (
        "请选择工作中存在的问题。",
        "Choose which faults in the work were found.",
    ),
    "check_fault_unknown": (
        "请从列出的问题中选择。",
        "Choose from the faults listed.",
    ),
    "check_fraud_by": (
        "查实骗取的，请写明是谁骗取。",
        "Fraud is verified, so say who did it.",
    ),
    "check_other_item": (
        "这次抽查不是针对这份申请的。",
        "This draw is of another application.",
    ),
    # measures
    "measure_kind": ("请选择处理措施。", "Choose a measure."),
    "measure_against": ("请选择处理对象。", "Choose against whom."),
    "measure_no_finding": (
        "核查没有发现问题或尚未查实，不能作出处理。",
        "The check found no fault, or nothing is verified yet, so nothing can follow.",
    ),
    "measure_twice": (
        "对同一对象已经作出这项处理。",
        "This measure has been ordered against the same person.",
    ),
    "measure_own_finding": (
        "问题由您查出，处理须由他人作出。",
        "You found it, so what follows must be ordered by somebody else.",
    ),
    "measure_is_done": (
        "这项处理已经办结，请刷新后再看。",
        "This measure is done already. Reload the page.",
    ),
    "measure_is_money": (
        "追回资金请用“下达追回通知”办理。",
        "Money is recovered by ordering a recovery.",
    ),
    "measure_no_money": (
        "没有可以追回的资金。",
        "There is no money to recover.",
    ),
    "measure_document": (
        "请填写文号或处理情况。",
        "Give the number of the paper, or say what was done.",
    ),
    # pairs
    "pair_rule": ("{rule}", "{rule}"),
    "pair_way": ("请选择联系方式。", "Choose the kind of contact."),
    "contact_twice": (
        "{on}的这次联系刚才已经登记，内容完全相同，没有重复登记。",
        "This very contact of {on} is on record already, word for word.",
    ),
    "contact_after_end": (
        "日期{on}晚于结对结束日期（{last}），请核对。",
        "The date {on} is after the pair ended ({last}). Check it.",
    ),
    "pair_words": ("请写明做了什么。", "Say what was done."),
    "pair_result": ("请选择帮扶成效。", "Choose what came of it."),
}

register(TEXTS)
