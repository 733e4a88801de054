"""Texts of the faults of drafting a policy, in Chinese and English: what, why, what to do."""

from engine.messages import Catalogue, register

TEXTS: Catalogue = {
    "no_such_value": (
        "规则文件中没有“{path}”这一项，可能刚被改动。请刷新页面。",
        "The rule files have no value {path}; it may just have been changed. Reload the page.",
    ),
    "value_not_written": (
        "没有保存：这项改动不能准确写入 {file}。请在“规则文件”中直接修改，或联系系统管理员。",
        "Not saved: this change cannot be written into {file} exactly. Change it under Rule files, "
        "or tell the administrator.",
    ),
    "value_needed": (
        "请填写“{value}”的数值。",
        "Fill in the value of {value}.",
    ),
    "value_text": (
        "“{text}”不能保存：文字不能为空，也不能含有控制字符或看不见的符号。",
        '"{text}" cannot be saved: a text may not be empty or contain control characters or signs '
        "that nobody sees.",
    ),
    "value_only_one": (
        "自{on}起的数值不能去掉：它是唯一的，或者已不存在。请改为填写新的数值。",
        "The value from {on} cannot be taken out: it is the only one, or no longer there. Give a "
        "new value instead.",
    ),
    "value_is_history": (
        "“{value}”自{on}起的数值已经用于审核，不能改动或删去。请填写一个从今后某日起的新数值。",
        "The value of {value} from {on} has been decided upon and is not changed or removed. Give a "
        "new value from a later day.",
    ),
    "value_in_past": (
        "新数值的起始日期{on}已经过去。已受理的申请仍按原数值；请填写今天或以后的日期。",
        "The day {on} has passed: applications of that time keep their value. Choose today or a "
        "later day.",
    ),
    "value_before_edition": (
        "“{value}”从{on}起执行，但新版本从{first}才生效，其间的申请仍按原数值。"
        "请把版本生效日期提前，或把数值日期推后。",
        "{value} is to hold from {on}, but the edition only from {first}; applications between "
        "would still get the old value. Move one of the two days.",
    ),
    "cannot_move": (
        "“{item}”不能再移动。",
        "{item} cannot be moved further.",
    ),
    "draft_stale": (
        "没有保存：您打开本页之后，“{policy}”的草案已被他人改动。请刷新页面，看过改动后再办理。",
        "Not saved: the draft of {policy} has been changed since you opened the page. Reload, look "
        "at what changed, and try again.",
    ),
    "no_edition": (
        "“{policy}”还没有发布过，请先由系统管理员用命令发布第一版。",
        "{policy} has never been published. The administrator publishes its first edition by "
        "command.",
    ),
    "draft_none": (
        "“{policy}”现在没有草案。请先改动一项内容。",
        "{policy} has no draft now. Change something first.",
    ),
    "draft_proposed": (
        "草案已由 {name} 提交签发，不能改动。请先撤回修改，或等待签发。",
        "The draft has been put forward by {name} and is not changed. Take it back first, or wait "
        "for the signature.",
    ),
    "draft_not_proposed": (
        "草案尚未提交签发。",
        "The draft has not been put forward.",
    ),
    "draft_nothing": (
        "与现行版本相比没有任何改动。",
        "Nothing differs from the edition it is based on.",
    ),
    "draft_nothing_typed": (
        "没有改动任何内容。",
        "Nothing was changed.",
    ),
    "draft_outdated": (
        "草案依据的版本（自{on}）已有新版本接替。请放弃本草案，在新版本上重新修改。",
        "The edition from {on} that the draft is based on has been followed by another. Withdraw "
        "the draft and make the changes on the new one.",
    ),
    "draft_other_policy": (
        "文件中的政策编号是“{found}”，应为“{policy}”。编号不能改动。",
        'The files say the policy is "{found}"; it must stay "{policy}".',
    ),
    "draft_first_day": (
        "请填写新版本的生效日期。",
        "Give the first day of the new edition.",
    ),
    "draft_starts_in_past": (
        "生效日期{on}已经过去。请选择今天（{today}）或以后的日期。",
        "The first day {on} has passed. Choose today ({today}) or a later day.",
    ),
    "draft_note": (
        "请写明改了什么、依据是什么。",
        "Say what changes and on what ground.",
    ),
    "draft_reason": (
        "请写明退回修改的原因。",
        "Say why it goes back.",
    ),
    "draft_own": (
        "签发人不能是提交人 {name}。请由另一位有签发权限的同志签发。",
        "The draft was put forward by {name}, who cannot sign it. Another person signs.",
    ),
    "draft_file_name": (
        "“{name}”不是规则文件：只接受已有的文件，或 cases/ 下的 .yaml 情形文件。",
        "{name} is not a rule file: only the files there are, or a .yaml file of cases under cases/.",
    ),
    "draft_file_needed": (
        "请选择要上传的文件。",
        "Choose a file to upload.",
    ),
}

register(TEXTS)
