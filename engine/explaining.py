"""An answer in words, for a person at a shell: each rule, and each condition with its facts.

Facts and conditions are named by their titles; what is not known is called so, never None.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from engine.assessment import Assessment
from engine.faults import Fault
from engine.labels import Label
from engine.messages import register, text
from engine.model import Fact, Policy
from engine.phrases import Phrases
from engine.source import parse_date
from engine.words import chinese_date, english_date

register(
    {
        "truth_yes": ("成立", "holds"),
        "truth_no": ("不成立", "does not hold"),
        "truth_open": ("未知", "unknown"),
        "explained_rule": ("{clause} {rule}：{truth}", "{clause} {rule}: {truth}"),
        "explained_part": ("    {part}：{truth}（{facts}）", "    {part}: {truth} ({facts})"),
        "explained_plain": ("    {part}：{truth}", "    {part}: {truth}"),
        "explained_fact": ("{fact} {value}", "{fact}: {value}"),
    }
)
_TRUTHS = {True: "truth_yes", False: "truth_no", None: "truth_open"}
UNKNOWN, YES, NO = Label("不详", "not known"), Label("是", "yes"), Label("否", "no")


def reasons(policy: Policy, found: Assessment, lang: str) -> Iterator[str]:
    """Each rule with clause, title and truth; below it its conditions with what they rest on."""
    phrases = Phrases(policy, lang)
    for rule in found.rules:
        conditions = policy.rules[rule["id"]].conditions
        params = {"clause": rule["clause"], "rule": policy.rules[rule["id"]].label}
        yield _said("explained_rule", rule["truth"], params, lang).strip()
        for part, condition in zip(rule["conditions"], conditions, strict=True):
            facts = [_fact(policy, name, value, lang) for name, value in part["facts"].items()]
            code = "explained_part" if facts else "explained_plain"
            yield _said(
                code, part["truth"], {"part": phrases.condition(condition), "facts": facts}, lang
            )


def _said(code: str, truth: bool | None, params: dict[str, object], lang: str) -> str:
    return text(Fault(code, {**params, "truth": Fault(_TRUTHS[truth])}), lang)


def _fact(policy: Policy, name: str, value: object, lang: str) -> str:
    fact = policy.facts.get(name)
    label = fact.label if fact is not None else Label(name, name)
    params = {"fact": label, "value": _shown(fact, value, lang)}
    return text(Fault("explained_fact", params), lang)


def _shown(fact: Fact | None, value: object, lang: str) -> str:
    if value is None:
        return UNKNOWN.text(lang)
    if isinstance(value, bool):
        return (YES if value else NO).text(lang)
    if isinstance(value, (list, tuple, set, frozenset)):
        return ("、" if lang != "en" else ", ").join(_shown(fact, one, lang) for one in value)
    if fact is not None and str(value) in fact.choices:
        return fact.choices[str(value)].text(lang)
    day = value if isinstance(value, date) else None
    if fact is not None and fact.type == "date" and isinstance(value, str):
        day = parse_date(value)
    if day is not None:
        return chinese_date(day) if lang != "en" else english_date(day)
    return str(value)
