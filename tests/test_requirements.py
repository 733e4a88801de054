"""No demand of the paper is without a test named after it, and the page that lists them does not lie."""

import ast
import re

from tests.requirements import DEMANDS, TABLE, coverage, named


def test_every_demand_has_a_test_named_after_it() -> None:
    assert [each for each, by_file in coverage().items() if not by_file] == []


def test_no_test_is_named_after_a_demand_that_does_not_exist() -> None:
    assert set(coverage()) == set(DEMANDS), "a slip of the pen in a name or a docstring"


def test_the_page_names_every_demand_and_only_tests_that_are_there() -> None:
    """New tests may be missing from the page until it is made anew; what it names exists."""
    found = coverage()
    rows = dict(re.findall(r"^\| (R-[A\d.]+) \|[^|]*\| (.*) \|$", TABLE.read_text("utf-8"), re.M))
    assert set(rows) == set(DEMANDS), "run `python -m tests.requirements`"
    for demand, tests in rows.items():
        for file, count in re.findall(r"`([^`]+)`: (\d+)", tests):
            there = len(found[demand].get(f"tests/{file}", ()))
            assert there >= int(count), f"{demand}: {file}; run `python -m tests.requirements`"


def test_a_demand_is_read_from_a_name_and_from_a_docstring() -> None:
    def read(code: str) -> set[str]:
        (function,) = ast.parse(code).body
        assert isinstance(function, ast.FunctionDef)
        return set(named(function))

    assert read("def test_r_4_6_1_in_time(): ...") == {"R-4.6.1"}
    assert read("def test_r_a1_r_a2_both(): ...") == {"R-A1", "R-A2"}
    assert read("def test_x():\n    'As R-4.5 and R-5 say.'") == {"R-4.5", "R-5"}
    assert read("def test_for_4_5_or_r_45x(): ...") == set()
