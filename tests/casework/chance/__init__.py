"""An office in which anybody presses anything: sequences of legal and illegal steps, from a seed.

A step is a number; everything it does is drawn from that number and from what stands in the
database, so a sequence can be played again, and a part of it too: that is how one that breaks
something is made short.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import ClassVar

from engine.faults import Refused
from engine.procedure import StageKind
from tests.casework.chance.care import Care
from tests.casework.chance.hand import Nothing
from tests.casework.chance.lists import Lists
from tests.casework.chance.money import Money
from tests.casework.chance.shorter import shorter
from tests.casework.chance.town import Town, open_town
from tests.casework.chance.turns import Turns

__all__ = ["MUST_HAPPEN", "VERBS", "WEIGHTS", "Chance", "Town", "open_town", "shorter"]


class Chance(Turns, Lists, Money, Care):
    """Takes steps in a town."""

    onward: ClassVar[Mapping[StageKind, str]] = {
        StageKind.POST: "notice",
        StageKind.FILE: "file",
        StageKind.SCREEN: "screen",
        StageKind.TRANSFER: "transfer",
        StageKind.PAY: "hand_out",
        StageKind.RECEIPT: "hand_out",
    }

    def take(self, number: int) -> str:
        """One step; gives what it was. Only a refusal is an answer, any other error is a fault."""
        self.random, self.moved = Random(number), False
        verb = self.random.choices(VERBS, WEIGHTS)[0]
        try:
            with self.session.begin_nested():
                name = verb(self) or verb.__name__
        except Nothing:
            return f"{verb.__name__}: nothing there"
        except Refused as refused:
            self.refused.update(fault.code for fault in refused.faults)
            return f"{verb.__name__}: {sorted({fault.code for fault in refused.faults})}"
        self.done[name] += 1
        self.moved = True
        return name


_WEIGHTED: Mapping[Callable[[Chance], str | None], float] = {
    Chance.time_passes: 2,
    Chance.register: 4,
    Chance.advance: 70,
    Chance.complete: 2,
    Chance.confirm: 1,
    Chance.send_back: 0.7,
    Chance.refuse: 0.4,
    Chance.withdraw: 0.4,
    Chance.cancel: 0.6,
    Chance.pay_first: 6,
    Chance.somebody_dies: 0.2,
    Chance.name_an_heir: 1.2,
    Chance.correct_an_account: 1.5,
    Chance.change_the_worksheet: 1.5,
    Chance.notice: 3,
    Chance.take_off_the_board: 0.4,
    Chance.object: 2,
    Chance.settle_an_objection: 3,
    Chance.file: 1,
    Chance.screen: 2,
    Chance.settle_a_likeness: 1.5,
    Chance.budget: 2,
    Chance.correct: 1,
    Chance.transfer: 5,
    Chance.take_back: 2,
    Chance.prepare: 5,
    Chance.pay: 6,
    Chance.sign: 4,
    Chance.discard: 1.5,
    Chance.come_back: 3,
    Chance.reverse_a_payment: 1.5,
    Chance.demand: 2,
    Chance.receive: 3,
    Chance.visit: 2,
    Chance.punish: 3,
    Chance.measure: 0.4,
    Chance.open_a_round: 0.5,
    Chance.carry_the_notice: 1.5,
    Chance.apply_again: 0.5,
    Chance.close_a_round: 0.2,
    Chance.remind: 0.4,
}
VERBS, WEIGHTS = list(_WEIGHTED), list(_WEIGHTED.values())
MUST_HAPPEN = frozenset(
    {
        *("register", "complete:application", "complete:committee_verify", "complete:meeting"),
        *("confirm", "notice_hangs", "notice_ends", "complete:archive", "transfer", "prepare"),
        *("pay", "sign:signature", "demand", "receive", "budget", "object", "visit"),
        "correct_an_account",
    }
)
"""What has to have gone through even in a short run, or many steps prove little."""
