"""What is said when a procedure file, or a record made by it, is wrong."""

from engine.messages import register

register(
    {
        "unknown_name": ("没有“{name}”。{hint}", 'There is no "{name}". {hint}'),
        "named_twice": ("这里有名称重复，请只保留一处。", "A name is given twice here. Keep one."),
        "one_origin": (
            "“{field}”应写明来源：from、lines、text 三项中恰好一项。",
            '"{field}" needs exactly one of from, lines and text: where its value comes from.',
        ),
        "braces": (
            "大括号不成对，或者写法有误，请检查。",
            "The braces do not match or are written wrongly. Check them.",
        ),
        "last_resort": (
            "只有最后一项可以不写 when，而且最后一项必须不写：其他都不符合时用它。",
            "Only the last one goes without when, and it must: it is used when no other holds.",
        ),
        "record_needed": (
            "这一环节必须记录“{field}”（类型 {type}），请补上。",
            'This step must record "{field}" (type {type}). Add it.',
        ),
        "kind_once": (
            "“{first}”和“{second}”都是 {kind} 环节：一条途径上这类环节只能有一个，第二个永远办不完。",
            "{first} and {second} are both of kind {kind}: a road can have one such step only, the second would never end.",
        ),
        "nobody_acts": (
            "这一环节没有经办角色，请在 by 中写明。",
            "Nobody acts at this step. Name the roles under by.",
        ),
        "confirmed_where": (
            "只有 approve 和 meet 两类环节的结果可以要求第二人确认（confirmed_by）。",
            "Only the result of a step of kind approve or meet can ask for a second person "
            "(confirmed_by).",
        ),
        "choices_of_choice": (
            "类型 choice 必须列出 choices，其他类型不能列。",
            "Type choice needs choices; other types have none.",
        ),
        "range_of_numbers": (
            "只有 integer 和 money 可以有 range。",
            "Only integer and money have a range.",
        ),
        "tiers_rise": (
            "金额各档必须由低到高，最后一档（也只有最后一档）不写 up_to。",
            "The amounts must rise from tier to tier; the last one, and only the last, has no up_to.",
        ),
        "reply_blanks": (
            "文号的写法里必须有且只有一个{{year}}和一个{{number}}。",
            "The way a number is written needs {{year}} and {{number}}, each once.",
        ),
        "road_empty": ("至少要有一个环节。", "At least one stage is needed."),
    }
)
