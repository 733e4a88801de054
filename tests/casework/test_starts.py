"""What choosing a road says of the facts: one answer is taken, of several none is guessed."""

from __future__ import annotations

import pytest

from casework import editions, starts
from casework.imports.cases import Applications
from engine import Policy, load_files
from engine.messages import text
from tests.casework.bureau import LICHENG

QINGHE = LICHENG.parent / "qinghe-medical-2025"
KIND = "claim_kind = hospital\n    when"


def policy_with(starts_when: str) -> Policy:
    """The medical office's policy, whose road of hospital aid starts so; the kind may be unknown."""
    files = editions.read_folder(QINGHE)
    facts = files["facts.yaml"].decode().replace("  required: yes\n", "", 1)
    written = files["procedure.yaml"].decode()
    assert written.count(f"for: {KIND}") == 1
    changed = written.replace(f"for: {KIND}", f"for: {starts_when}\n    when")
    return load_files({**files, "procedure.yaml": changed.encode(), "facts.yaml": facts.encode()})


@pytest.mark.parametrize(
    ("starts_when", "ways"),
    [
        ("claim_kind = hospital", [{"claim_kind": "hospital"}]),
        ("claim_kind != chronic", [{"claim_kind": "hospital"}, {"claim_kind": "both"}]),
        # whether it was outside may stay unknown where the kind already leads here
        ("claim_kind = hospital or outside", [{"outside": True}, {"claim_kind": "hospital"}]),
        ("claim_kind = both and not outside", [{"claim_kind": "both", "outside": False}]),
        ("yes", [{}]),
        ("claim_kind = hospital and claim_kind = both", []),
    ],
)
def test_the_ways_to_a_road_are_those_that_its_file_leaves(
    starts_when: str, ways: list[dict[str, object]]
) -> None:
    policy = policy_with(starts_when)
    found = [dict(one) for one in starts.ways(policy, policy.procedure.road("hospital"))]
    assert sorted(found, key=str) == sorted(ways, key=str)


def test_many_questions_that_a_road_asks_at_once_still_leave_one_way() -> None:
    """Each may be answered yes, no or not at all: tried one with all others, they are too many."""
    asked = [f"asked_{number}" for number in range(7)]
    files = editions.read_folder(QINGHE)
    facts = files["facts.yaml"].decode() + "".join(
        f"{name}: {{type: yes_no, zh: 问题{name}, en: Question {name}}}\n" for name in asked
    )
    written = files["procedure.yaml"].decode()
    written = written.replace(f"for: {KIND}", f"for: {' and '.join(asked)} and {KIND}", 1)
    policy = load_files({**files, "procedure.yaml": written.encode(), "facts.yaml": facts.encode()})
    (way,) = starts.ways(policy, policy.procedure.road("hospital"))
    assert way == {"claim_kind": "hospital", **dict.fromkeys(asked, True)}


def test_of_several_none_is_guessed_and_each_is_named() -> None:
    policy = policy_with("claim_kind != chronic")
    road = policy.procedure.road("hospital")
    facts, faults = starts.facts_for(policy, road, {"days_in": 3})
    assert facts == {"days_in": 3}
    assert [fault.code for fault in faults] == ["road_which"]
    assert "住院救助”包括几种情况，请说明是哪一种：住院、住院和门诊慢特病" in text(faults[0])
    assert starts.facts_for(policy, road, {"claim_kind": "both"}) == ({"claim_kind": "both"}, [])
    _facts, faults = starts.facts_for(policy, road, {"claim_kind": "chronic"})
    assert [fault.code for fault in faults] == ["other_road"]


def test_a_yes_or_no_that_leads_to_a_road_is_named_with_its_question() -> None:
    policy = policy_with("claim_kind = hospital or outside")
    road = policy.procedure.road("hospital")
    (fault,) = starts.facts_for(policy, road, {})[1]
    assert "县外住院：是" in text(fault)
    assert "Hospital outside the county: yes" in text(fault, "en")
    known = {"claim_kind": "hospital"}
    assert starts.facts_for(policy, road, known) == (known, []), "the other stays unknown"
    assert starts.settled(policy, road) == frozenset(), "both are asked in the form"


@pytest.mark.parametrize(
    ("starts_when", "asked"), [("claim_kind = hospital", False), ("claim_kind != chronic", True)]
)
def test_a_workbook_asks_for_what_its_road_leaves_open(starts_when: str, asked: bool) -> None:
    columns = [one.id for one in Applications(policy_with(starts_when)).columns]
    assert ("claim_kind" in columns) is asked
