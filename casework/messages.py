"""Texts of the faults of casework in Chinese and English: what, why, what to do.

Importing it registers them; `casework/__init__.py` does so. Lists and money have `messages_money`.
"""

from engine.messages import Catalogue, register

TEXTS: Catalogue = {
    # access
    "not_permitted": (
        "您没有做这件事的权限，请找有权限的同志办理。",
        "You may not do this. Ask somebody whose role allows it.",
    ),
    "wrong_role": (
        "“{stage}”不由您的岗位办理，请转给负责的同志。",
        "{stage} is not done by your role. Leave it to whoever is in charge.",
    ),
    "out_of_scope": (
        "不在您负责的范围内，不能办理。",
        "This is outside the part of the organisation you are responsible for.",
    ),
    "no_person": (
        "这件事必须由具体的人办理。",
        "This must be done by a person.",
    ),
    "stale_page": (
        "“{number}”刚被他人改动，本页已过时。请刷新后再办理，填写的内容请先另存。",
        "{number} has just been changed by somebody else. Reload the page; keep what you typed.",
    ),
    "recusal_self": (
        "{number}是您本人的申请，须回避，请由他人办理。",
        "{number} is your own application. Somebody else must handle it.",
    ),
    "recusal_relative": (
        "{number}是您家属的申请，须回避，请由他人办理。",
        "{number} is the application of one of your family. Somebody else must handle it.",
    ),
    "duty_conflict": (
        "您已参与这份申请的“{did}”，不能再做“{doing}”，请由他人办理。",
        "You have had a part in {did}, so {doing} must be left to somebody else.",
    ),
    # the road
    "stage_not_on_road": (
        "“{road}”没有“{stage}”这个环节。",
        "{road} has no stage {stage}.",
    ),
    "wrong_stage": (
        "这份申请现在处于“{now}”，还不能（或不再）办理“{asked}”。",
        "The application is at {now}; {asked} cannot be done now.",
    ),
    "status_final": (
        "申请{number}的状态是“{status}”，不能再办理。",
        "Application {number} is closed to further steps: {status}.",
    ),
    "date_before_step": (
        "“{label}”填的是{day}，早于“{step}”的“{earlier}”（{on}），先后颠倒。请对照材料改正；"
        "前面的日期登记错了的，先退回补正。",
        "{label} is {day}, before {earlier} ({on}) of the step {step}, which comes first. Check the "
        "papers; if the earlier date was written down wrong, return the application first.",
    ),
    "list_step": (
        "“{stage}”按名单办理，请在相应的名单页面登记。",
        "{stage} is done for a list. Use the page of that list.",
    ),
    "empty_list": (
        "名单是空的，请至少选择一份申请。",
        "The list is empty. Choose at least one application.",
    ),
    "reason_missing": ("请写明原因。", "Give the reason."),
    "reason_too_long": (
        "原因超过{limit}个字，请缩短。",
        "The reason has more than {limit} characters. Shorten it.",
    ),
    "return_nowhere": (
        "请选择退回到哪个环节。",
        "Choose the stage to return it to.",
    ),
    "return_not_there": (
        "不能退回到“{stage}”，请选择允许的环节。",
        "It cannot be returned to {stage}. Choose one of the stages offered.",
    ),
    "return_after_grant": (
        "这份申请已经批准金额，不能退回补正。",
        "Aid has been approved for this application, so it cannot be returned for correction.",
    ),
    "refuse_not_here": (
        "“{stage}”环节不能作出不予帮扶的决定，请退回或继续办理。",
        "Aid cannot be refused at {stage}. Return the application or go on.",
    ),
    "withdraw_too_late": (
        "已到“{stage}”，不能再撤回。",
        "The application has reached {stage} and can no longer be withdrawn.",
    ),
    # registering and writing
    "policy_not_chosen": (
        "请选择依据的政策（{codes}）。",
        "Choose the policy ({codes}).",
    ),
    "unknown_road": ("没有“{road}”这一类申请。", "There is no kind of application called {road}."),
    "other_road": (
        "填写的情况不属于“{road}”，请核对申请类别。",
        "What was entered does not belong to {road}. Check the kind of aid.",
    ),
    "road_which": (
        "“{road}”包括几种情况，请说明是哪一种：{names}。",
        "{road} covers several kinds. Say which is meant: {names}.",
    ),
    "date_in_future": (
        "日期{on}晚于今天，请核对。",
        "The date {on} lies in the future. Check it.",
    ),
    "member_gone": (
        "{name} 的组织关系已转出，不能登记申请。",
        "{name}'s organisational relation has moved away. No application can be registered.",
    ),
    "aid_year_far": (
        "{fact}{year}不对，应在{first}年到{last}年之间（含两端），请核对。",
        "{fact}: {year} cannot be right. It lies from {first} to {last}; check it.",
    ),
    "fact_not_now": (
        "“{fact}”不在本环节填写，请退回或由负责的环节填写。",
        "{fact}: this is not entered at this stage. Return the application, or leave it to its stage.",
    ),
    "fact_on_sheet": (
        "“{fact}”填的是{typed}，家庭情况核算表上是{sheet}，两者不一致。以家庭情况核算表为准：表上对的，请清空这一栏；"
        "表上不对的，请改正家庭情况核算表。",
        "{fact} was typed as {typed}, but the household worksheet comes to {sheet}. The worksheet "
        "counts: clear this field where it is right, else correct the worksheet.",
    ),
    "form_not_now": (
        "“{field}”已随申请表上报，不能在本环节改动；确需改动的，请退回补正。",
        "{field}: the form has gone up and is not changed here. Return it for correction.",
    ),
    "form_not_issued": (
        "《{form}》要在{word.branch}程序完成后才发放填写，现在还不能填。",
        "{form}: the form is issued only after the procedure of the {word.branch}. It cannot be filled "
        "in yet.",
    ),
    "form_unknown_field": (
        "申请表上没有“{name}”这一栏。{hint}",
        'The form has no field "{name}". {hint}',
    ),
    "form_text_long": (
        "文字超过{limit}个字，请缩短。",
        "The text has more than {limit} characters. Shorten it.",
    ),
    "payee_too_late": (
        "资金已进入拨付，不能再改领款人。",
        "The money is on its way. The payee can no longer be changed.",
    ),
    "payee_kinship_missing": (
        "由他人领款的，请填写与{word.person}的关系。",
        "Say how the payee is related to the {word.person}.",
    ),
    "heir_unproven": (
        "缺少“{paper}”，领款人尚不能确认，请扫描上传。",
        "The payee is not proven: {paper} is missing. Attach a scan.",
    ),
    "draft_too_long": (
        "填写的内容超过{limit}个字，无法保存，请缩短。",
        "What was typed has more than {limit} characters and cannot be kept. Shorten it.",
    ),
    "payee_is_member": (
        "{name} 健在，领款人应为{word.person}本人。",
        "{name} is alive, so the payee is the {word.person}.",
    ),
    # what the rules say
    "unknown_source": (
        "“{fact}”的来源“{source}”无法取得，请政策管理员检查规则文件。",
        'The source "{source}" of {fact} is unknown here. The policy officer must check the rule files.',
    ),
    "fact_missing": (
        "请填写“{fact}”：缺少它不能判定。",
        "{fact}: fill this in; without it the rules cannot decide.",
    ),
    "not_eligible": (
        "系统核对不符合条件（依据 {denials}），不能批准。情况有误的，请退回补正；集体研究决定例外的，"
        "请选“与系统核对结果不一致”并写明理由。",
        "The rules find the criteria not met (clauses {denials}), so it cannot be approved. "
        "If the facts are wrong, return it for correction; if a meeting decided to depart from the "
        "rules, say so and why.",
    ),
    "assessment_missing": (
        "{number}还没有核对记录，请退回到{word.branch}重新上报。",
        "No assessment of {number} is on record. Return it to the {word.branch} to be "
        "submitted again.",
    ),
    "assessment_changed": (
        "核对结果与上次（{on}，{before}）不同，现为“{now}”或金额有变。请退回，重新上报后再办理。",
        "The rules now say {now} or another amount; on {on} they said {before}. "
        "Return it and have it submitted again.",
    ),
    "amount_fixed": (
        "金额由规定确定为{yuan}元，不能改动。",
        "The amount is fixed by the rules at {yuan} yuan and cannot be changed.",
    ),
    "amount_needed": ("请填写金额。", "Enter the amount."),
    "amount_outside": (
        "金额应在{low}元至{high}元之间。",
        "The amount must be between {low} and {high} yuan.",
    ),
    "amount_too_small": (
        "金额不能少于{low}元。",
        "The amount must be at least {low} yuan.",
    ),
    "amount_not_yours": (
        "{yuan}元超出您的审批权限，请由有权限的同志审批。",
        "{yuan} yuan is above what your role may approve. Leave it to whoever may.",
    ),
    "departure_not_here": (
        "“{stage}”不是集体研究的环节，不能作出与系统核对结果不一致的决定。",
        "{stage} is not a collective decision, so it cannot depart from what the rules say.",
    ),
    "departure_needless": (
        "系统核对结果与这个决定一致，请取消“与系统核对结果不一致”。",
        "The rules say the same as this decision. Untick that it departs from them.",
    ),
    "departure_unfounded": (
        "与系统核对结果不一致的决定，必须写明会议纪要编号和理由。",
        "A decision that departs from the rules needs the number of the minutes and a reason.",
    ),
    "departure_barred": (
        "“{rule}”（依据{clause}）的，任何决定都不能例外，不能批准。",
        "No decision goes past this: {rule} (clause {clause}). It cannot be approved.",
    ),
    "departure_unknown": (
        "是否属于“{rule}”（依据{clause}）还不清楚，查清以前不能作出与系统核对结果不一致的决定。",
        "It is not known whether this applies: {rule} (clause {clause}). "
        "Find out before departing from the rules.",
    ),
    "departure_screened": (
        "系统筛查有误的，不能作出与系统核对结果不一致的决定。",
        "The screening failed. No decision goes past that.",
    ),
    "priority_needless": (
        "该{word.person}本年度没有其他帮扶救助，不属于重点救助，请取消勾选。",
        "The {word.person} has no other aid this year, so this is no priority relief. Clear the mark.",
    ),
    # emergency
    "emergency_not_here": (
        "“{road}”不能先发后补。",
        "{road} cannot be paid first.",
    ),
    "emergency_twice": (
        "{number}已经批准先发后补。",
        "{number} is already authorised to be paid first.",
    ),
    # members and households
    "unknown_member_field": ("没有“{field}”这一项。", 'There is no field "{field}".'),
    "member_name_missing": ("请填写姓名。", "Enter the name."),
    "member_needs_branch": (
        "{word.person}应归属{word.branch}，“{org}”不是{word.branch}。",
        "A {word.person} belongs to a {word.branch}; {org} is none.",
    ),
    "duplicate_id_number": (
        "已有{word.person}使用这个身份证号码，请核对，不要重复登记。",
        "Another {word.person} has this identity number. Check it; do not register a person twice.",
    ),
    "id_birth_differs": (
        "出生日期与身份证号码中的{birth}不一致，请核对。",
        "The date of birth differs from {birth} in the identity number. Check both.",
    ),
    "id_sex_differs": (
        "性别与身份证号码不一致，请核对。",
        "The sex differs from the identity number. Check both.",
    ),
    "joined_before_birth": (
        "{word.joined_on}早于出生日期，请核对。",
        "{word.Joined_on}: before birth. Check both dates.",
    ),
    "died_before_birth": (
        "去世日期早于出生日期，请核对。",
        "Died before birth. Check both dates.",
    ),
    "phone_format": (
        "电话号码应为7至15位数字，请核对。",
        "A phone number has 7 to 15 digits. Check it.",
    ),
    "household_size": (
        "家庭人口应在{low}至{high}之间。",
        "The household has between {low} and {high} people.",
    ),
    "household_too_small": (
        "家庭人口为{size}，但连同本人列出了{persons}人，请核对。",
        "The household has {size} people, but {persons} are listed with the {word.person}. Check both.",
    ),
    "household_person": (
        "第{row}位家庭成员请填写姓名和与本人的关系。",
        "Person {row} of the household needs a name and a relation.",
    ),
    "household_item": (
        "第{row}行请填写名称，金额不能为负。",
        "Row {row} needs a name, and an amount that is not negative.",
    ),
    "proof_missing": (
        "“{item}”标为已核实，请写明凭什么核实。",
        "{item} is marked as verified. Say what proves it.",
    ),
    # pairs
    "pair_with_self": ("不能自己帮扶自己。", "Nobody can help himself in a pair."),
    "pair_other_branch": (
        "{name} 不在这个{word.unit}，请选择本组织的{word.person}。",
        "{name} does not belong to this organisation. Choose one of its {word.persons}.",
    ),
    "pair_member_gone": (
        "{name} 的组织关系已转出或已去世，不能结对。",
        "{name} has moved away or died and cannot be paired.",
    ),
    "pair_exists": (
        "{helper} 与 {helped} 已经结对。",
        "{helper} and {helped} are already a pair.",
    ),
    "pair_ended": ("这一结对已经结束。", "This pair has ended."),
    "ends_before_start": (
        "结束日期不能早于开始日期。",
        "The end cannot be before the start.",
    ),
    # scans
    "file_not_chosen": (
        "没有选择文件，请先选择文件再提交。",
        "No file was chosen. Choose one and send it again.",
    ),
    "scan_type": (
        "“{filename}”不是完整的 PDF、PNG 或 JPEG 文件，请重新扫描。",
        "{filename} is no complete PDF, PNG or JPEG file. Scan it again.",
    ),
    "scan_too_large": (
        "文件超过{megabytes} MB，请降低扫描分辨率。",
        "The file is larger than {megabytes} MB. Scan it at a lower resolution.",
    ),
    "scan_damaged": (
        "“{filename}”已损坏或被替换，不能打开，请联系系统管理员。",
        "{filename} is damaged or has been exchanged and cannot be opened. Tell the administrator.",
    ),
    "copies_less_than_one": ("份数至少为1。", "There must be at least one copy."),
    # editions
    "not_a_folder": ("找不到文件夹 {path}。", "There is no folder {path}."),
    "edition_damaged": (
        "政策版本 {digest} 的文件与签名不符，不能使用，请联系系统管理员。",
        "The files of edition {digest} do not match it and cannot be used. Tell the administrator.",
    ),
    "no_edition_in_force": (
        "{on}没有生效的“{policy}”政策，请核对日期或先发布政策。",
        "No edition of {policy} is in force on {on}. Check the date, or publish one.",
    ),
    "publish_needs_two": (
        "政策须由一人提出、另一人签发，不能是同一人。",
        "An edition is proposed by one person and signed by another.",
    ),
    "unknown_role": (
        "“{stage}”指定的岗位“{role}”不存在，请核对。",
        'The role "{role}" at {stage} does not exist. Check its name.',
    ),
    "role_powerless": (
        "“{stage}”是 {kind} 环节，指定的岗位（{roles}）都没有办理这类环节的权限，办到这里就停住了。"
        "by 里可以写的岗位：{able}。",
        "{stage} is a step of kind {kind}; the roles named ({roles}) may not take such a step, so "
        "everything would stop there. Roles that may stand under by: {able}.",
    ),
    "no_roles": (
        "数据库里还没有任何岗位，不能发布政策。请先运行 python -m seeds.first_admin 用户名，"
        "建立岗位和管理员，再发布。",
        "The database has no roles yet, so no policy can be published. First run "
        "python -m seeds.first_admin USERNAME, which makes the roles and the administrator.",
    ),
    "edition_exists": (
        "内容相同的版本已于{on}起生效，没有需要发布的改动。",
        "The same content is already published, in force from {on}. There is nothing to publish.",
    ),
    "edition_not_after": (
        "新版本的生效日期{on}必须晚于现行版本的生效日期{last}。",
        "The new edition's first day {on} must be after {last}, when the present one began.",
    ),
    "edition_out_of_force": (
        "政策文件写明自{low}起施行，不能从{on}起生效。",
        "The policy says it is in force from {low}; it cannot begin on {on}.",
    ),
    "unknown_user": ("没有用户“{username}”。", 'There is no user "{username}".'),
    "key_exists": (
        "{file} 已存在，密钥绝不覆盖。",
        "{file} exists already; a key is never written over.",
    ),
    # settings and calendar
    "unknown_setting": ("没有“{key}”这项设置。", 'There is no setting "{key}".'),
    "setting_type": (
        "设置“{key}”的类型应为 {type}。",
        'The setting "{key}" must be of type {type}.',
    ),
    "day_of_other_year": (
        "{day}不在{year}年内。",
        "{day} is not in {year}.",
    ),
    "year_without_days": (
        "{year}年没有填写任何放假日，未作修改。请按国务院办公厅的通知逐日填写。",
        "No day off is given for {year}; nothing was changed. Enter the days of the State Council's "
        "notice.",
    ),
    "day_worked_anyway": (
        "{day}本来就是工作日（周一至周五），不必列为调休上班日，请对照通知核对日期。",
        "{day} is a weekday (Monday to Friday) and worked anyway: it is no weekend day worked "
        "instead. Check it against the notice.",
    ),
    "day_both_ways": (
        "{day}既列为放假又列为上班，请只保留一处。",
        "{day} is listed both as off and as work. Keep one.",
    ),
}

register(TEXTS)
