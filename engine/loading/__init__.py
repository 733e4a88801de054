"""Read a policy folder whole: every file, every fault, and only then a Policy.

Nothing is skipped: an unknown file, key, name, operator or type is a fault with its place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path, PurePosixPath

import engine.loading.messages  # noqa: F401 - registers the texts of the faults
from engine.exchange import FILE as EXCHANGE
from engine.exchange import read_exchange
from engine.faults import Fault, Refused
from engine.language.types import YES_NO
from engine.loading.amounts import read_amounts
from engine.loading.clauses import CLAUSES, read_clauses
from engine.loading.context import Context
from engine.loading.eligibility import read_eligibility, read_evidence
from engine.loading.facts import check_sources, read_facts_file, read_parameters_file
from engine.loading.outcomes import read_escalations, read_exclusions
from engine.loading.words import read_words
from engine.model import Fact, Policy, Rule
from engine.papers import Papers, read_papers
from engine.procedure import Procedure
from engine.procedure.loading import read_procedure
from engine.source import Block, Node, Place, Source, hint
from engine.source import Mapping as Nothing

FILES = (
    "policy.yaml",
    "facts.yaml",
    "parameters.yaml",
    "eligibility.yaml",
    "exclusions.yaml",
    "amounts.yaml",
    "escalation.yaml",
    "procedure.yaml",
)
OPTIONAL = ("papers.yaml", CLAUSES, EXCHANGE)
"""A policy may do without: it prints no papers then, quotes no clause, or sends lists only as
workbooks."""
_POLICY_KEYS = "id zh en source in_force pick_by words? sections?"
_SOURCE_KEYS = "zh en? issuer? issued_on? number?"
_FOLDERS = ("cases", "papers")


def load(path: str | Path) -> Policy:
    """The policy in a folder; Refused with every fault. An unreadable path is an OSError."""
    return load_files(folder_files(path))


def folder_files(path: str | Path) -> dict[str, bytes]:
    """Every file of a policy folder by its relative posix path; hidden files are left out."""
    root = Path(path)
    if not root.is_dir():
        raise NotADirectoryError(str(root))
    found = {}
    for file in sorted(root.rglob("*")):
        relative = file.relative_to(root)
        if file.is_file() and not any(part.startswith(".") for part in relative.parts):
            found[relative.as_posix()] = file.read_bytes()
    return found


def digest(files: Mapping[str, bytes]) -> str:
    """ "sha256:…" over sorted path, NUL and LF-normalised bytes of each file; cases are left out."""
    sha = hashlib.sha256()
    for path in sorted(files):
        if PurePosixPath(path).parts[0] != "cases":
            sha.update(path.encode() + b"\0" + files[path].replace(b"\r\n", b"\n"))
    return f"sha256:{sha.hexdigest()}"


def load_files(files: Mapping[str, bytes], source: Source | None = None) -> Policy:
    """The policy in these files; Refused with every fault in all of them. `source` reads them."""
    source = Source() if source is None else source
    _check_names(source, files)
    named = (*FILES, *OPTIONAL)
    roots = {name: source.read(name, files[name]) for name in named if name in files}
    for name in FILES:
        if name not in roots:
            source.unread.add(name)
            roots[name] = Nothing((), Place(name, 1, 1))
    policy = _read(source, roots, files)
    source.refuse()
    if policy is None:
        raise Refused([Fault("yaml_empty", {}, "policy.yaml:1:1")])
    return policy


def _check_names(source: Source, files: Mapping[str, bytes]) -> None:
    for name in FILES:
        if name not in files:
            source.fault("file_missing", f"{name}:1:1", file=name, names=FILES)
    for path in files:
        parts = PurePosixPath(path).parts
        if parts[0] not in _FOLDERS and path not in (*FILES, *OPTIONAL):
            near = hint(path, (*FILES, *OPTIONAL))
            source.fault("file_unknown", f"{path}:1:1", file=path, hint=near)


def _read(source: Source, roots: Mapping[str, Node], files: Mapping[str, bytes]) -> Policy | None:
    context = Context(source)
    top = source.block(roots["policy.yaml"], _POLICY_KEYS)
    sections = {name: block.label() for name, block in top.named("sections", "zh en")}
    facts = read_facts_file(context, roots["facts.yaml"], sections)
    parameters = read_parameters_file(context, roots["parameters.yaml"], facts)
    check_sources(context, facts, parameters)
    force = top.block("in_force", "from? to?")
    _narrow(context, top, force)
    eligibility = read_eligibility(context, roots["eligibility.yaml"])
    evidence = read_evidence(context, eligibility.evidence)
    exclusions = read_exclusions(context, roots["exclusions.yaml"])
    amounts = read_amounts(context, roots["amounts.yaml"], facts)
    escalations = read_escalations(context, roots["escalation.yaml"])
    procedure = read_procedure(
        source,
        roots["procedure.yaml"],
        lambda scalar: context.expression(scalar, YES_NO),
        {name: fact.type for name, fact in facts.items()},
        parameters,
    )
    context.used |= procedure.dated
    words = read_words(top, procedure.offices)
    roads = _roads(context, procedure)
    pick_by = _pick_by(source, top, facts)
    _check_asked(source, facts, evidence, procedure)
    _check_settled(source, facts, procedure, pick_by)
    _check_served(source, evidence, procedure)
    _check_carried(source, facts, procedure)
    _check_opens(source, escalations, procedure)
    _check_used(context, facts, parameters)
    return Policy(
        id=top.name_of("id"),
        zh=top.text("zh"),
        en=top.text("en"),
        pick_by=pick_by,
        in_force_from=_maybe_date(force, "from"),
        in_force_to=_maybe_date(force, "to"),
        source=_texts(top.block("source", _SOURCE_KEYS)),
        sections=sections,
        digest=digest(files),
        facts=facts,
        parameters=parameters,
        ways=eligibility.ways,
        exclusions=exclusions,
        benefits=amounts.benefits,
        evidence=evidence,
        escalations=tuple(rule for rule in escalations if not rule.warns),
        warnings=tuple(rule for rule in escalations if rule.warns),
        outputs=amounts.outputs,
        tables=context.tables,
        caps=amounts.caps,
        guards=tuple(context.guards),
        rules=context.rules,
        definitions=tuple(context.definitions),
        roads=roads,
        procedure=procedure,
        papers=_papers(source, roots, procedure, files),
        files=dict(files),
        clauses=read_clauses(source, roots.get(CLAUSES)),
        words=words,
        exchange=read_exchange(source, roots.get(EXCHANGE)),
    )


def _narrow(context: Context, top: Block, force: Block) -> None:
    """The date that the policy picks by lies within the time in which it is in force."""
    name = top.text("pick_by")
    if name in context.names.days:
        low, high = context.names.days[name]
        low = max(low, _maybe_date(force, "from") or low)
        context.names.days[name] = low, min(high, _maybe_date(force, "to") or high)


def _papers(
    source: Source, roots: Mapping[str, Node], procedure: Procedure, files: Mapping[str, bytes]
) -> Papers:
    root = roots.get("papers.yaml")
    return Papers() if root is None else read_papers(source, root, procedure, files)


def _maybe_date(block: Block, key: str) -> date | None:
    return block.date(key) if block.has(key) else None


def _texts(block: Block) -> dict[str, str]:
    return {key: block.text(key) for key in block.nodes}


def _pick_by(source: Source, top: Block, facts: Mapping[str, Fact]) -> str:
    name = top.text("pick_by")
    fact = facts.get(name)
    if fact is None:
        near = hint(name, facts)
        source.fault("unknown_fact", top.at("pick_by"), name=name, hint=near)
    elif fact.type != "date" or not fact.required:
        source.fault("pick_by_not_date", top.at("pick_by"), name=name)
    return name


def _roads(context: Context, procedure: Procedure) -> dict[str, str]:
    """The definition that says whose approvals an assessment lists, per road."""
    found = {}
    for name, road in procedure.roads.items():
        if road.when.expression is not None:
            context.define(f"road:{name}", road.when.expression.tree)
            found[name] = f"road:{name}"
    return found


def _check_asked(
    source: Source, facts: Mapping[str, Fact], evidence: tuple[Rule, ...], procedure: Procedure
) -> None:
    askers: tuple[Fact | Rule, ...] = (*facts.values(), *evidence)
    for item in askers:
        if item.asked is not None and item.asked not in procedure.stages:
            near = hint(item.asked, procedure.stages)
            source.fault("unknown_stage", item.where, name=item.asked, hint=near)


def _check_settled(
    source: Source, facts: Mapping[str, Fact], procedure: Procedure, pick_by: str
) -> None:
    """Registering asks for the road and the day, nothing else: what may not be unknown must come
    from there, else no application could ever be registered."""
    for fact in facts.values():
        if not fact.required or fact.source is not None or fact.name == pick_by:
            continue
        for road in procedure.roads.values():
            starts = road.starts.expression
            if starts is not None and fact.name not in starts.names:
                source.fault_if_new(
                    "required_unsettled", fact.where, label=fact.label, road=road.label
                )


def _check_served(source: Source, evidence: tuple[Rule, ...], procedure: Procedure) -> None:
    """Another paper that serves is evidence of this policy, or proof of an heir."""
    heir = procedure.payment.heir
    known = [*(rule.id for rule in evidence), *(heir.evidence if heir else ())]
    for rule in evidence:
        for name in rule.served_by:
            if name not in known:
                near = source.nearest(name, known)
                source.fault("unknown_name", rule.where, name=name, hint=near)


def _check_carried(source: Source, facts: Mapping[str, Fact], procedure: Procedure) -> None:
    """What a yearly round shows of last year's answers are facts of this policy."""
    carried = procedure.round.carry_over if procedure.round else None
    if carried is None:
        return
    for name in carried.facts:
        if name not in facts:
            source.fault("unknown_fact", carried.where, name=name, hint=hint(name, facts))


def _check_opens(source: Source, escalations: tuple[Rule, ...], procedure: Procedure) -> None:
    """What an escalation opens is a road of this policy."""
    for rule in escalations:
        if rule.opens is not None and rule.opens not in procedure.roads:
            near = source.nearest(rule.opens, procedure.roads)
            source.fault("unknown_name", rule.where, name=rule.opens, hint=near)


def _check_used(
    context: Context, facts: Mapping[str, Fact], parameters: Mapping[str, object]
) -> None:
    """A fact or parameter that no rule uses is a mistake of somebody."""
    if context.source.faults:
        return
    for fact in facts.values():
        if fact.name not in context.used and not fact.required and not _names_source(fact, facts):
            context.source.fault("fact_unused", fact.where, name=fact.name)
    for name, parameter in parameters.items():
        if name not in context.used and name not in context.names.asked:
            where = getattr(parameter, "where", "")
            context.source.fault("parameter_unused", where, name=name)


def _names_source(fact: Fact, facts: Mapping[str, Fact]) -> bool:
    return any(
        other.source is not None and fact.name in (other.source.by, other.source.name)
        for other in facts.values()
    )


__all__ = ["FILES", "OPTIONAL", "digest", "folder_files", "load", "load_files"]
