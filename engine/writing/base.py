"""What every part of a policy's document needs: words, titles, roles, conditions, tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

from engine.faults import Fault
from engine.labels import Label
from engine.language import tree as t
from engine.messages import text
from engine.model import Policy
from engine.pages import Grid, Heading, Paragraph, Part
from engine.phrases import Phrases, is_written_out, plain_number
from engine.procedure import Condition, RecordField, Stage
from engine.words import chinese_date, english_date
from engine.writing.words import ROLES

_BLANK = re.compile(r"\{([a-z_]+)\}")
_FEN = 100


class Writer:
    """Says things of one policy in one language ("zh" or "en")."""

    def __init__(self, policy: Policy, lang: str) -> None:
        self.policy, self.lang = policy, lang
        self.procedure = policy.procedure
        self.phrases = Phrases(policy, lang)

    # words ------------------------------------------------------------------------------
    def word(self, code: str, **params: object) -> str:
        """A text of the catalogue; `code` without its `doc_`."""
        return text(Fault(f"doc_{code}", params), self.lang)

    def title(self, label: Label) -> str:
        return label.text(self.lang)

    def joined(self, items: Iterable[str]) -> str:
        return ("、" if self.lang == "zh" else ", ").join(items)

    def titles(self, labels: Iterable[Label]) -> str:
        return self.joined(self.title(label) for label in labels)

    def several(self, items: Iterable[str]) -> str:
        """Items that may hold commas themselves."""
        return ("；" if self.lang == "zh" else "; ").join(item for item in items if item)

    def sentences(self, *said: str) -> Iterator[Part]:
        """One paragraph of the sentences that are not empty."""
        kept = [sentence for sentence in said if sentence]
        if kept:
            yield Paragraph(("" if self.lang == "zh" else " ").join(kept))

    def with_clause(self, name: str, clause: str) -> str:
        return self.word("in_brackets", name=name, more=clause) if clause else name

    def day(self, day: date) -> str:
        return chinese_date(day) if self.lang == "zh" else english_date(day)

    def yuan(self, fen: int) -> str:
        return plain_number(Fraction(fen, _FEN))

    def verbatim(self, written: str, **filled: str) -> str:
        """Words of a paper as they stand there, in Chinese, its blanks filled or named: {days}
        becomes 〔天数〕."""

        def named(found: re.Match[str]) -> str:
            return filled.get(found[1]) or text(Fault(f"doc_blank_{found[1]}"))

        return _BLANK.sub(named, written.strip())

    # who and where ------------------------------------------------------------------------
    def office(self, level: str) -> str:
        """What the policy calls a level; the usual word where it has no such level."""
        office = self.policy.offices.get(level)
        return self.word(f"level_{level}") if office is None else self.title(office.label)

    def role(self, code: str) -> str:
        """The policy's title of a role, else the usual one at the office's name; a role that is
        known nowhere keeps the name that the file gives it."""
        own = self.policy.words.role(code, self.lang) if self.policy.words else None
        if own is not None:
            return own
        usual = ROLES.get(code)
        return (
            code if usual is None else self.word(f"role_{usual[0]}", office=self.office(usual[1]))
        )

    def roles(self, codes: Iterable[str]) -> str:
        return self.joined(self.role(code) for code in codes)

    def roads(self, ids: Iterable[str]) -> str:
        """The titles of some roads; of none where what is said holds on every road: "every road",
        or nothing where the policy has only one."""
        named = [self.procedure.roads[road].label for road in ids]
        if named:
            return self.titles(named)
        return self.word("every_road") if len(self.procedure.roads) > 1 else ""

    def stages(self, ids: Iterable[str]) -> str:
        return self.joined(self.stage(stage) for stage in ids)

    def stage(self, stage_id: str) -> str:
        return self.title(self.procedure.stages[stage_id].label)

    def walked(self) -> tuple[Stage, ...]:
        """Every stage that an application can pass, each once and behind the one before it."""
        found: list[Stage] = []
        for road in self.procedure.roads.values():
            at = 0
            for stage in road.stages:
                if stage not in found:
                    found.insert(at, stage)
                at = found.index(stage) + 1
        return tuple(found)

    # conditions ---------------------------------------------------------------------------
    def tree(self, tree: t.Tree, written: str = "") -> str:
        """A tree in words; as it was written where the tree has functions written out."""
        if written and is_written_out(tree):
            return self.phrases.written(written)
        return self.phrases.of(tree)

    def condition(self, condition: Condition, fields: Iterable[RecordField] = ()) -> str:
        """A condition of the procedure in words; `fields` are what a record of it may name."""
        named = {field.id: field.label for field in fields}
        phrases = Phrases(self.policy, self.lang, named) if named else self.phrases
        if condition.expression is None:
            return condition.text
        found = condition.expression.tree
        if isinstance(found, t.Const):
            return self.word("always" if found.value else "never")
        return phrases.written(condition.text) if is_written_out(found) else phrases.of(found)

    # parts --------------------------------------------------------------------------------
    def section(self, code: str, parts: Iterable[Part]) -> Iterator[Part]:
        """A section under a heading of the catalogue; nothing where it has no parts."""
        yield from self.under(self.word(code), parts)

    def under(self, heading: str, parts: Iterable[Part]) -> Iterator[Part]:
        made = list(parts)
        if made:
            yield Heading(2, heading)
            yield from made

    def grid(self, codes: str, rows: Sequence[tuple[str, ...]]) -> Iterator[Part]:
        """A table without the columns that are empty in every row."""
        headings = [self.word(code) for code in codes.split()]
        kept = [i for i in range(len(headings)) if any(row[i] for row in rows)]
        if rows:
            yield Grid(
                tuple(headings[i] for i in kept), tuple(tuple(row[i] for i in kept) for row in rows)
            )

    def listed(self, lead: str, labels: Mapping[str, Label]) -> str:
        """ "Ways: home visit, phone call." for choices that the policy names; "" for none."""
        return (
            self.word(
                "listed", lead=self.word(lead), items=self.several(map(self.title, labels.values()))
            )
            if labels
            else ""
        )
