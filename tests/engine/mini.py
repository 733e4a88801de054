"""Small policies in memory: only what a test is about, with the procedure of the invented union."""

from __future__ import annotations

from typing import Any

from engine import Assessment, Fault, Policy, Refused, assess, folder_files, load_files
from tests.engine.fuzz import ROOT

_PROCEDURE = (
    folder_files(ROOT / "rulesets" / "yonghe-union-2024")["procedure.yaml"]
    .decode()
    .replace("when: below_line}", "when: help_kind = hardship}")
    .replace("when: below_twice and burdened}", "when: help_kind = hardship}")
    .replace("visitors >= visitors_least", "visitors >= 2")  # a small policy has its own values
    .replace("{visitors_least}", "2")
)
_HEAD = """\
id: mini
zh: 小政策
en: A small policy
source: {zh: 小政策, en: A small policy}
in_force: {from: 2024-01-01}
pick_by: apply_date
"""
_FACTS = """\
help_kind: {type: choice, choices: {hardship: {zh: 困难, en: hardship}, schooling: {zh: 助学, en: schooling}}, zh: 申请类别, en: Kind, required: yes}
apply_date: {type: date, range: 2024-01-01..2030-12-31, zh: 申请日期, en: Date, required: yes}
"""
_WAY = """
hardship:
  zh: 困难
  en: Hardship
  when: help_kind = hardship
  grounds:
{grounds}
"""
GROUND = 'always, clause: "1", zh: 都行, en: Always, when: help_kind = hardship'


def files(
    facts: str = "",
    parameters: str = "",
    values: str = "",
    grounds: str | tuple[str, ...] = GROUND,
    exclusions: str = "[]",
    amounts: str = "{}",
    escalation: str = "[]",
) -> dict[str, bytes]:
    """The files of a policy from the parts given as YAML text; each ground without `{id: `."""
    several = (grounds,) if isinstance(grounds, str) else grounds
    written = "\n".join(f"    - {{id: {ground}}}" for ground in several)
    texts = {
        "policy.yaml": _HEAD,
        "facts.yaml": _FACTS + facts,
        "parameters.yaml": parameters or "{}",
        "eligibility.yaml": values + _WAY.format(grounds=written),
        "exclusions.yaml": exclusions,
        "amounts.yaml": amounts,
        "escalation.yaml": escalation,
        "procedure.yaml": _PROCEDURE,
    }
    return {name: text.encode() for name, text in texts.items()}


def policy(**parts: Any) -> Policy:
    return load_files(files(**parts))


def faults(**parts: Any) -> tuple[Fault, ...]:
    """What is wrong with a policy; nothing if it can be read."""
    try:
        load_files(files(**parts))
    except Refused as refused:
        return refused.faults
    return ()


def decided(asked: Policy, **facts: Any) -> Assessment:
    raw = {"help_kind": "hardship", "apply_date": "2024-06-15", **facts}
    return assess(asked, asked.read_facts(raw))


def worked_out(asked: Policy, name: str, **facts: Any) -> Any:
    """An output of a case."""
    return decided(asked, **facts).outputs[name]
