"""Texts of the faults of lists and money, in Chinese and English: what, why, what to do.

Importing it registers them; `casework/__init__.py` does so.
"""

from engine.messages import Catalogue, register

TEXTS: Catalogue = {
    # lists
    "list_empty": (
        "名单是空的，请至少选择一份申请。",
        "The list is empty. Choose at least one application.",
    ),
    "twice_on_list": (
        "该申请在名单中出现两次，请去掉一次。",
        "The application is on the list twice. Take it off once.",
    ),
    "step_not_on_road": (
        "“{road}”没有这个环节。",
        "{road} has no such step.",
    ),
    "held": (
        "该申请已暂缓（{reason}），处理完毕后才能继续。",
        "The application is held ({reason}). It can go on once that is settled.",
    ),
    "not_of_unit": (
        "该申请不属于{unit}，请从名单中去掉。",
        "The application does not belong to {unit}. Take it off the list.",
    ),
    "reason_needed": ("请写明原因。", "Give the reason."),
    "date_not_yet": (
        "日期{on}不能早于{what}（{first}），请核对。",
        "The date {on} is before the {what} ({first}). Check it.",
    ),
    # notices and objections
    "notice_of_two_kinds": (
        "一份公示只能是同一类帮扶、同一版政策的名单，请分开登记。",
        "One notice lists one kind of aid under one edition. Post them apart.",
    ),
    "already_on_notice": (
        "该申请正在公示（{number}），不能重复公示。",
        "The application is already on notice {number}. It cannot be posted twice.",
    ),
    "not_on_notice": (
        "还没有登记公示。",
        "It has not been posted yet.",
    ),
    "notice_against_rules": (
        "公示不符合要求：{what}。请改正后再登记。",
        "The notice does not meet the rules: {what}. Put it right and record it again.",
    ),
    "notice_too_short": (
        "公示不符合要求：{what}。最早可于{earliest}截止。",
        "The notice does not meet the rules: {what}. It may end on {earliest} at the earliest.",
    ),
    "notice_column_private": (
        "公示不能登出“{column}”一栏，请修改政策文件中的公示栏目。",
        "A notice cannot show the column {column}. Change the columns in the policy's files.",
    ),
    "not_granted": (
        "该申请尚未批准，不能取消资格；不同意的请在当前环节登记不予帮扶。",
        "The application is not approved yet. Refuse it at its present stage instead.",
    ),
    "notice_not_posted": (
        "公示 {number} 已经结束，不能再次登记。",
        "Notice {number} is already over. Nothing more can be recorded on it.",
    ),
    "notice_still_runs": (
        "公示 {number} 到{ends_on}才期满（当日计算在内），请在次日或以后撤下。",
        "Notice {number} runs to the end of {ends_on}. Take it down on the next day or later.",
    ),
    "line_not_on_board": (
        "该申请不在这份公示上，可能已被撤下。",
        "The application is not on this notice. It may have been taken off.",
    ),
    "unknown_channel": (
        "请选择反映的方式：{names}。",
        "Choose how it was reported: {names}.",
    ),
    "objection_twice": (
        "这件反映刚才已经登记，内容完全相同，没有重复登记。",
        "This very objection is on record already, word for word.",
    ),
    "content_missing": ("请写明反映的内容。", "Write down what was reported."),
    "objection_date": (
        "收到日期不能早于公示开始日{posted_on}，也不能晚于今天。",
        "It cannot have been received before the notice began ({posted_on}) or after today.",
    ),
    "objection_settled": (
        "这件反映已经有结论，或者当时未受理，不能再次登记结果。",
        "This objection is settled or was not accepted. No further result can be recorded.",
    ),
    "finding_missing": ("请写明核查的结果。", "Write down what the check found."),
    # screening
    "already_on_screening_list": (
        "该申请已在筛查名单中，结果尚未登记。",
        "The application is already on a screening list that waits for its result.",
    ),
    "not_waiting_for_screening": (
        "{number}在这份名单上不再等待筛查结果，可能已经登记。请刷新页面。",
        "{number} no longer waits for a result on this list; it may have one. Reload the page.",
    ),
    "screening_result_unknown": (
        "筛查结果“{text}”无法识别，请选择筛查无误或筛查有误。",
        'The result "{text}" is not known. Choose passed or failed.',
    ),
    "screening_reason_missing": (
        "筛查有误的，必须写明原因。",
        "A failed screening needs its reason.",
    ),
    # sources and the ledger
    "source_exists": (
        "资金来源代码“{code}”已有，请换一个。",
        'A source with the code "{code}" exists. Choose another.',
    ),
    "source_closed": (
        "资金来源“{source}”已停用，请选择其他来源。",
        "The source {source} is closed. Choose another one.",
    ),
    "budget_year": (
        "{year}年不能录入预算，应在{first}年至{last}年之间（从首个政策施行之年到明年），请核对年份。",
        "No budget of {year}: the year lies from {first}, when the first policy came into force, to "
        "{last}, next year. Check it.",
    ),
    "source_missing": ("请选择资金来源。", "Choose the source of the money."),
    "amount_not_positive": ("金额必须大于零。", "The amount must be more than nothing."),
    "not_enough_money": (
        "{account}余额{has}元，不足以支付{needs}元。请先追加预算或减少名单。",
        "{account} holds {has} yuan, less than the {needs} needed. Raise the budget or shorten the list.",
    ),
    "request_key_used": (
        "这次提交的编号已用于另一笔业务，请刷新页面后重新提交。",
        "This submission was already used for something else. Reload the page and submit again.",
    ),
    "already_reversed": (
        "第{id}笔分录已经冲销，不能再次冲销。",
        "Entry {id} is already reversed. It cannot be reversed again.",
    ),
    "reversal_not_reversed": (
        "第{id}笔分录本身是冲销，请重新登记正确的分录。",
        "Entry {id} is itself a reversal. Record the right entry anew instead.",
    ),
    "reverse_elsewhere": (
        "第{id}笔分录属于拨付、发放或追回，请在该笔业务中更正。",
        "Entry {id} belongs to a transfer, payment or recovery. Correct it there.",
    ),
    # grants
    "already_granted": (
        "{name}在{year}年度已有帮扶（申请{number}），不能重复；确需重复的须批准重点救助。",
        "{name} already has aid for {year} (application {number}). A second one needs priority relief.",
    ),
    "grant_money_moved": (
        "该申请的资金已经拨付或发放，须先退回才能变更。",
        "Money of this application has been transferred or paid. It must come back first.",
    ),
    "granted_on_other": (
        "批准后情况有变：{on}核对为“{before}”，现为“{now}”或金额有变，不能拨付或发放。"
        "情况登记有误的，先更正；确已不符合的，由审批单位取消资格。",
        "It has changed since the approval: on {on} the rules said {before}, now {now} or another amount. "
        "No money moves. Correct what was recorded wrong; who no longer qualifies is cancelled by whoever approved.",
    ),
    "grant_money_other": (
        "先发后补已按{yuan}元拨付或发放，会议只能按这个金额补办。金额不对的，先退回款项再登记。",
        "{yuan} yuan went ahead of the meeting, which ratifies that amount. If it is wrong, the money comes back first.",
    ),
    "no_grant": (
        "该申请没有批准的金额，不能拨付或发放。",
        "No amount is granted for this application. It cannot be transferred or paid.",
    ),
    "grant_paid": (
        "该申请的款项已发到本人手中，只能通过追回收回。",
        "The {word.person} already has this money. It can only be recovered.",
    ),
    # transfers
    "money_blocked": ("不能拨付或发放：{block}。", "No money may move: {block}."),
    "already_transferred": (
        "该申请的资金已经拨付，不能再次拨付。",
        "The money of this application is already transferred. It cannot be sent twice.",
    ),
    "wrong_paying_unit": (
        "“{unit}”不是发放款项的单位，请选择发放单位。",
        "{unit} is not the unit that pays. Choose the paying unit.",
    ),
    "transfer_not_there": (
        "这笔拨付已经退回，不能再次退回。",
        "This transfer has already come back. It cannot come back twice.",
    ),
    # payments and receipts
    "not_transferred": (
        "资金尚未拨付到{unit}，不能列入发放花名册。",
        "The money has not reached {unit}. It cannot be put on the roster.",
    ),
    "already_on_roster": (
        "该申请已在发放花名册中，不能重复列入。",
        "The application is already on a payout roster. It cannot be there twice.",
    ),
    "already_paid": (
        "{name}的{yuan}元已于{on}发放，不能重复发放。",
        "{yuan} yuan were paid to {name} on {on}. They cannot be paid twice.",
    ),
    "payment_not_prepared": (
        "这笔款项不在待发放的花名册中，请刷新页面。",
        "This payment is not waiting on the roster. Reload the page.",
    ),
    "payment_not_paid": (
        "这笔款项尚未发放，或者已经退回。",
        "This payment was not made, or it has come back.",
    ),
    "payment_receipted": (
        "这笔款项已经签收，不能退回；多发、错发的请登记追回。",
        "This payment is signed for. It cannot come back; record a recovery instead.",
    ),
    "payee_changed": (
        "列入花名册后收款人或账号有变动，请移出花名册后重新列入。",
        "The payee or the account has changed since the roster was made. Take the payment off the "
        "roster and prepare it again.",
    ),
    "payment_in_recovery": (
        "该笔款项已进入追回程序，不能退回或冲正，请在追回中办理。",
        "This money is being recovered. It cannot be returned or reversed; go on in the recovery.",
    ),
    "account_unconfirmed": (
        "{name}的银行账号变更后尚未经第二人确认，请由另一名有权限的同志在“账号确认”中核对后再发放{otherwise}。",
        "The bank account of {name} was changed and nobody else has confirmed it. A second person "
        "confirms it under “Account checks”{otherwise}.",
    ),
    "account_same_person": (
        "银行账号变更须由另一人确认，您是变更人，请转给其他同志。",
        "A change of a bank account is confirmed by somebody else than who made it.",
    ),
    "account_nothing": (
        "没有待确认的银行账号变更。",
        "There is no change of a bank account to confirm.",
    ),
    "payee_not_member": (
        "款项只能发给{word.person}本人，不能发给{name}。",
        "The money goes to the {word.person} alone, not to {name}.",
    ),
    "heir_missing": (
        "{name}已去世（{signs}），不能付给本人，请登记代领亲属的姓名和关系，并附证明。",
        "{name} has died ({signs}), so nothing is paid to the {word.person}. Record the heir's name and "
        "kinship, with the proof.",
    ),
    "death_unknown": (
        "还不清楚{word.person}是否已去世（{signs}），查清以前不能付款，请补填相关情况。",
        "It is not known whether the {word.person} has died ({signs}). Fill this in before anything is paid.",
    ),
    "account_missing": (
        "没有{name}的银行账号，请补录账号{otherwise}。",
        "There is no bank account of {name}. Enter it{otherwise}.",
    ),
    "paid_otherwise": ("，或改用：{names}", ", or choose another way of paying: {names}"),
    "method_not_here": (
        "该政策只能这样发放：{names}。请更改发放方式或补录账号。",
        "This policy pays only by: {names}. Change the method or enter an account.",
    ),
    "method_unknown": (
        "发放方式“{text}”无法识别，可以选择的有：{names}。",
        'The method "{text}" is not known. Choose one of: {names}.',
    ),
    "witness_not_apart": (
        "见证人不能是经办人或领款人（{name}），请换一位。",
        "The witness cannot be the cashier or the payee ({name}). Name another.",
    ),
    "returned_on_wrong": (
        "退回日期不能早于发放日期{paid_on}，也不能晚于今天。",
        "It cannot have come back before it was paid ({paid_on}) or after today.",
    ),
    "receipt_exists": (
        "这笔款项已经登记签收，不能重复登记。",
        "The receipt of this payment is already recorded.",
    ),
    "sign_unknown": (
        "签收方式“{text}”无法识别，请重新选择。",
        'The way of signing "{text}" is not known. Choose again.',
    ),
    "receiver_missing": (
        "他人代领的，必须写明代领人和与{word.person}的关系。",
        "When somebody else received it, give the name and the kinship.",
    ),
    # recoveries
    "recovery_too_much": (
        "最多还可追回{left}元，请核对金额。",
        "At most {left} yuan are left to recover. Check the amount.",
    ),
    "recovery_nothing_left": (
        "这笔款项没有可以追回的：还没有发放，或者已经登记追回。请查看该申请的款项和追回登记。",
        "Nothing of this money is left to recover: it is not paid yet, or it has been ordered back. "
        "See the money of the application and the recoveries.",
    ),
    "recovery_not_open": (
        "这项追回已经结清，或者没有已发放的款项。",
        "This recovery is closed, or nothing was paid.",
    ),
}

register(
    {
        "photo_missing": (
            "公示{number}还没有照片。请先在本页上传公示照片；确实没有留存的，选“否”。",
            "There is no photo of notice {number} yet. Upload it on this page first; if none was kept, answer no.",
        ),
        "photo_type": (
            "“{filename}”不是照片，请上传 JPG 或 PNG 格式的公示照片。",
            "{filename} is not a photo. Upload the photo of the notice as JPG or PNG.",
        ),
    }
)
register(TEXTS)
