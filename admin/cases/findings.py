"""What the rules find about an application, in plain words: each rule with its clause, its truth,
the facts behind it, every failure, what is missing and who can give it. Shows, never judges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from admin.cases.status import VERDICTS, Word
from admin.cases.words import fact_label, fact_words
from admin.text import policy_label, yuan, zhdate
from engine.labels import Label
from engine.model import Policy
from engine.procedure import Road
from engine.reference import Reference
from engine.source import parse_date

SHOWN = {  # kinds of rules in the order of the page
    "ground": "grounds",
    "no_ground": "denials",
    "exclusion": "denials",
    "tier": "amounts",
    "benefit": "amounts",
    "escalation": "escalations",
}


@dataclass(frozen=True, slots=True)
class Behind:
    """A fact behind a condition, with its value in words."""

    label: str
    value: str
    known: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One condition of a rule as it is written in the policy's file; `title` where it is itself a
    rule with a name."""

    text: str
    title: str
    truth: bool | None
    facts: tuple[Behind, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule. `counts` says that the outcome rests on it; `sentence` is the paper's own."""

    id: str
    clause: str
    title: str
    truth: bool | None
    counts: bool
    parts: tuple[Part, ...]
    sentence: Label | None


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that is not known and would change the answer, and where it is asked; `rows` of the
    worksheet that wait to be verified, where that is all that lacks."""

    name: str
    label: str
    who: str
    rows: str = ""


@dataclass(frozen=True, slots=True)
class Hope:
    """The aid if nothing more stands against it; `verified`: and only once somebody else has
    verified the worksheet. `grounds` are those that would hold, as "2.1.2 Illness"."""

    grounds: tuple[str, ...]
    benefits: tuple[str, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that the rules require: `copies` asked, `have` attached; a form of the procedure is
    printed from here and needs no scan."""

    code: str
    label: str
    clause: str
    copies: int
    have: int
    is_form: bool = False
    sentence: Label | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """The whole answer. Groups are in the order grounds, denials, amounts, escalations."""

    verdict: Word
    category: str
    grounds: tuple[Finding, ...]
    denials: tuple[Finding, ...]
    amounts: tuple[Finding, ...]
    escalations: tuple[Finding, ...]
    benefits: tuple[str, ...]
    missing: tuple[Missing, ...]
    failures: tuple[Finding, ...]
    edition: str
    on: str
    hope: Hope | None = None

    @property
    def standing(self) -> tuple[str, ...]:
        """The grounds that hold and count, as "2.1.2 Illness"."""
        return tuple(f"{one.clause} {one.title}" for one in self.grounds if one.counts)


def findings(
    policy: Policy, road: Road | None, document: Mapping[str, Any], facts: Mapping[str, Any]
) -> Findings:
    """The assessment document in words. Rules of a kind of aid that is definitely not asked for
    here (`facts` say so) are left out: they would only be noise."""
    groups: dict[str, list[Finding]] = {name: [] for name in dict.fromkeys(SHOWN.values())}
    noise = besides(policy, document, facts)
    for entry in document["rules"]:
        rule = policy.rules.get(entry["id"])
        group = SHOWN.get(rule.kind) if rule else None
        if rule is None or group is None or rule.id in noise:
            continue
        counts = rule.clause in (*document["grounds"], *document["denials"])
        groups[group].append(
            Finding(
                id=rule.id,
                clause=rule.clause,
                title=policy_label(rule.label),
                truth=entry["truth"],
                counts=bool(entry["truth"]) and counts,
                parts=tuple(_part(policy, part) for part in entry["conditions"]),
                sentence=policy.sentence(rule.clause),
            )
        )
    text, colour = VERDICTS[document["outcome"]]
    denials = tuple(groups["denials"])
    return Findings(
        verdict=Word(str(text), colour),
        category=category_label(policy, document["category"]),
        grounds=tuple(groups["grounds"]),
        denials=denials,
        amounts=tuple(groups["amounts"]),
        escalations=tuple(one for one in groups["escalations"] if one.truth is not False),
        benefits=tuple(benefit_words(policy, one) for one in document["benefits"]),
        missing=tuple(missing(policy, road, _lacking(policy, document, facts))),
        failures=tuple(one for one in denials if one.truth is True),
        edition=document["edition"],
        on=zhdate(parse_date(document["on"])),
    )


def besides(
    policy: Policy, document: Mapping[str, Any], facts: Mapping[str, Any]
) -> frozenset[str]:
    """Ids of rules that belong to another way to qualify, to a benefit that is not in question, or
    to a tier behind the first that holds."""
    asked = Reference(facts, policy.trees)
    found: set[str] = set()
    for way in policy.ways:
        if asked.value(way.when) is False:
            found |= {ground.rule.id for ground in way.grounds}
            found |= {way.no_ground.id} if way.no_ground else set()
    kept = {g.rule.id for w in policy.ways if asked.value(w.when) is not False for g in w.grounds}
    truths = {entry["id"]: entry["truth"] for entry in document["rules"]}
    for benefit in policy.benefits:
        tiers = [tier.rule.id for tier in benefit.tiers]
        if truths.get(benefit.rule.id) is False:
            found |= {benefit.rule.id, *tiers}
        first = next((at for at, tier in enumerate(tiers) if truths.get(tier) is True), len(tiers))
        found |= set(tiers[first + 1 :])  # tiers are never added up: later ones do not apply
    return frozenset(found - kept)


def _lacking(
    policy: Policy, document: Mapping[str, Any], facts: Mapping[str, Any]
) -> Iterable[str]:
    """The missing facts. Where the engine had to name every fact that might matter, those that no
    form asks for now (`shown_when` is definitely false) are not said to be missing."""
    names: list[str] = document["missing"]
    if document.get("missing_exact", True):
        return names
    asked = Reference(facts, policy.trees)
    conditions = {name: policy.facts[name].shown_when for name in names}
    return [n for n, when in conditions.items() if when is None or asked.value(when) is not False]


def _part(policy: Policy, part: Mapping[str, Any]) -> Part:
    behind = []
    for name, value in part["facts"].items():
        fact = policy.facts.get(name)
        behind.append(
            Behind(
                label=fact_label(policy, name),
                value=fact_words(fact, value) if fact else str(value),
                known=value is not None,
            )
        )
    return Part(part["text"], title_of(policy, part["text"]), part["truth"], tuple(behind))


def title_of(policy: Policy, text: str) -> str:
    """What the policy calls a condition that is the name of a rule, or its opposite."""
    name = text.removeprefix("not ").strip("()")
    rule = next((one for one in policy.rules.values() if one.name == name), None)
    if rule is None or name in policy.facts:
        return ""
    label = policy_label(rule.label)
    return str(_("not: %(rule)s", rule=label)) if text.startswith("not ") else label


def missing(policy: Policy, road: Road | None, names: Iterable[str]) -> Iterable[Missing]:
    """Each missing fact with who can give it: the level that is asked for it."""
    for name in names:
        fact = policy.facts[name]
        stage = policy.procedure.stages.get(fact.asked or "") or (road.first if road else None)
        who = ""
        if stage is not None:
            office = policy.procedure.offices.get(stage.level)
            who = policy_label(office.label) if office else policy_label(stage.label)
        yield Missing(name, policy_label(fact.label), who)


def benefit_words(policy: Policy, benefit: Mapping[str, Any]) -> str:
    """ "Living-hardship aid: 600.00 yuan (clause 3.1)"."""
    known = {one.id: one.label for one in policy.benefits}
    label = policy_label(known.get(benefit["id"], benefit["id"]))
    low, high = benefit["min_fen"], benefit["max_fen"]
    match benefit["mode"]:
        case "fixed":
            amount = yuan(benefit["fen"])
        case "range":
            amount = _("%(low)s to %(high)s", low=yuan(low), high=yuan(high))
        case "cap":
            amount = _("at most %(high)s", high=yuan(high))
        case "discretion":
            amount = _("the amount is to be determined")
        case _:
            amount = _("the amount is not settled yet")
    clause = benefit.get("clause")
    if clause:
        said = _(
            "%(label)s: %(amount)s (clause %(clause)s)", label=label, amount=amount, clause=clause
        )
    else:
        said = _("%(label)s: %(amount)s", label=label, amount=amount)
    return str(said)


def category_label(policy: Policy, category: str) -> str:
    """What the policy calls a category: its road, or a way to qualify; nothing for none."""
    road = policy.procedure.roads.get(category)
    if road is not None:
        return policy_label(road.label)
    for way in policy.ways:
        if way.category == category:
            return policy_label(way.label)
    return ""


def papers(policy: Policy, codes: Iterable[str], attached: Mapping[str, int]) -> list[Paper]:
    """The required papers with how many copies are attached, in the order of the rules."""
    rules = {rule.id: rule for rule in policy.evidence}
    return [
        Paper(
            code=code,
            label=policy_label(rules[code].label) if code in rules else code,
            clause=rules[code].clause if code in rules else "",
            copies=rules[code].copies if code in rules else 1,
            have=attached.get(code, 0),
            is_form=code in policy.procedure.forms,
            sentence=policy.sentence(rules[code].clause) if code in rules else None,
        )
        for code in codes
    ]
