"""Faults that only the edge can find: a form that arrived broken, a row held by somebody else."""

from __future__ import annotations

from engine import messages

CATALOGUE = {
    "edge_conflict": (
        "没有保存：这条记录与已有的记录冲突（例如编号重复，或仍被其他记录使用）。请核对后再试。",
        "Not saved: this record conflicts with one that exists (a number used twice, or one that "
        "others still refer to). Check it and try again.",
    ),
    "edge_too_long": (
        "没有保存：有一项内容太长或不是有效的值。请缩短或改正后再试。",
        "Not saved: one value is too long or not valid. Shorten or correct it and try again.",
    ),
    "edge_busy": (
        "系统正忙：另一个人正在保存同一条记录。请稍等几秒再试，您填写的内容仍在本页。",
        "The system is busy: somebody else is saving the same record. Wait a few seconds and try "
        "again; what you typed is still on this page.",
    ),
    "edge_stale": (
        "没有保存：您打开本页之后，别人已经改过这条记录。请比较下面的内容，再决定是否保存。",
        "Not saved: somebody else has changed this record since you opened the page. Compare the "
        "values below before you save again.",
    ),
    "edge_versions": (
        "您打开本页之后，别人已经改过“{name}”。不同之处列在下面；您填写的都还在表里，"
        "核对后再保存一次即可。",
        "Somebody else has changed {name} since you opened the page. What differs is listed below; "
        "what you typed is still in the form. Check it and save once more.",
    ),
    "edge_versions_alike": (
        "您打开本页之后，别人已经改过“{name}”，但改动不在您填写的各项之中。您填写的都还在，"
        "再保存一次即可。",
        "Somebody else has changed {name} since you opened the page, but nothing of what stands in "
        "the form. What you typed is still there; save once more.",
    ),
    "edge_gone": (
        "没有找到这条记录：它可能已被删除，或者不在您的工作范围内。",
        "This record was not found: it may have been deleted, or it lies outside your part of the "
        "organisation.",
    ),
    "edge_parent_needed": (
        "请选择上级组织：新的组织必须建在您管理的组织之下。",
        "Choose the unit above: a new unit must stand below one that you manage.",
    ),
    "edge_parent_below": (
        "“{name}”不能放到它自己的下级之下。请选择另一个上级组织。",
        "{name} cannot stand below itself or one of its own units. Choose another unit above.",
    ),
    "edge_user_exists": (
        "用户名“{name}”已有人使用。请换一个用户名。",
        "The user name {name} is taken. Choose another one.",
    ),
    "edge_member_unknown": (
        "没有身份证号码为此号的{word.person}。请核对号码，或留空。",
        "No {word.person} has this identity number. Check it, or leave the field blank.",
    ),
    "edge_calendar_day": (
        "“{text}”不是有效日期，请写成月-日，例如10-01。",
        "“{text}” is not a day. Write month and day, such as 10-01.",
    ),
    "edge_own_account": (
        "不能停用自己的账号。请由另一位系统管理员办理。",
        "You cannot close your own account. Ask another administrator.",
    ),
    "edge_own_role": (
        "不能给自己授予或终止角色。请由另一位系统管理员办理。",
        "You cannot grant yourself a role or end your own. Ask another administrator.",
    ),
    "edge_role_level": (
        "角色“{role}”不能授予在“{unit}”：级别不符。请选择相应级别的组织。",
        "The role {role} cannot be held at {unit}: the level is not the role's. Choose a unit of "
        "its level.",
    ),
}


def install() -> None:
    """Register the texts; doing it again changes nothing."""
    messages.register(CATALOGUE)
