"""A policy as a document for people: clauses, rules in words, dated values, tables, procedure.

What stands in it is read from the checked policy, so the document says what the engine does. Here
it is put together, what procedure.yaml says by engine.writing; engine.pages writes it as Markdown and engine.docxfile as a Word file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

from engine.casefiles import read_cases
from engine.document_words import UNITS
from engine.faults import Fault
from engine.labels import Label
from engine.language import tree as t
from engine.messages import text
from engine.model import Benefit, Cap, Definition, Fact, Parameter, Policy, Rule, Table, Tier
from engine.pages import Grid, Heading, Paragraph, Part
from engine.phrases import plain_number
from engine.terms import NEUTRAL, speaking
from engine.writing import care, forms, money, stages, times
from engine.writing.base import Writer


def document(policy: Policy, lang: str = "zh") -> tuple[Part, ...]:
    """The parts of the document in order, in "zh" or "en"."""
    with speaking(policy.words or NEUTRAL):
        return tuple(_Writer(policy, lang).parts())


class _Writer(Writer):
    """Puts the document of one policy together in one language."""

    def parts(self) -> Iterator[Part]:
        policy = self.policy
        yield Heading(1, policy.zh if self.lang == "zh" else policy.en)
        yield Grid((self.word("policy"), policy.id), tuple(self._head()))
        yield from self.section("facts", self._facts())
        yield from self.section("parameters", self._parameters())
        yield from self.section("values", self._values())
        yield from self.section("ways", self._ways())
        yield from self.section("exclusions", self._exclusions())
        yield from self.section("amounts", self._amounts())
        yield from self.section("outputs", self._outputs())
        yield from self.section("evidence", self._evidence())
        yield from self.section("escalation", self._escalations())
        yield from self._procedure()
        yield from self.section("cases", self._cases())
        yield from self.section("clauses", self._clauses())

    def _procedure(self) -> Iterator[Part]:
        """How an application travels, in the order in which an office reads it."""
        yield from self.section("steps", stages.roads(self))
        yield from self.section("stages", stages.steps(self))
        yield from self.section("entry", care.entry(self))
        yield from self.section("forms", forms.forms(self))
        yield from self.section("notice", forms.notice(self))
        yield from self.section("comparisons", care.comparisons(self))
        yield from self.section("payment", money.payment(self))
        yield from money.emergency(self)
        yield from self.section("deadlines", times.deadlines(self))
        yield from times.yearly(self)
        yield from care.visits(self)
        yield from self.section("fraud", money.fraud(self))
        yield from care.register(self)
        yield from care.pairs(self)
        yield from self.section("papers", forms.papers(self))

    # the policy and what is known -------------------------------------------------------
    def _head(self) -> Iterator[tuple[str, str]]:
        policy = self.policy
        source = policy.source
        title = source.get(self.lang) or source.get("zh", "")
        more = [source[key] for key in ("issuer", "number") if source.get(key)]
        if source.get("issued_on"):
            more.append(self._issued(source["issued_on"]))
        yield self.word("source"), ("，" if self.lang == "zh" else ", ").join([title, *more])
        if policy.in_force_from is not None:
            low = self.day(policy.in_force_from)
            high = policy.in_force_to
            shown = self.word("from", day=low)
            if high is not None:
                shown = self.word("from_to", low=low, high=self.day(high))
            yield self.word("force"), shown
        yield self.word("edition"), policy.digest

    def _issued(self, written: str) -> str:
        """The day of issue as people write it; as the file writes it where it is no day."""
        try:
            return self.day(date.fromisoformat(written))
        except ValueError:
            return written

    def _facts(self) -> Iterator[Part]:
        rows = [
            (
                self.title(fact.label),
                text(Fault(f"type_{fact.type}"), self.lang),
                self._limits(fact),
            )
            for fact in self.policy.facts.values()
        ]
        yield from self.grid("name type range", rows)

    def _limits(self, fact: Fact) -> str:
        if fact.choices:
            mark = "、" if self.lang == "zh" else ", "
            return mark.join(label.text(self.lang) for label in fact.choices.values())
        if fact.low is None or fact.high is None or isinstance(fact.low, bool):
            return ""
        return self.word(
            "from_to", low=self._plain(fact, fact.low), high=self._plain(fact, fact.high)
        )

    def _plain(self, of: Fact | Parameter, value: Any) -> str:
        if isinstance(value, date):
            return self.day(value)
        exact = Fraction(value, 100) if of.type == "money" else Fraction(value)
        return plain_number(exact)

    def _parameters(self) -> Iterator[Part]:
        rows = []
        for parameter in self.policy.parameters.values():
            title = self.title(parameter.label)
            if parameter.placeholder:
                title = self.word("in_brackets", name=title, more=self.word("placeholder"))
            for since, value in parameter.values:
                shown = self._dated(parameter, value)
                rows.append(
                    (title, parameter.clause, shown, self._unit(parameter), self.day(since))
                )
        yield from self.grid("name clause value unit since", rows)

    def _unit(self, parameter: Parameter) -> str:
        parts = parameter.unit.split("/")
        if self.lang != "zh":
            return parameter.unit
        return "/".join(UNITS.get(part, part) for part in parts)

    def _dated(self, parameter: Parameter, value: Any) -> str:
        if value is None:
            return self.word("ended")
        if parameter.by is None:
            return self._plain(parameter, value)
        choices = self.policy.facts[parameter.by].choices
        pairs = [
            f"{choices[c].text(self.lang)} {self._plain(parameter, v)}" for c, v in value.items()
        ]
        return "；".join(pairs) if self.lang == "zh" else "; ".join(pairs)

    # rules in words ---------------------------------------------------------------------
    def _conditions(self, rule: Rule) -> str:
        if isinstance(rule.when, t.Const):
            return self.word("always") if rule.when.value else ""
        if rule.unless is None and rule.pending is None:
            return self.tree(rule.when)
        return self.tree(rule.when.items[0] if isinstance(rule.when, t.All) else rule.when)

    def _values(self) -> Iterator[Part]:
        own = {ground.rule.name for way in self.policy.ways for ground in way.grounds}
        for definition in self.policy.definitions:
            if definition.label is None or definition.name in own or ":" in definition.name:
                continue
            yield from self._value(definition, definition.label)

    def _value(self, definition: Definition, label: Label) -> Iterator[Part]:
        title = f"**{self.title(label)}**"
        if definition.clause:
            title = self.word("in_brackets", name=title, more=definition.clause)
        table = self.policy.tables.get(definition.name)
        if table is not None:
            yield Paragraph(title)
            yield from self._table(table)
        else:
            shown = self.tree(definition.tree, definition.text)
            yield Paragraph(self.word("says", name=title, words=shown))

    def _table(self, table: Table) -> Iterator[Part]:
        hit = text(Fault(f"hit_{table.hit.replace(' ', '_')}"), self.lang)
        yield Paragraph(self.word("hit", hit=hit))
        inputs = [self.phrases.written(column.text) for column in table.columns]
        rows = []
        for number, row in enumerate(table.rows, 1):
            cells = [self.phrases.written(cell) if cell.strip("- ") else "—" for cell in row.cells]
            gives = self._gives(table, row.then)
            rows.append((str(number), *cells, gives, row.rule.clause, row.note))
        if table.otherwise is not None:
            blank = [self.word("otherwise"), *("" for _ in inputs[1:])]
            rows.append(("", *blank, self._gives(table, table.otherwise), "", ""))
        headings = [
            self.word("number"),
            *inputs,
            self.word("gives"),
            self.word("clause"),
            self.word("note"),
        ]
        kept = [i for i in range(len(headings)) if any(row[i] for row in rows)]
        yield Grid(
            tuple(headings[i] for i in kept), tuple(tuple(row[i] for i in kept) for row in rows)
        )

    def _gives(self, table: Table, then: t.Tree | None) -> str:
        if then is None:
            return "1"
        if isinstance(then, t.Const) and isinstance(then.value, str):
            label = table.kind.choices.get(then.value)
            return then.value if label is None else label.text(self.lang)
        return self.tree(then)

    def _ways(self) -> Iterator[Part]:
        for way in self.policy.ways:
            yield Heading(3, self.title(way.label))
            if not isinstance(way.when, t.Const):
                yield Paragraph(self.word("when", when=self.tree(way.when)))
            rows = []
            for ground in way.grounds:
                notes = [
                    self.word(code)
                    for code, holds in (
                        ("discretion_ground", ground.discretion),
                        ("last_resort", ground.last_resort),
                    )
                    if holds
                ]
                rule = ground.rule
                rows.append(
                    (
                        rule.clause,
                        self.title(rule.label),
                        self._conditions(rule),
                        ("；" if self.lang == "zh" else "; ").join(notes),
                    )
                )
            yield from self.grid("clause rule condition note", rows)
            if way.no_ground is not None:
                title = self.with_clause(self.title(way.no_ground.label), way.no_ground.clause)
                yield Paragraph(self.word("no_ground", title=title))

    def _exclusions(self) -> Iterator[Part]:
        rows = [
            (
                rule.clause,
                self.title(rule.label),
                self._conditions(rule),
                "" if rule.unless is None else self.tree(rule.unless),
                "" if rule.pending is None else self.tree(rule.pending),
            )
            for rule in self.policy.exclusions
        ]
        yield from self.grid("clause rule condition unless pending", rows)

    # amounts ----------------------------------------------------------------------------
    def _amounts(self) -> Iterator[Part]:
        rows = [
            (
                tier.rule.clause or benefit.rule.clause,
                self._tier_title(benefit, tier),
                self._tier_condition(benefit, tier),
                self._amount(tier),
            )
            for benefit in self.policy.benefits
            for tier in benefit.tiers
        ]
        yield from self.grid("clause rule condition amount", rows)
        for cap in self.policy.caps:
            yield Paragraph(self._cap(cap))

    def _tier_title(self, benefit: Benefit, tier: Tier) -> str:
        title = self.title(benefit.label)
        return title if len(benefit.tiers) == 1 else f"{title}：{self.title(tier.rule.label)}"

    def _tier_condition(self, benefit: Benefit, tier: Tier) -> str:
        """What the files say, with what caps and choices among benefits add to it."""
        conditions = (*benefit.rule.conditions, *tier.rule.conditions)
        trees = tuple(condition.tree for condition in conditions)
        if not trees:
            return self.word("always")
        return self.tree(trees[0] if len(trees) == 1 else t.All(trees, (0, 0)))

    def _amount(self, tier: Tier) -> str:
        shown = {key: self.phrases.written(words) for key, words in tier.written.items()}
        if tier.mode == "fixed":
            return self.word("fixed", amount=shown.get("amount", ""))
        if "min" in shown and "max" in shown:
            return self.word("span", low=shown["min"], high=shown["max"])
        if "max" in shown:
            return self.word("most", high=shown["max"])
        return self.word("discretion")

    def _cap(self, cap: Cap) -> str:
        titles = {benefit.id: self.title(benefit.label) for benefit in self.policy.benefits}
        used = "" if cap.used is None else self.word("used", used=self.tree(cap.used))
        return self.word(
            "cap", title=self.with_clause(self.title(cap.label), cap.clause), used=used,
            of=("、" if self.lang == "zh" else ", ").join(titles[id_] for id_ in cap.of),
            most=self.tree(cap.most),
        )  # fmt: skip

    def _outputs(self) -> Iterator[Part]:
        by_name = {d.name: d for d in self.policy.definitions}
        for output in self.policy.outputs:
            definition = by_name.get(output.definition)
            if definition is not None:
                yield from self._value(definition, output.label)

    # papers, steps, cases ---------------------------------------------------------------
    def _evidence(self) -> Iterator[Part]:
        conditions = {rule.id: self._conditions(rule) for rule in self.policy.evidence}
        yield from forms.evidence(self, conditions)

    def _escalations(self) -> Iterator[Part]:
        offices = self.policy.offices
        rows = [
            (
                rule.clause,
                self.title(rule.label),
                self.title(offices[rule.to].label) if rule.to in offices else rule.to,
                self._conditions(rule),
            )
            for rule in (*self.policy.escalations, *self.policy.warnings)
        ]
        yield from self.grid("clause rule office condition", rows)

    def _cases(self) -> Iterator[Part]:
        cases = read_cases(self.policy)
        counts = Counter(PurePosixPath(case.where.rsplit(":", 2)[0]).name for case in cases)
        yield from self.grid("file count", [(name, str(n)) for name, n in sorted(counts.items())])
        if cases:
            yield Paragraph(self.word("all_cases", count=len(cases)))

    def _clauses(self) -> Iterator[Part]:
        rows = [(number, label.text(self.lang)) for number, label in self.policy.clauses.items()]
        yield from self.grid("clause rule", rows)
