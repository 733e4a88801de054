"""Words for what notes on an application, and going back to an earlier version, refuse."""

from __future__ import annotations

from engine.messages import Catalogue, register

TEXTS: Catalogue = {
    "note_empty": ("请写明内容。", "Write something first."),
    "note_long": (
        "不能超过{most}个字，现有{count}个字。请删减，或分成几条写。",
        "At most {most} characters; these are {count}. Shorten it, or write several notes.",
    ),
    "note_twice": (
        "您刚才已写过同样的一条，没有重复保存。",
        "You have just written the same note; it was not kept twice.",
    ),
    "note_inspector": (
        "监督岗位只查看，不写备注；发现的问题请在“走访核查”中登记。",
        "Who inspects writes no notes; record what you find under visits and checks.",
    ),
    "note_inner_not_yours": (
        "您的岗位不能写仅限审批机关查看的备注。",
        "Your role does not write notes that are kept to the deciding office.",
    ),
    "note_not_yours": (
        "这条备注是{name}写的，只能由本人撤回。",
        "{name} wrote this note; only its author can take it back.",
    ),
    "note_withdrawal_done": (
        "这条备注已经撤回，请刷新查看。",
        "This note has been taken back already; reload the page.",
    ),
    "note_closing_done": (
        "这条备注已经仅限审批机关查看，请刷新查看。",
        "This note is kept to the deciding office already; reload the page.",
    ),
    "note_names_objector": (
        "这段话写有反映人的姓名或电话。反映人须对{word.branch}和{word.committee}保密："
        "请删去，或勾选“仅限审批机关查看”。",
        "This holds the name or telephone number of somebody who objected, which {word.branch} and "
        "{word.committee} must not learn. Take it out, or keep the note to the deciding office.",
    ),
    "put_back_handed_in": (
        "{number}已经登记申请，别人已看过保存的内容，不能恢复到以前的版本。"
        "确有错误的，在申请表上改正（已经上报的，退回补正后改正），改前改后的内容都会留存。",
        "{number} has been handed in, and others have read what was saved: it cannot go back to an "
        "earlier version. What is wrong is corrected on the form, once it is returned if it has gone up; "
        "both stay.",
    ),
    "put_back_nothing": (
        "请先勾选要恢复的项目。",
        "Tick first what is to go back.",
    ),
    "put_back_unknown": (
        "这次保存没有改动所选的项目，请刷新后重新选择。",
        "That saving did not change what was chosen. Reload the page and choose again.",
    ),
    "put_back_late": (
        "您打开本页之后，别人改过这条记录。本页现在显示的已是最新内容，请看过之后再决定。",
        "Somebody else has changed this record since you opened the page. What you see now is the "
        "newest; look at it and decide again.",
    ),
    "put_back_since": (
        "所选项目此后又被改过，撤销会连后来的改动一起丢掉。请先看后来的改动，或在编辑页直接改。",
        "What was chosen has been changed again since, and that change would be lost too. Look at "
        "the later change first, or change the field on the form.",
    ),
    "put_back_number": (
        "号码的旧值不保存，不能撤销。请在编辑页重新填写。",
        "Old numbers are not kept, so none can be put back. Type the number on the form.",
    ),
    "put_back_long": (
        "旧文字太长，日志没有全部保存，不能撤销。请在编辑页重新填写。",
        "The old text was too long to be kept whole, so it cannot be put back. Type it on the form.",
    ),
    "put_back_form": (
        "别的记录要用到所选项目，不能在这里撤销。确需改回的，请在编辑页改。",
        "Other records rest on what was chosen, so it is not put back here. Change it on the form "
        "if it must be changed.",
    ),
    "put_back_same": (
        "所选项目现在就是那时的内容，没有需要恢复的。",
        "What was chosen already reads as it did then; there is nothing to put back.",
    ),
}
register(TEXTS)
