"""Texts of the faults of reading a policy and its facts."""

from engine.messages import register

register(
    {
        "folder_unreadable": ("读不到“{path}”：{problem}。", 'Cannot read "{path}": {problem}.'),
        "file_missing": (
            "缺少文件 {file}。一项政策要有：{names}。",
            "The file {file} is missing. A policy needs: {names}.",
        ),
        "file_unknown": (
            "政策文件夹里没有“{file}”这种文件。{hint}",
            'A policy folder has no file "{file}". {hint}',
        ),
        "fact_type": ("没有“{text}”这种类型。{hint}", 'There is no type "{text}". {hint}'),
        "fact_needs_choices": (
            "选项型的事实要写 choices。",
            "A fact of type choice or set needs choices.",
        ),
        "words_missing": (
            "policy.yaml 缺少“words”一节：这项政策怎么称呼人和单位（{names}），"
            "界面和提示要用。请参照其他政策补上。",
            'policy.yaml has no "words": what this policy calls people and units ({names}), for the '
            "screens and messages. Add them as in the other policies.",
        ),
        "word_office": (
            "procedure.yaml 的 offices 缺少“{level}”的名称，界面要用。",
            'offices in procedure.yaml lack the name of "{level}", which the screens use.',
        ),
        "word_office_many": (
            "请用 many 写明“{level}”的英文复数。",
            'Give the English plural of "{level}" as many.',
        ),
        "word_standings": (
            "至少写一种身份：{names}。",
            "Name one standing at least: {names}.",
        ),
        "word_unsafe": (
            "“{text}”里不能有 {{ }} % < > 这些符号。",
            '"{text}" must not hold any of {{ }} % < >.',
        ),
        "fact_no_choices": (
            "只有 choice 和 set 才写 choices。",
            "Only choice and set take choices.",
        ),
        "fact_no_range": ("这种类型不写 range。", "This type takes no range."),
        "fact_source": (
            "看不懂来源“{text}”。可以写 member.字段、household.字段、application.字段、"
            "parameter 名称 by 事实、year of 日期 within -1..0、grants latest|count|sum 字段。",
            'The source "{text}" is not understood. Write member.FIELD, household.FIELD, '
            "application.FIELD, parameter NAME by FACT, year of DATE within -1..0 or grants latest|count|sum FIELD.",
        ),
        "fact_source_kind": (
            "“{name}”与这里的类型或单位不合。",
            '"{name}" does not fit the type or unit here.',
        ),
        "name_taken": (
            "名称“{name}”已用于 {first}。",
            'The name "{name}" is already used at {first}.',
        ),
        "name_reserved": (
            "“{name}”是引擎自己的词，请换一个名称。",
            '"{name}" is a word of the engine; choose another name.',
        ),
        "fact_unused": (
            "事实“{name}”没有任何规则用到。",
            'No rule uses the fact "{name}".',
        ),
        "unknown_fact": ("没有事实“{name}”。{hint}", 'There is no fact "{name}". {hint}'),
        "unknown_parameter": ("没有参数“{name}”。{hint}", 'There is no parameter "{name}". {hint}'),
        "unknown_section": ("没有栏目“{name}”。{hint}", 'There is no section "{name}". {hint}'),
        "unknown_stage": (
            "procedure.yaml 里没有步骤“{name}”。{hint}",
            'procedure.yaml has no stage "{name}". {hint}',
        ),
        "pick_by_not_date": (
            "pick_by 应是一个必填的日期事实，“{name}”不是。",
            'pick_by must be a required date fact; "{name}" is not.',
        ),
        "parameter_no_dates": (
            "参数没有任何取值，请写“日期: 值”。",
            'The parameter has no value; write "date: value".',
        ),
        "parameter_unused": (
            "参数“{name}”没有用到。",
            'Nothing uses the parameter "{name}".',
        ),
        "parameter_choice_missing": (
            "缺少“{choice}”的取值。",
            'The value for "{choice}" is missing.',
        ),
        "parameter_no_value": (
            "参数“{parameter}”在{date}没有取值，请在 parameters.yaml 补上。",
            'The parameter "{parameter}" has no value on {date}; add one in parameters.yaml.',
        ),
        "parameter_begins_late": (
            "提醒：参数“{parameter}”从{begins}起才有取值，而政策从{from}起施行；其间的情形用到它时无法判断。"
            "请补上{from}起的取值，或确认其间用不到它。",
            'Note: the parameter "{parameter}" has values only from {begins}, but the policy is in force '
            "from {from}; a case dated between that needs it cannot be decided. Add the value from "
            "{from}, or make sure that nothing needs it before.",
        ),
        "definition_cycle": (
            "“{name}”绕了一圈又用到自己：{path}。",
            '"{name}" ends up using itself: {path}.',
        ),
        "entry_kind": (
            "“{name}”要么写 is、table、lookup 或 bands（算出的值），要么写 when 和 grounds（一种对象）。",
            '"{name}" needs either is, table, lookup or bands (a worked-out value) or when and grounds '
            "(a way to qualify).",
        ),
        "category_use": (
            "“{name}”在这里只能写成“{name} = 某项”或“某项 in {name}”。",
            '"{name}" can only be used as "{name} = one" or "one in {name}" here.',
        ),
        "value_form": (
            "“{name}”要写且只写 is、table、lookup、bands 中的一种。",
            '"{name}" takes exactly one of is, table, lookup and bands.',
        ),
        "value_type_and_choices": (
            "有 choices 时不写 type。",
            "With choices there is no type.",
        ),
        "table_empty": ("表“{name}”没有一行。", 'The table "{name}" has no row.'),
        "table_rows": (
            "一张表最多{most}行，请拆成几张。",
            "A table has at most {most} rows; split it up.",
        ),
        "table_width": (
            "这一行应有{wanted}格，却有{found}格。",
            "This row should have {wanted} cells; it has {found}.",
        ),
        "table_then": (
            "命中方式“{hit}”：每行都要写 then（collect count 只数行数，不写 then）。",
            'With the hit policy "{hit}" each row needs then (collect count only counts rows and takes none).',
        ),
        "table_priority": (
            "priority 按先后列出结果，与 hit: priority 一起写，“{name}”只写了一样。",
            'priority lists the results in their order and goes with hit: priority; "{name}" has only one of the two.',
        ),
        "table_not_in_priority": (
            "结果“{text}”没有列入 priority。",
            'The result "{text}" is not listed in priority.',
        ),
        "table_overlap": (
            "hit: unique 的表里，这一行与 {first} 会同时成立，如 {values}。",
            "With hit: unique this row can hold together with {first}, for example {values}.",
        ),
        "table_any_differs": (
            "hit: any 的表里，这一行与 {first} 会同时成立而结果不同，如 {values}。",
            "With hit: any this row can hold together with {first} but gives something else, for example {values}.",
        ),
        "table_gap": (
            "表“{name}”没有一行管到 {values}；请补一行，或写 otherwise。",
            'No row of the table "{name}" covers {values}; add a row or an otherwise.',
        ),
        "table_clash_met": (
            "表“{table}”有两行同时成立而结果不同，不能判断；请改正表格。",
            'Two rows of the table "{table}" hold at once; nothing can be decided. Correct the table.',
        ),
        "table_gap_met": (
            "表“{table}”没有一行成立，不能判断；请补一行或写 otherwise。",
            'No row of the table "{table}" holds; nothing can be decided. Add a row or an otherwise.',
        ),
        "bands_row": (
            "分段每行写 [起点, 比例]。",
            "Each row of bands is [threshold, rate].",
        ),
        "choose_two": (
            "只取最高一项，要列出两项以上。",
            "To choose the highest, list two benefits or more.",
        ),
        "limit_needs_fixed": (
            "“{benefit}”的金额不是定额（mode: fixed），不能在这里比较或先行扣减。",
            'The amount of "{benefit}" is not fixed; it cannot be compared or counted first here.',
        ),
        "amount_keys": (
            "方式 {mode} 要写 {needed}，不写其他金额。",
            "The mode {mode} takes {needed} and no other amount.",
        ),
        "tier_after_otherwise": (
            "前一档没有条件，这一档永远轮不到。",
            "The tier before has no condition; this one can never be reached.",
        ),
        "amount_not_whole_fen": (
            "“{benefit}”算出的金额不是整分，请用 round 写明怎样取整。",
            'The amount of "{benefit}" is not a whole number of fen; say how to round it.',
        ),
        "no_ways": (
            "eligibility.yaml 里没有一种对象（when 和 grounds）。",
            "eligibility.yaml has no way to qualify (when and grounds).",
        ),
        # facts of a case
        "fact_unknown_name": (
            "没有名为“{name}”的事实。{hint}",
            'There is no fact named "{name}". {hint}',
        ),
        "fact_wrong_type": (
            "“{label}”的值 {value} 不对：应是{wanted}。",
            '"{label}" has the value {value}; it should be {wanted}.',
        ),
        "fact_no_such_day": (
            "“{label}”的值 {value} 不对：没有这一天，请核对年月日。",
            '"{label}" has the value {value}; there is no such day. Check year, month and day.',
        ),
        "fact_wrong_choice": (
            "“{label}”没有“{value}”这一项。{hint}",
            '"{label}" has no choice "{value}". {hint}',
        ),
        "fact_out_of_range": (
            "“{label}”的值{value}超出范围，应在{low}至{high}之间。",
            '"{label}" is {value}; it must lie between {low} and {high}.',
        ),
        "required_unsettled": (
            "“{label}”写了 required: yes，但“{road}”的 for 没有用到它：登记申请时还没有填，就登记不了。请在 for 里写明，或者去掉 required。",
            '"{label}" is required, yet the "for" of {road} does not use it: nobody has given it when an application is registered, so none could be. Use it there, or leave out required.',
        ),
        "fact_required": (
            "“{label}”必须填写，不能未知。",
            '"{label}" must be given; it may not be unknown.',
        ),
        "out_of_force": (
            "{date}这一天本政策不在施行期内（{low}起，至{high}）。",
            "The policy is not in force on {date} (from {low} to {high}).",
        ),
        "open_end": ("今", "now"),
        "not_an_object": (
            "应是一个 JSON 对象（名称到值）。",
            "A JSON object (names to values) is expected.",
        ),
        "format_yes_no": (
            "true 或 false（表格里写 yes 或 no）",
            "true or false (yes or no in a table)",
        ),
        "format_integer": ("整数", "a whole number"),
        "format_money": ("金额（元，最多两位小数）", "an amount in yuan with at most two decimals"),
        "format_number": ("数（最多六位小数）", "a number with at most six decimals"),
        "format_date": ("日期，如2010-12-03", "a date such as 2010-12-03"),
        "format_choice": ("选项之一", "one of the choices"),
        "format_set": ("选项的列表", "a list of choices"),
        "format_text": ("一千字以内的文字", "a text of at most a thousand characters"),
    }
)
