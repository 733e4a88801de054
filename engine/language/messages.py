"""Texts of the faults of the expression language."""

from engine.messages import register

register(
    {
        "kind_yes_no": ("是/否", "yes or no"),
        "kind_integer": ("整数", "a whole number"),
        "kind_number": ("数", "a number"),
        "kind_money": ("金额", "an amount"),
        "kind_date": ("日期", "a date"),
        "kind_choice": ("选项", "a choice"),
        "kind_set": ("多选项", "a set of choices"),
        "kind_text": ("文字", "a text"),
        "expr_then": ("那么", "then"),
        "expr_else": ("否则", "else"),
        "expr_the_end": ("结尾", "the end"),
        "expr_bad_sign": ("条件中不能用“{sign}”。", '"{sign}" has no meaning in an expression.'),
        "expr_expected": (
            "这里应有“{wanted}”，却是“{found}”。",
            '"{wanted}" is expected here, not "{found}".',
        ),
        "expr_unexpected": (
            "条件到此已经完整，“{found}”是多余的；是否漏了“且”或“或”？",
            'The expression is complete before "{found}"; is an "and" or "or" missing?',
        ),
        "expr_expected_value": (
            "这里应是名称、数或括号，却是“{found}”。",
            'A name, a number or a bracket is expected here, not "{found}".',
        ),
        "expr_chain": (
            "比较不能连写；请写成“a < b 且 b < c”，或用“在…至…之间”。",
            'Comparisons do not chain; write "a < b and b < c" or "between … and …".',
        ),
        "expr_too_deep": ("括号嵌套超过{limit}层。", "Nested more than {limit} levels deep."),
        "expr_too_long": (
            "条件长于{limit}字，请拆成几个。",
            "Longer than {limit} characters; split it up.",
        ),
        "expr_number_too_long": ("数“{text}”太长。", 'The number "{text}" is too long.'),
        "expr_unknown_name": (
            "没有名为“{name}”的事实或取值。{hint}",
            'There is no "{name}". {hint}',
        ),
        "expr_ambiguous": (
            "“{name}”不止指一项，请改用英文名之一：{names}。",
            '"{name}" stands for several; use one of the names {names}.',
        ),
        "expr_unknown_choice": (
            "“{text}”不是可选的值。{hint}",
            '"{text}" is not one of the choices. {hint}',
        ),
        "expr_other_choices": (
            "“{left}”和“{right}”的选项不同，不能相比。",
            '"{left}" and "{right}" have different choices and cannot be compared.',
        ),
        "expr_not_condition": (
            "“{text}”是{found}，这里要的是能判断真假的条件。",
            '"{text}" is {found}; a condition is wanted here.',
        ),
        "expr_wrong_kind": (
            "这里要的是{wanted}，却是{found}。",
            "{wanted} is wanted here, not {found}.",
        ),
        "expr_not_comparable": (
            "{left}与{right}不能用“{op}”比较。",
            '{left} and {right} cannot be compared with "{op}".',
        ),
        "expr_units": (
            "{left}与{right}不能这样合用：单位不同。",
            "{left} and {right} do not go together: their units differ.",
        ),
        "expr_not_number": (
            "“{text}”是{found}，不能用来计算。",
            '"{text}" is {found}; it cannot be calculated with.',
        ),
        "expr_not_constant": (
            "“{text}”应是写明的值，不能是名称或算式。",
            '"{text}" should be a written value, not a name or a formula.',
        ),
        "expr_zero_divisor": (
            "除数“{text}”可能为零，请先排除零的情况。",
            'The divisor "{text}" can be zero; rule that out first.',
        ),
        "expr_unknown_function": (
            "没有函数“{name}”。{hint}",
            'There is no function "{name}". {hint}',
        ),
        "expr_bands_pairs": (
            "分段要成对写：起点、比例，起点、比例……",
            "Bands come in pairs: a threshold and its rate, a threshold and its rate, …",
        ),
        "expr_bands_order": (
            "各段的起点要从小到大。",
            "The thresholds of the bands must rise.",
        ),
        "expr_not_in_force": (
            "参数“{name}”自{first}起才有取值（或已停用），而这里的日期可能是{day}；请限制日期的范围或补上取值。",
            'The parameter "{name}" has values from {first} on only (or was ended), but the date here can be '
            "{day}; narrow the range of the date or add values.",
        ),
        "expr_arguments": (
            "“{name}”要{least}至{most}个参数。",
            '"{name}" takes {least} to {most} arguments.',
        ),
    }
)
