"""Invented stories of hardship: the facts of an application, its statement and its papers.

Written for the policy licheng-2010, whose facts they name.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

Facts = dict[str, object]
CLEAN: Facts = {
    "excl_subjective_cause": False,
    "illegal_activity": False,
    "police_punished": False,
    "excl_org_unsuitable": False,
}
_NO_CAUSE: Facts = {"cause_illness": False, "cause_disaster": False, "cause_accident": False}
_PAPERS_SUDDEN: Facts = {"same_event_aided": False, "special_report": False}


@dataclass(frozen=True, slots=True)
class Hardship:
    """What a member applies with. ``income_fen`` is a head and year; ``yuan`` is proposed where the
    rules leave an amount open.
    """

    facts: Facts
    statement: str
    papers: tuple[str, ...] = ()
    income_fen: int = 600_000
    yuan: int | None = None


def living(random: Random) -> Hardship:
    """A living-hardship application that the rules find eligible or leave to the department."""
    able: Facts = {
        "has_labor_capacity": True,
        "has_income_source": True,
        "has_statutory_supporter": True,
        "other_special_claimed": False,
    }
    choice = random.random()
    if choice < 0.3:
        facts = {**CLEAN, **_NO_CAUSE, **able, "has_labor_capacity": False}
        facts |= {"has_income_source": False, "has_statutory_supporter": False}
        return Hardship(
            facts, "本人年老无劳动能力，无生活来源，无法定赡养人，靠邻里接济度日。", income_fen=0
        )
    if choice < 0.65:
        facts = {**CLEAN, **_NO_CAUSE, **able, "cause_illness": True}
        story = "本人患尿毒症，长期透析，自付医疗费用较多，家庭生活困难。"
        return Hardship(facts, story, ("diagnosis",), 100_000 + random.randrange(6) * 10_000)
    if choice < 0.8:
        facts = {**CLEAN, **_NO_CAUSE, **able, "cause_disaster": True}
        story = "今年夏季暴雨冲毁大棚两座，当年收入基本无着。"
        return Hardship(facts, story, ("accident_proof",), 80_000)
    if choice < 0.9:
        facts = {**CLEAN, **_NO_CAUSE, **able, "cause_accident": True}
        story = "儿子交通事故受伤，家中失去主要劳动力，治疗费用尚有缺口。"
        return Hardship(facts, story, ("accident_proof",), 120_000)
    facts = {**CLEAN, **_NO_CAUSE, **able, "other_special_claimed": True}
    return Hardship(
        facts, "单独抚养两名上学的孙辈，支出大，收入微薄。", income_fen=900_000, yuan=600
    )


def not_poor(random: Random) -> Hardship:
    """A living-hardship application whose income is above the line: the rules refuse it."""
    hardship = living(random)
    facts = {**hardship.facts, **_NO_CAUSE, "cause_illness": True, "has_labor_capacity": True}
    facts["other_special_claimed"] = False
    return Hardship(facts, "本人患慢性病，需长期服药。", ("diagnosis",), 9_000_000)


def sudden(random: Random) -> Hardship:
    """A sudden-accident application of one of the three tiers."""
    none: Facts = {
        **_NO_CAUSE,
        "sudden_major_accident": False,
        "loss_life_safety": False,
        "loss_property": False,
        "accident_result": "none",
        "sudden_major_illness": False,
        "has_social_security": True,
        "medical_affordable": True,
        "other_urgent_claimed": False,
    }
    none |= CLEAN | _PAPERS_SUDDEN
    choice = random.random()
    if choice < 0.35:
        facts = {**none, "sudden_major_accident": True, "loss_property": True}
        story = "家中失火，房屋和粮食全部烧毁。"
        return Hardship(
            facts, story, ("accident_proof",), 60_000, random.choice((1000, 1500, 2000))
        )
    if choice < 0.6:
        facts = {**none, "sudden_major_accident": True, "loss_life_safety": True}
        facts["accident_result"] = "severe_injury_disability"
        story = "骑车途中遭遇车祸，双腿高位截肢，肇事方无力赔偿。"
        return Hardship(facts, story, ("accident_proof", "diagnosis"), 60_000, 3000)
    if choice < 0.85:
        facts = {**none, "sudden_major_illness": True, "has_social_security": False}
        facts["medical_affordable"] = False
        story = "突发脑出血住院，未参加任何社会保险，费用难以负担。"
        return Hardship(facts, story, ("diagnosis",), 300_000, random.choice((1200, 1800, 2000)))
    facts = {**none, "other_urgent_claimed": True}
    story = "外出务工被困外地，急需返乡路费和生活费用。"
    return Hardship(facts, story, ("committee_application",), 500_000, 800)
