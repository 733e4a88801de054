"""Random policies as files: facts of every type, dated parameters, values, tables, bands, limits.

`Maker(rng).files()` gives the files of a policy that a policy officer could have written;
`finite` keeps to facts with few values. What is written is not checked here: a policy that the
loader refuses for a good reason (`GOOD_REASONS`) is no policy.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from tests.engine import mini

GOOD_REASONS = frozenset(
    {
        "table_overlap", "table_any_differs", "table_gap", "expr_zero_divisor", "expr_bands_order",
        "expr_not_in_force", "expr_too_deep", "expr_too_long",
    }
)  # fmt: skip
_SIGNS = ("=", "!=", "<", "<=", ">", ">=")
_WORDS = {"=": "等于", "!=": "不等于", "<": "小于", "<=": "不大于", ">": "大于", ">=": "不小于"}
CHOICES = {"c": ("red", "green", "blue"), "h": ("town", "land")}


class Maker:
    """One random policy. Names by type grow as values are added."""

    def __init__(self, rng: random.Random, finite: bool = False) -> None:
        self.rng, self.finite = rng, finite
        self.names: dict[str, list[str]] = {
            "yes_no": [], "integer": [], "number": [], "money": [], "date": ["apply_date"],
        }  # fmt: skip
        self.choices: dict[str, tuple[str, ...]] = {}
        self.dated: list[tuple[str, str]] = []
        self.has_set = self.has_text = False

    def files(self) -> dict[str, bytes]:
        facts = self._facts()
        parameters = self._parameters()
        values = self._values()
        grounds = tuple(self._ground(i) for i in range(self.rng.randint(1, 4)))
        exclusions = "".join(self._exclusion(i) for i in range(self.rng.randint(0, 3))) or "[]"
        evidence = self._evidence()
        escalation = "".join(self._escalation(i) for i in range(self.rng.randint(0, 2))) or "[]"
        return mini.files(
            facts, parameters, values + evidence, grounds, exclusions, self._amounts(), escalation
        )

    # facts and parameters ----------------------------------------------------------------
    def _facts(self) -> str:
        rng, lines, used = self.rng, [], []
        for i in range(rng.randint(2, 4)):
            lines.append(f"y{i}: {{type: yes_no, zh: 是否{i}号, en: Y{i}}}")
            self.names["yes_no"].append(f"y{i}")
            used.append(f"y{i}")
        for name, choices in CHOICES.items():
            if name == "c" or rng.random() < 0.5:
                shown = ", ".join(f"{c}: {{zh: {c}色, en: {c}}}" for c in choices)
                lines.append(
                    f"{name}: {{type: choice, choices: {{{shown}}}, zh: 类别{name}, en: {name}}}"
                )
                self.choices[name] = choices
                used.append(f"{name} = {choices[0]}")
        lines.append("n: {type: integer, range: 0..5, zh: 人口数, en: N}")
        self.names["integer"].append("n")
        used.append("n > 0")
        if rng.random() < 0.4:
            marks = ", ".join(f"m{i}: {{zh: 标{i}, en: M{i}}}" for i in range(3))
            lines.append(f"s: {{type: set, choices: {{{marks}}}, zh: 多项, en: S}}")
            self.has_set = True
            used.append("m0 in s")
        if not self.finite:
            self._wide_facts(lines, used)
        self.used = " or ".join(used)
        return "\n".join(lines) + "\n"

    def _wide_facts(self, lines: list[str], used: list[str]) -> None:
        rng = self.rng
        lines.append("k: {type: integer, range: 1..20000, zh: 数目大, en: K}")
        self.names["integer"].append("k")
        used.append("k > 1")
        for i in range(rng.randint(1, 2)):
            lines.append(f"p{i}: {{type: money, range: 0..50000, zh: 金额{i}, en: P{i}}}")
            self.names["money"].append(f"p{i}")
            used.append(f"p{i} > 0")
        if rng.random() < 0.5:
            lines.append("x: {type: number, range: -10..1000, zh: 数值, en: X}")
            self.names["number"].append("x")
            used.append("x > 0")
        if rng.random() < 0.6:
            lines.append("d: {type: date, range: 2020-01-01..2030-12-31, zh: 某日期, en: D}")
            self.names["date"].append("d")
            used.append("d > 2020-01-01")
        if rng.random() < 0.3:
            lines.append("w: {type: text, zh: 文字项, en: W}")
            self.has_text = True
            used.append("w = 'a'")

    def _parameters(self) -> str:
        rng, lines = self.rng, []
        for name, unit in (("line", "yuan"), ("factor", "times"), ("months", "months")):
            if rng.random() < 0.3:
                continue
            by = rng.random() < 0.3 and "h" in self.choices
            dates = [
                "2020-01-01",
                *rng.sample(["2024-05-16", "2024-07-01", "2025-02-28"], rng.randint(0, 2)),
            ]
            parts = []
            for since in sorted(dates):
                one = self._dated_value(name)
                several = ", ".join(f"{c}: {self._dated_value(name)}" for c in CHOICES["h"])
                parts.append(f"{since}: {{{several}}}" if by else f"{since}: {one}")
            more = "by: h, " if by else ""
            more += "type: integer, " if name == "months" else ""
            lines.append(
                f"{name}: {{{more}unit: {unit}, zh: 参数{name}, en: {name}, {', '.join(parts)}}}"
            )
            kind = {"line": "money", "factor": "number", "months": "integer"}[name]
            self.names[kind].append(name)
            self.dated.append((name, kind))
        self.used += "".join(f" or {name} > 0" for name, _ in self.dated)
        return "\n".join(lines) + "\n" if lines else ""

    def _dated_value(self, name: str) -> str:
        rng = self.rng
        if name == "line":
            return rng.choice(["0", "100", "360.5", "1000", "0.01"])
        return rng.choice(["1", "2", "0.5", "33%"]) if name == "factor" else str(rng.randint(0, 18))

    # expressions -------------------------------------------------------------------------
    def condition(self, depth: int = 2) -> str:
        rng = self.rng
        if depth == 0 or rng.random() < 0.35:
            return self._leaf()
        inner = [self.condition(depth - 1) for _ in range(rng.randint(2, 3))]
        kind = rng.randrange(6)
        if kind == 0:
            return f"not ({inner[0]})"
        if kind == 1:
            return f"(if {inner[0]} then {inner[1]} else {self._leaf()})"
        word = rng.choice([" and ", "且", " or ", "或"])
        return "(" + word.join(f"({one})" for one in inner) + ")"

    def _leaf(self) -> str:
        rng = self.rng
        ways: list[Callable[[], str]] = [self._yes_no, self._yes_no, self._choice, self._choice]
        ways += [self._numbers, self._numbers, self._range]
        if self.names["money"]:
            ways += [self._moneys, self._moneys]
        if not self.finite:
            ways += [self._days]
        if self.has_set:
            ways.append(lambda: f"{rng.choice(['m0', 'm1', '标2'])} in s")
        if self.has_text:
            ways.append(lambda: rng.choice(["w = 'a'", "w != '甲'", "w in ('a', '甲')"]))
        return rng.choice(ways)()

    def _yes_no(self) -> str:
        name = self.rng.choice(self.names["yes_no"])
        return self.rng.choice([name, f"{name} = no", f"not {name}", f"非 {name}", f"{name} 是 是"])

    def _choice(self) -> str:
        name, choices = self.rng.choice(list(self.choices.items()))
        one, two = self.rng.sample(choices, 2)
        return self.rng.choice(
            [
                f"{name} = {one}",
                f"{name} != {one}",
                f"{name} in ({one}, {two})",
                f"{name}属于({one}、{two})",
            ]
        )

    def _sign(self) -> str:
        sign = self.rng.choice(_SIGNS)
        return _WORDS[sign] if self.rng.random() < 0.2 else sign

    def _numbers(self) -> str:
        return f"{self.number(1)} {self._sign()} {self.number(1)}"

    def _moneys(self) -> str:
        return f"{self.money(1)} {self._sign()} {self.money(1)}"

    def _days(self) -> str:
        return f"{self.day(1)} {self._sign()} {self.day(1)}"

    def _range(self) -> str:
        low = self.rng.randrange(4)
        name = self.rng.choice(self.names["integer"])
        return self.rng.choice(
            [
                f"{name} in {low}..{low + 3}",
                f"{name} 在{low}至{low + 2}之间",
                f"{name} between {low} and {low + 1}",
            ]
        )

    def number(self, depth: int) -> str:
        rng = self.rng
        names = self.names["integer"] + self.names["number"]
        if depth == 0 or rng.random() < 0.4:
            return rng.choice([*names, *names, str(rng.randrange(8)), "2.5", "30%"])
        one, two = self.number(depth - 1), self.number(depth - 1)
        ways = [
            f"({one} + {two})", f"({one} - {two})", f"{one} * {two}", f"{one} / (n + 1)",
            f"min({one}, {two})", f"max({one}, {two})", f"clamp({one}, 1, 4)", f"round({one})",
            f"round_half_even({one}, 0.5)", f"round_half_down({one})", f"round_up({one}, 3)",
            f"四舍五入({one}, 2)", f"(if {self._yes_no()} then {one} else {two})", f"bands({one}, 0, 1, 3, 50%)",
        ]  # fmt: skip
        if not self.finite:
            ways += [
                f"year({self.day(0)})", f"满年数({self.day(0)}, {self.day(0)})",
                f"months_between({self.day(0)}, {self.day(0)})", f"month({self.day(1)})",
                f"months_in({self.day(0)}, {self.day(1)})", f"days_between({self.day(0)}, {self.day(1)})",
            ]  # fmt: skip
        return rng.choice(ways)

    def money(self, depth: int) -> str:
        rng, names = self.rng, self.names["money"]
        if depth == 0 or rng.random() < 0.4 or not names:
            return rng.choice([*names, *names, str(rng.randrange(600)), "0.01", "1万元"])
        one, two, name = self.money(depth - 1), self.money(depth - 1), rng.choice(names)
        ways = [
            f"({one} + {two})", f"({one} - {two})", f"{name} * n", f"{name} * {self.number(0)}",
            f"min({one}, {two}, {name})", f"max({name}, {two})", f"(if {self._leaf()} then {name} else {one} + {name})",
            f"round({name} / 3, 0.01)", f"bands({name}, 0, 10%, 100, 20%, 1000, 33%)", f"clamp({name}, 10, 500)",
        ]  # fmt: skip
        for parameter, kind in self.dated:
            if kind == "money":
                ways.append(f"as_of({parameter}, {self.day(0)})")
                ways.append(f"sum_by_month({parameter}, apply_date, end_of_year(apply_date))")
        return rng.choice(ways)

    def day(self, depth: int) -> str:
        rng, names = self.rng, self.names["date"]
        if depth == 0 or rng.random() < 0.5:
            return rng.choice([*names, *names, "2024-02-29", "2025年6月30日"])
        one = self.day(0)
        whole = rng.choice(
            [str(rng.randint(-3, 14)), *(p for p, k in self.dated if k == "integer"), "n"]
        )
        return rng.choice([
            f"add_months({one}, {whole})", f"add_days({one}, {whole})", f"end_of_year({one})",
            f"start_of_month({one})", f"end_of_month({one})", f"next_month({one})", f"start_of_year({one})",
            f"(if {self._yes_no()} then {one} else {self.day(0)})",
        ])  # fmt: skip

    # values ------------------------------------------------------------------------------
    def _values(self) -> str:
        made = [f"used: {{is: {self.used}}}"]
        for i in range(self.rng.randint(2, 6)):
            name = f"v{i}"
            kind = self.rng.choice(
                ["table", "table", "table", "lookup", "bands", "yes_no", "number", "money"]
            )
            made.append(self._value(name, kind))
        return "\n".join(made) + "\n"

    def _value(self, name: str, kind: str) -> str:
        rng = self.rng
        if kind == "yes_no":
            text = self.condition()
            self.names["yes_no"].append(name)
            return f'{name}: {{is: "{text}", zh: 算出{name}, en: {name}}}'
        if kind in ("number", "money") and (kind == "number" or self.names["money"]):
            text = self.number(2) if kind == "number" else self.money(2)
            text = f"({text}) + {rng.choice(self.names[kind])}" if kind == "money" else text
            self.names[kind].append(name)
            return f'{name}: {{is: "{text}", type: {kind}}}'
        if kind == "bands" and self.names["money"]:
            of = rng.choice(self.names["money"])
            self.names["money"].append(name)
            return f"{name}: {{bands: {{of: {of}, rows: [[0, 0], [{rng.randint(1, 99)}.5, 50%], [100, {rng.choice(['70%', '0.1', 'n'])}]]}}}}"
        if kind == "lookup":
            key, choices = rng.choice(list(self.choices.items()))
            values = ", ".join(f"{c}: {rng.randrange(9)}" for c in choices)
            self.names["integer"].append(name)
            return f"{name}: {{lookup: {{of: {key}, values: {{{values}}}}}}}"
        return self._table(name)

    def _table(self, name: str) -> str:
        rng = self.rng
        hit = rng.choice(
            [
                "first",
                "first",
                "unique",
                "any",
                "priority",
                "collect sum",
                "collect min",
                "collect max",
                "collect count",
            ]
        )
        columns = rng.sample(self._columns(), 2 if rng.random() < 0.7 else 1)
        result = (
            "integer"
            if hit == "collect count"
            else rng.choice(["integer", "money", "choice", "yes_no", "number"])
        )
        if hit.startswith("collect") and result in ("choice", "yes_no"):
            result = "integer"
        rows = [self._row(columns, hit, result) for _ in range(rng.randint(2, 5))]
        if hit == "unique":
            rows = self._apart(columns[0], result) or rows
            columns = columns[:1] if len(rows[0]) == 2 else columns
        more = (
            ""
            if hit in ("collect sum", "collect count")
            else f"otherwise: {self._result(result)}, "
        )
        if hit == "priority":
            kept = list(dict.fromkeys(row[-1] for row in rows))
            more += f"priority: [{', '.join(rng.sample(kept, len(kept)))}], "
        shown = ", ".join("[" + ", ".join(f'"{cell}"' for cell in row) + "]" for row in rows)
        inputs = ", ".join(f'"{text}"' for text, _ in columns)
        kind = ""
        if result == "choice":
            kind = "choices: {A: {zh: 甲等, en: A}, B: {zh: 乙等, en: B}, C: {zh: 丙等, en: C}}, "
            kind = kind.replace("A:", "ga:").replace("B:", "gb:").replace("C:", "gc:")
            self.choices[name] = ("ga", "gb", "gc")
        else:
            kind = f"type: {result}, " if hit != "collect count" else ""
            self.names[result].append(name)
        return f"{name}: {{{kind}table: {{hit: {hit}, inputs: [{inputs}], {more}rows: [{shown}]}}}}"

    def _columns(self) -> list[tuple[str, str]]:
        found = [(name, "integer") for name in self.names["integer"][:3]]
        found += [(name, "yes_no") for name in self.names["yes_no"][:3]]
        found += [(name, name) for name in self.choices]
        found += [(name, "money") for name in self.names["money"] if name != "line"][:2]
        found.append((self.number(1), "integer"))
        return found

    def _row(self, columns: Sequence[tuple[str, str]], hit: str, result: str) -> list[str]:
        cells = [self._cell(kind) for _, kind in columns]
        return cells if hit == "collect count" else [*cells, self._result(result)]

    def _cell(self, kind: str) -> str:
        rng = self.rng
        if rng.random() < 0.2:
            return "-"
        if kind == "yes_no":
            return rng.choice(["yes", "no", "是", "否"])
        if kind in self.choices:
            one, two = rng.sample(self.choices[kind], 2)
            return rng.choice([one, f"{one}, {two}", f"not {one}", f"非 {one}、{two}"])
        low = rng.randrange(4)
        cells = [
            f"{low}",
            f"{low}..{low + 2}",
            f"[{low}..{low + 2})",
            f"({low}..{low + 3})",
            f">= {low}",
            f"< {low}",
        ]
        cells += [f"{low}, > {low + 1}", f"not {low}", f"大于{low}", f"{low}至{low + 1}"]
        if kind == "money" and "line" in self.names["money"]:
            cells += ["> line", "<= line", "<= line * 2"]
        return rng.choice(cells)

    def _apart(self, column: tuple[str, str], result: str) -> list[list[str]]:
        """Rows that cannot meet, with what is left between them."""
        if column[1] in ("yes_no", *self.choices):
            return []
        low = self.rng.randrange(3)
        cells = [f"< {low}", f"[{low}..{low + 2})", f"{low + 2}..{low + 3}", f"> {low + 3}"]
        return [[cell, self._result(result)] for cell in cells]

    def _result(self, kind: str) -> str:
        rng = self.rng
        if kind == "choice":
            return rng.choice(["ga", "gb", "gc"])
        if kind == "yes_no":
            return rng.choice(["yes", "no", rng.choice(self.names["yes_no"])])
        if kind == "money":
            return rng.choice([str(rng.randrange(900)), "0.01", *self.names["money"][:2]])
        if kind == "number":
            return rng.choice([str(rng.randrange(9)), "1.5", "20%"])
        return str(rng.randrange(-2, 9))

    # outcomes ----------------------------------------------------------------------------
    def _ground(self, number: int) -> str:
        flags = self.rng.choice(["", "", "", ", discretion: yes", ", last_resort: yes"])
        return f'g{number}, clause: "1.{number}", zh: 理由{number}, en: G{number}, when: "{self.condition()}"{flags}'

    def _exclusion(self, number: int) -> str:
        more = self.rng.choice(
            ["", "", f', unless: "{self._leaf()}"', f', pending: "{self._leaf()}"']
        )
        when = f"({self.condition(1)}) and {self._yes_no()}"
        return (
            f'- {{id: e{number}, level: {self.rng.randint(1, 2)}, clause: "2.{number}", zh: 排除{number}, '
            f'en: E{number}, when: "{when}"{more}}}\n'
        )

    def _evidence(self) -> str:
        if self.rng.random() < 0.5:
            return ""
        return f'evidence:\n  - {{id: paper, zh: 证明, en: Paper, when: "{self.condition(1)}"}}\n'

    def _escalation(self, number: int) -> str:
        when = self.condition(1)
        return f'- {{id: s{number}, to: department, zh: 上报{number}, en: S{number}, when: "{when}"}}\n'

    def _amounts(self) -> str:
        rng = self.rng
        count = rng.randint(1, 3)
        limits = (
            rng.choice(["", "", "caps", "choose", "both"])
            if count > 1
            else rng.choice(["", "caps"])
        )
        made = [self._benefit(i, bool(limits)) for i in range(count)]
        ids = ", ".join(f"b{i}" for i in range(count))
        if limits in ("choose", "both"):
            made.append(f"choose: [{{id: highest, zh: 最高, en: Highest, of: [{ids}]}}]")
        if limits in ("caps", "both"):
            used = rng.choice(["", ", used: p0" if "p0" in self.names["money"] else ""])
            made.append(
                f"caps: [{{id: most, zh: 封顶, en: Most, most: {rng.choice([300, 1000])}{used}}}]"
            )
        shown = rng.choice([self.number(1), self.day(1), self.condition(1), "benefits_total", "b0"])
        made.append(f'outputs: {{o: {{is: "{shown}"}}}}')
        return "\n".join(made) + "\n"

    def _benefit(self, number: int, fixed: bool) -> str:
        rng = self.rng
        head = f'b{number}:\n  zh: 补助{number}\n  en: B{number}\n  when: "{self.condition(1)}"\n'
        if rng.random() < 0.4:
            tiers = ""
            for i in range(rng.randint(1, 3)):
                when = f', when: "{self._leaf()}"' if i < 2 else ""
                tiers += f'    - {{id: t{i}, clause: "3.{number}.{i}", zh: 档{i}, en: T{i}, {self._mode(fixed)}{when}}}\n'
            return f"{head}  tiers:\n{tiers}"
        mode = self._mode(fixed).replace(", ", "\n  ")
        return f'{head}  clause: "3.{number}"\n  {mode}\n'

    def _mode(self, fixed: bool) -> str:
        rng = self.rng
        mode = "fixed" if fixed else rng.choice(["fixed", "fixed", "range", "cap", "discretion"])
        if mode == "fixed":
            return f'mode: fixed, amount: "{self._whole()}"'
        if mode == "range":
            return f'mode: range, min: {rng.randint(1, 200)}, max: "max(200,{self._whole()})"'
        if mode == "cap":
            return f'mode: cap, max: "{self._whole()}"'
        return "mode: discretion"

    def _whole(self) -> str:
        """An amount in whole fen, at least one."""
        text = f"max(0.01, round({self.money(1)}, 0.01))"
        return text.replace(", ", ",")
