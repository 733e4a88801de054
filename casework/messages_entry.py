"""Words for what is refused about entries on behalf, their comparison with the paper, and originals."""

from __future__ import annotations

from engine.messages import Catalogue, register

TEXTS: Catalogue = {
    "behalf_scan_missing": (
        "这份申请由 {names} 代录，须先上传“{scan}”。请在“文书”中点“上传材料”，上传后再办理。",
        "This application was entered on behalf of the {word.branch} by {names}: attach the paper "
        '"{scan}" under Papers first.',
    ),
    "comparison_open": (
        "代录内容尚未与扫描件逐项核对：{fields}。请打开“与原表核对”办理。",
        "Entered on behalf, and not yet compared with the scan: {fields}. Open the comparison "
        "with the paper.",
    ),
    "comparison_differs": (
        "“{field}”与原表不一致：{comment}。请退回更正，更正后再核对。",
        "{field} differs from the paper: {comment}. Return the application for correction, then "
        "compare again.",
    ),
    "comparison_comment": (
        "请写明“{field}”在原表上是怎样写的。",
        "Say what stands on the paper for: {field}.",
    ),
    "comparison_none": (
        "没有作出任何核对结论，请至少核对一项。",
        "Nothing was compared. Say of at least one item whether it agrees.",
    ),
    "comparison_unknown": (
        "表上没有“{item}”这一项，请刷新页面后重试。",
        "There is no item {item} on the form. Reload the page and try again.",
    ),
    "comparison_no_scan": (
        "还没有“{scan}”，无法核对。请先上传。",
        'There is no scan of the paper "{scan}" yet to compare with. Attach it first.',
    ),
    "comparison_own": (
        "这份申请是您代录的，须由他人与原表核对。",
        "You entered this application yourself. Somebody else must compare it with the paper.",
    ),
    "comparison_not_here": (
        "依据的政策没有代录核对这一步。",
        "The policy of this application knows no comparison with the paper.",
    ),
    "original_unchecked": (
        "这些材料还没有逐份登记“{said}”：{papers}。请看过原件后在“材料”中登记，再填“是”。",
        '"{said}" has not been recorded yet for: {papers}. See the originals, record it for each '
        "under Papers, then answer yes.",
    ),
    "original_not_here": (
        "依据的政策不要求登记原件核对。",
        "The policy of this application does not ask for originals to be recorded.",
    ),
    "circulation_not_here": (
        "依据的政策没有“传签”这一做法。",
        "The policy of this application knows no circulation for signature.",
    ),
    "circulation_missing": (
        "尚未{label}：先由至少{count}人签署，才能批准先发后补。请先发起{label}。",
        "{label} first: at least {count} people sign before the money may go first. Send it round.",
    ),
    "circulation_unsigned": (
        "{label}尚未签完，还差：{names}。",
        "{label} is not complete. Still to sign: {names}.",
    ),
    "circulation_twice": (
        "这份申请已经在传签或已签完，不能重复发起。",
        "The application is being circulated, or was signed by all, already.",
    ),
    "circulation_too_few": (
        "至少要有{count}人签署，请再选人。",
        "At least {count} people must sign. Name more.",
    ),
    "circulation_not_signer": (
        "所选人员中有不能签署的，请只从名单中选择。",
        "Somebody named may not sign. Choose from the list only.",
    ),
    "circulation_not_open": (
        "这次传签已经结束，不能再签署或撤销。",
        "This circulation has ended; nothing more can be signed or called off.",
    ),
    "circulation_not_named": (
        "您不在这次传签的名单中。",
        "You are not named in this circulation.",
    ),
    "circulation_signed": (
        "您已经签署过了。",
        "You have signed already.",
    ),
    "circulation_used": (
        "已据此批准先发后补，不能撤销传签。",
        "The money was allowed to go first on it; the circulation can no longer be called off.",
    ),
    "circulation_no_paper": (
        "依据的政策不允许登记纸质签署，请本人在系统中签署。",
        "The policy of this application knows no signature on paper. Whoever is named signs here.",
    ),
    "circulation_recorder_named": (
        "您在本次{label}的名单中，不能代为登记他人的纸质签署，请由其他同志登记。",
        "{label}: you are named in it yourself. Somebody else records what was signed on paper.",
    ),
    "circulation_recorder_authorises": (
        "传签中的纸质签署是您登记的，先发后补须由其他同志批准。",
        "You recorded a signature on paper in its circulation. Somebody else authorises it.",
    ),
    "circulation_signer_unknown": (
        "请选择是谁签署的；只能选本次传签名单中的人。",
        "Choose who signed: somebody named in this circulation.",
    ),
    "circulation_signer_done": (
        "{name}已经签署，不能重复登记。",
        "{name} has signed already; nothing more is recorded.",
    ),
    "circulation_signer_recused": (
        "{name}在这份申请中应当回避或已承担其他职责，其签署不能登记。请撤销本次传签，另选签署人重新发起。",
        "{name} must leave this application to others, so the signature cannot be recorded. Call the "
        "circulation off and send it round to somebody else.",
    ),
    "circulation_answer_missing": (
        "请选择传签单上写的是同意还是不同意。",
        "Choose whether the sheet says agreed or not agreed.",
    ),
    "circulation_day_missing": (
        "请填写传签单上的签署日期，如2010-12-03。",
        "Give the day on the signed sheet, such as 2010-12-03.",
    ),
    "circulation_day_wrong": (
        "签署日期应在发起传签之日（{first}）到今天（{last}）之间，请核对传签单。",
        "The day of the signature lies between the day it was sent round ({first}) and today ({last}). "
        "Check the sheet.",
    ),
    "circulation_scan_missing": (
        "登记纸质签署须附“{scan}”，请选择文件。",
        "A signature on paper is recorded with its scan ({scan}) only. Choose the file.",
    ),
    "heir_account_not_here": (
        "依据的政策没有更正继承人收款账户的规定。",
        "The policy of this application knows no correction of an heir's account.",
    ),
    "heir_account_nobody": (
        "这份申请没有登记继承人；付给本人的，请在本人档案中更正账号。",
        "No heir is named in this application. The account of the {word.person} is corrected in the file.",
    ),
    "heir_account_early": (
        "资金尚未拨付，请直接在“领款人”中修改。",
        "The money has not moved yet: change it under Who is paid.",
    ),
    "heir_account_on_roster": (
        "{name}的发放尚在进行：已列入花名册的请先撤下，已发放的须待银行退回并登记后，才能更正账户。",
        "A payment to {name} is under way. Take it off the roster first, or, once paid, record that the "
        "bank sent it back; then the account can be corrected.",
    ),
    "heir_account_same": (
        "账户与原来的相同，没有更正。请核对新账号。",
        "The account is the same as before, so nothing was corrected. Check the new one.",
    ),
    "heir_account_proof_missing": (
        "更正继承人收款账户须附“{scan}”，请选择文件。",
        "An heir's account is corrected with its proof ({scan}) only. Choose the file.",
    ),
    "heir_method_missing": (
        "请选择发放方式。",
        "Choose the method of payment.",
    ),
    "minutes_number_missing": (
        "请先填写会议纪要编号，再上传扫描件。",
        "Give the number of the minutes before their scan.",
    ),
    "minutes_day_missing": (
        "请先填写会议日期，再上传会议纪要扫描件。",
        "Give the day of the meeting before the scan of its minutes.",
    ),
    "minutes_other_day": (
        "会议纪要 {number} 已登记为{on}的会议，请核对编号和日期。",
        "Minutes {number} are on record for the meeting of {on}. Check number and date.",
    ),
    "minutes_scan_missing": (
        "会议纪要 {number} 还没有上传“{scan}”，不能确认。请登记人先上传。",
        "Minutes {number} have no scan yet ({scan}), so the result cannot be confirmed. The recorder "
        "attaches it first.",
    ),
    "reply_number_form": (
        "“{label}”应写成 {example} 的样子，号数从1起依次编。",
        "{label} is written like {example}, the number counting from 1.",
    ),
    "reply_number_year": (
        "文号 {text} 的年份与会议年份（{year}）不一致，请核对。",
        "The year in {text} is not that of the meeting ({year}). Check it.",
    ),
    "reply_number_void": (
        "文号 {text} 已作废（{reason}），不能再用，请用下一个号。",
        "The number {text} is void ({reason}) and is not given again. Take the next one.",
    ),
    "reply_number_used": (
        "文号 {text} 已用于会议纪要 {minutes} 的批复，一个文号只用一次，请用下一个号。",
        "The number {text} is that of the reply to minutes {minutes}. Each is given once: take the "
        "next one.",
    ),
    "reply_number_stands": (
        "有{count}份申请的批复正在使用文号 {text}，不能作废。",
        "The number {text} is in use for {count} applications and cannot be declared void.",
    ),
}

register(TEXTS)
