"""Random sequences of steps by random people, any number of them, on a database of their own.

`python -m tests.casework.office_fuzz --steps 100000 --seed 1` prints the seed of each sequence
and stops at the first that breaks an invariant, with the shortest part of it that still does.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from models.database import make_engine, migrate
from models.secrets import Keyring, use_keyring
from tests.casework.chance import Chance, open_town, shorter
from tests.casework.invariants import AT_THE_END, broken
from tests.ground import Ground

LENGTH = 250
MOST_REPLAYED = 400
"""Replays in which a sequence is made shorter."""


@dataclass
class Played:
    """What a sequence came to: `wrong` is empty where everything held to the end."""

    wrong: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


def steps_of(seed: int, length: int) -> list[int]:
    """The numbers of a sequence's steps."""
    random = Random(seed)
    return [random.getrandbits(48) for _ in range(length)]


def play(ground: Ground, numbers: Sequence[int]) -> Played:
    """Play a sequence in a town as it was opened; stops where something breaks."""
    ground.roll_back()
    chance = Chance(ground.use(open_town), ground.session())
    played = Played(done=chance.done, refused=chance.refused)
    for number in numbers:
        try:
            played.told.append(chance.take(number))
        except Exception:  # noqa: BLE001  # whatever it is, it is a finding
            played.wrong.append(traceback.format_exc())
            return played
        if chance.moved and (wrong := broken(chance.session)):
            played.wrong += wrong
            return played
    played.wrong += broken(chance.session, AT_THE_END)
    return played


def shortest(ground: Ground, numbers: Sequence[int]) -> list[int]:
    """The shortest part found that still breaks something, within so many replays."""
    left = [MOST_REPLAYED]

    def fails(part: Sequence[int]) -> bool:
        left[0] -= 1
        return left[0] >= 0 and bool(play(ground, part).wrong)

    cut = len(play(ground, numbers).told)
    return shorter(numbers[: cut + 1], fails)


def told(ground: Ground, seed: int, length: int) -> str:
    """What broke, and the steps that lead there."""
    found = shortest(ground, steps_of(seed, length))
    played = play(ground, found)
    return "\n".join([f"seed {seed}", *played.told, *played.wrong, f"steps {found}"])


def main(arguments: Sequence[str]) -> int:
    """Play so many steps; 1 where something broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    use_keyring(Keyring([bytes(range(32))]))
    done: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SUNSHINE_DATA"] = folder
        url = f"sqlite:///{Path(folder) / 'office.db'}"
        migrate(url)
        ground = Ground(make_engine(url))
        for number in range(-(-given.steps // LENGTH)):
            seed = given.seed + number
            played = play(ground, steps_of(seed, LENGTH))
            print(f"seed {seed}: {sum(played.done.values())} of {len(played.told)} went through")
            done += played.done
            if played.wrong:
                print(told(ground, seed, LENGTH))
                return 1
        ground.close()
    print(f"{sum(done.values())} steps went through, no invariant broke")
    print(", ".join(f"{name} {count}" for name, count in done.most_common()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
