"""A million cases of the real policy beside OpenFisca: outcome, category and the fixed amount.

`python -m benchmarks.bench_openfisca [--cases 1000000] [--rounds 5]`. OpenFisca-Core is in the
dependency group `bench`; without it that is said and nothing is measured. Its formulas are written
by hand below, over whole numbers in fen (its own money is a 32-bit float) and vectors of numpy; they
give three columns, ours all of the bulk output. Answers are compared row by row; a difference ends
the run with status 1.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from benchmarks.bench_bulk import ROOT, population, show, timed
from engine import Policy, load
from engine.bulk.query import Query
from engine.bulk.shape import Shape
from engine.bulk.sources import open_population
from engine.bulk.table import assess_table

INPUTS = """select cast(apply_type = 'sudden' as boolean) as sudden_asked,
  member_status in ('full', 'probationary') as member, org_in_district,
  cast(income_year * 100 as bigint) as income_fen, household_size,
  case hukou when 'urban' then 432000 else 180000 end as line_fen,
  has_labor_capacity, has_income_source, has_statutory_supporter, cause_illness, cause_disaster,
  cause_accident, sudden_major_accident, loss_life_safety, loss_property, sudden_major_illness,
  has_social_security, medical_affordable, other_special_claimed, other_urgent_claimed,
  excl_subjective_cause, illegal_activity, police_punished, excl_org_unsuitable,
  prev_aid_type <> 'none' and prev_aid_year = year(apply_date) as repeated,
  same_event_aided, special_explanation, key_aid_approved = 'yes' as key_yes,
  key_aid_approved = 'pending' as key_pending, special_report from """
NUMBERS = ("income_fen", "household_size", "line_fen")
YEAR = "2010"
"""All variables stand for one year; dates are turned into yes and no before."""
Get = Callable[[str], Any]

FORMULAS: dict[str, Callable[[Get], Any]] = {
    "below": lambda g: g("income_fen") < g("household_size") * g("line_fen"),
    "major_accident": lambda g: (
        g("sudden_major_accident") & (g("loss_life_safety") | g("loss_property")) & g("below")
    ),
    "major_illness": lambda g: (
        g("sudden_major_illness") & ~g("has_social_security") & ~g("medical_affordable")
    ),
    "three": lambda g: (
        ~g("has_labor_capacity") & ~g("has_income_source") & ~g("has_statutory_supporter")
    ),
    "misfortune": lambda g: (
        (g("cause_illness") | g("cause_disaster") | g("cause_accident")) & g("below")
    ),
    "poor": lambda g: (
        g("sudden_asked")
        & (g("cause_illness") | g("sudden_major_illness"))
        & g("below")
        & ~g("major_accident")
        & ~g("major_illness")
    ),
    "rerouted": lambda g: g("poor") & ~g("special_report"),
    "living": lambda g: ~g("sudden_asked"),
    "sudden": lambda g: g("sudden_asked") & ~g("poor"),
    "explained": lambda g: g("repeated") & g("special_explanation"),
    "pending": lambda g: g("explained") & g("key_pending"),
    "refused": lambda g: (
        ~g("member")
        | ~g("org_in_district")
        | g("excl_subjective_cause")
        | (g("illegal_activity") & g("police_punished"))
        | g("excl_org_unsuitable")
        | (g("living") & ~g("three") & ~g("misfortune") & ~g("other_special_claimed"))
        | (g("sudden") & ~g("major_accident") & ~g("major_illness") & ~g("other_urgent_claimed"))
        | (g("sudden_asked") & ~g("rerouted") & g("same_event_aided"))
        | (g("repeated") & ~(g("special_explanation") & (g("key_yes") | g("key_pending"))))
    ),
    "objective": lambda g: (
        (g("living") & (g("three") | g("misfortune")))
        | g("rerouted")
        | (g("sudden") & (g("major_accident") | g("major_illness")))
    ),
    "outcome": lambda g: (1 + (~g("objective") | g("pending"))) * ~g("refused"),
    "living_fen": lambda g: 60000 * ((g("living") | g("rerouted")) & ~g("refused")),
}


def system() -> Any:
    """The formulas as a tax and benefit system of OpenFisca."""
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    person = build_entity(key="person", plural="persons", label="", is_person=True)

    def variable(name: str, kind: type, formula: Callable[[Get], Any] | None) -> type:
        members: dict[str, Any] = {
            "value_type": kind,
            "entity": person,
            "label": name,
            "definition_period": DateUnit.YEAR,
        }
        if formula is not None:
            members["formula"] = lambda persons, period: formula(lambda n: persons(n, period))
        return type(name, (Variable,), members)

    found = TaxBenefitSystem([person])
    columns = duckdb.sql(f"describe {INPUTS} (select {_empty()})").fetchall()
    for name, *_ in columns:
        found.add_variable(variable(name, int if name in NUMBERS else bool, None))
    for name, formula in FORMULAS.items():
        kind = int if name in ("outcome", "living_fen") else bool
        found.add_variable(variable(name, kind, formula))
    return found


def _empty() -> str:
    return population(load(ROOT / "licheng-2010"), 0).replace("hash(i ", "hash(0 ")


def calculated(made: Any, inputs: dict[str, Any]) -> tuple[Any, Any]:
    """Outcome numbers and living aid in fen of every case."""
    from openfisca_core.simulations import SimulationBuilder

    size = len(inputs["member"])
    simulation = SimulationBuilder().build_default_simulation(made, size)
    for name, values in inputs.items():
        simulation.set_input(name, YEAR, values)
    return (
        simulation.calculate("outcome", YEAR),
        simulation.calculate("living_fen", YEAR),
    )


def read(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, Any]:
    found = connection.execute(f"{INPUTS} read_parquet('{path}')").fetchnumpy()
    return {
        name: values.astype("int32" if name in NUMBERS else bool) for name, values in found.items()
    }


def three_columns(policy: Policy, connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    """The statement that makes `three`: the same three columns by the query of the engine, without
    the lists. Written once, as OpenFisca's system is built once."""
    people = open_population(connection, path)
    query = Query(policy, people.cells(policy), "duckdb")
    shape = Shape(query, lists=False)
    coded = exp.select("row", *shape.codes()).from_(query.select(people.table(())).subquery("q"))
    wanted = ("outcome", "category", "living_aid.fen")
    shown = [item for item in shape.answers() if item.alias in wanted]
    text = exp.select("row", *shown).from_(coded.subquery("c")).sql("duckdb")
    return f"create or replace table three as {text.replace('source_of_rows', people.source)}"


def differing(
    connection: duckdb.DuckDBPyConnection, ours: str, theirs: tuple[Any, Any]
) -> tuple[int, int]:
    """Rows that were compared, and rows with another answer."""
    rows = connection.execute(f"""select case outcome when 'ineligible' then 0 when 'eligible' then 1
        else 2 end, coalesce("living_aid.fen", 0) from {ours} order by "row" """).fetchnumpy()
    mine, fen = rows.values()
    return len(mine), int(((mine != theirs[0]) | (fen != theirs[1])).sum())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    try:
        made = system()
    except ModuleNotFoundError:
        print("OpenFisca-Core is not installed (dependency group bench): nothing to stand beside")
        return 0
    policy = load(ROOT / "licheng-2010")
    connection = duckdb.connect()
    connection.execute("set threads = 2")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.parquet"
        connection.execute(
            f"copy (select {population(policy, 0)} from range({given.cases}) t(i)) to '{path}'"
        )
        inputs = read(connection, path)
        answers: list[tuple[Any, Any]] = []
        whole = timed(given.rounds, lambda: calculated(made, read(connection, path)))
        arrays = timed(given.rounds, lambda: answers.append(calculated(made, inputs)))
        ours = timed(given.rounds, lambda: assess_table(policy, path, connection))
        statement = three_columns(policy, connection, path)
        three = timed(given.rounds, lambda: connection.execute(statement))
        rows, wrong = differing(connection, "assessed", answers[-1])
        wrong += differing(connection, "three", answers[-1])[1]
    print(f"{given.cases} cases from Parquet, every fact known")
    show("OpenFisca, three columns, from Parquet", whole)
    show("OpenFisca, three columns, from arrays in memory", arrays)
    show("ours, the same three columns, from Parquet", three)
    show("assess_table, all columns, from Parquet", ours)
    for name, found in (("the same columns", three), ("all columns", ours)):
        print(
            f"  {name}: {whole[0] / found[0]:.2f} times as fast as OpenFisca from Parquet, ", end=""
        )
        print(f"{arrays[0] / found[0]:.2f} times from arrays")
    print(f"  {wrong} of {rows} rows differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
