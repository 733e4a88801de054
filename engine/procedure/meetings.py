"""What a meeting leaves behind beside its results: scanned minutes and a numbered reply (批复文号)."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.labels import Label
from engine.procedure.reading import free_names, name_at
from engine.source import Block

if TYPE_CHECKING:
    from engine.procedure.shapes import Stage

_BLANKS = re.compile(r"\{(year|number)\}")


@dataclass(frozen=True, slots=True)
class MinutesRules:
    """The scan without which no result of a meeting is confirmed. `field`: the recorded number of the
    minutes; `held`: the recorded day."""

    label: Label
    field: str
    held: str


@dataclass(frozen=True, slots=True)
class ReplyRules:
    """How the number of a reply is written, with {year} and {number}. `field`: where it is recorded;
    `year_of`: the recorded date whose year it carries; `voided_by`: who declares one void."""

    label: Label
    clause: str
    field: str
    written: str
    year_of: str
    voided_by: tuple[str, ...]

    def text(self, year: int, number: int) -> str:
        """The number as it stands on the reply."""
        return self.written.replace("{year}", str(year)).replace("{number}", str(number))

    def read(self, text: str) -> tuple[int, int] | None:
        """(year, number) of a text written so; None where it is not."""
        parts = _BLANKS.split(self.written)
        blanks = {"year": r"(?P<year>[0-9]{4})", "number": r"(?P<number>[1-9][0-9]{0,5})"}
        pattern = "".join(
            blanks[part] if index % 2 else re.escape(part) for index, part in enumerate(parts)
        )
        found = re.fullmatch(pattern, text.strip())
        return None if found is None else (int(found["year"]), int(found["number"]))


@dataclass(frozen=True, slots=True)
class MeetingRules:
    """Both, each None where a policy does not ask for it."""

    minutes: MinutesRules | None = None
    reply: ReplyRules | None = None


def read_meetings(top: Block, stages: Mapping[str, "Stage"]) -> MeetingRules:
    """What is asked of meetings; may be absent."""
    block = top.maybe("meetings", "minutes? reply?")
    if block is None:
        return MeetingRules()
    texts, dates = _fields(stages, "text"), _fields(stages, "date")
    return MeetingRules(_minutes(block, texts, dates), _reply(block, texts, dates))


def _minutes(block: Block, texts: Collection[str], dates: Collection[str]) -> MinutesRules | None:
    found = block.maybe("minutes", "zh en field held")
    if found is None:
        return None
    return MinutesRules(
        found.label(), name_at(found, "field", texts), name_at(found, "held", dates)
    )


def _reply(block: Block, texts: Collection[str], dates: Collection[str]) -> ReplyRules | None:
    found = block.maybe("reply", "zh en clause field written year_of voided_by")
    if found is None:
        return None
    written = found.text("written")
    if sorted(_BLANKS.findall(written)) != ["number", "year"]:
        found.source.fault("reply_blanks", found.at("written"))
    return ReplyRules(
        label=found.label(),
        clause=found.text("clause"),
        field=name_at(found, "field", texts),
        written=written,
        year_of=name_at(found, "year_of", dates),
        voided_by=free_names(found, "voided_by"),
    )


def _fields(stages: Mapping[str, "Stage"], kind: str) -> list[str]:
    found = [f.id for stage in stages.values() for f in stage.records if f.type == kind]
    return list(dict.fromkeys(found))
