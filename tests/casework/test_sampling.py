"""R-4.7: a sample is random, by committee and amount, and comes out the same for everybody."""

from hypothesis import given
from hypothesis import strategies as st

from casework.sampling import Method, digest, draw, place

frames = st.dictionaries(
    st.from_regex(r"2010-[0-9]{6}", fullmatch=True),
    st.tuples(st.sampled_from(["A", "B", "C"]), st.integers(1, 300_000)),
    max_size=60,
)
methods = st.builds(
    Method,
    st.integers(1, 100),
    st.none() | st.integers(1, 300_000),
    st.integers(1, 100),
    st.integers(0, 8),
)


@given(frames, st.text(max_size=20), methods)
def test_the_same_list_seed_and_shares_give_the_same_sample(
    frame: dict[str, tuple[str, int]], seed: str, method: Method
) -> None:
    shuffled = dict(sorted(frame.items(), key=lambda row: row[1]))
    assert draw(frame, seed, method) == draw(shuffled, seed, method)
    assert digest(frame) == digest(shuffled)


@given(frames, st.text(max_size=20), methods)
def test_each_committee_and_large_grants_get_their_share_and_nobody_is_drawn_twice(
    frame: dict[str, tuple[str, int]], seed: str, method: Method
) -> None:
    drawn = draw(frame, seed, method)
    assert len(set(drawn)) == len(drawn)
    for committee in {row[0] for row in frame.values()}:
        own = {number: fen for number, (code, fen) in frame.items() if code == committee}
        taken = [number for number in drawn if number in own]
        large = [
            n for n, fen in own.items() if method.large_from_fen and fen >= method.large_from_fen
        ]
        assert len(taken) >= min(method.at_least, len(own))
        assert len([n for n in taken if n in large]) * 100 >= len(large) * method.large_share
        rest = len(own) - len(large)
        assert len([n for n in taken if n not in large]) * 100 >= rest * method.share


def test_another_seed_gives_another_sample() -> None:
    frame = {f"2010-{number:06d}": ("A", 60_000) for number in range(200)}
    samples = {draw(frame, str(seed), Method(10)) for seed in range(20)}
    assert len(samples) == 20
    assert {len(sample) for sample in samples} == {20}


def test_anybody_can_work_out_a_place_by_hand() -> None:
    # printf '7|2010-000001' | sha256sum
    known = "c70e2d6b8cf70d41b385d33fdaa159c39c59c6372b79e294a32b5ec04f625920"
    assert place("7", "2010-000001") == known
