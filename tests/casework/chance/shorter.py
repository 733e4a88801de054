"""Making a sequence that fails short."""

from collections.abc import Callable, Sequence


def shorter(steps_taken: Sequence[int], fails: Callable[[Sequence[int]], bool]) -> list[int]:
    """A part of the sequence that still fails and of which no single step can be left out."""
    found, size = list(steps_taken), max(1, len(steps_taken) // 2)
    while True:
        at, changed = 0, False
        while at < len(found):
            tried = found[:at] + found[at + size :]
            if tried and fails(tried):
                found, changed = tried, True
            else:
                at += size
        if size == 1 and not changed:
            return found
        size = max(1, size // 2)
