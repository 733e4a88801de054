"""A million cases of the real policy beside OpenFisca: outcome, category and the fixed amount.

`python -m benchmarks.bench_openfisca [--cases 1000000] [--rounds 5]`. OpenFisca-Core is in the
dependency group `bench`; without it that is said and nothing is measured. Its formulas are written
by hand below, over whole numbers in fen (its own money is a 32-bit float) and vectors of numpy; they
give three columns as numbers, and so do ours, with a fourth for rows that would be left to Python.

Both begin and end alike: from a Parquet file, where a population lies, to a table or to arrays. The
last way begins in memory in the form each likes best: that shows what the formulas alone cost, but
somebody has read the rows before. Answers are compared row by row; a difference ends with status 1.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from benchmarks.bench_bulk import ROOT, in_turns, population, show
from engine import Policy, load
from engine.bulk import sql, truths
from engine.bulk.sources import SOURCE, open_population
from engine.bulk.statements import asked

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
Numbers = Mapping[str, Any]
NAMES = ("outcome", "category", "living_fen")
NOT_ASKED = "accident_result, proposed_amount"
"""Facts that these three columns do not rest on: in neither population."""

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
    "category": lambda g: (2 - (g("living") | g("rerouted"))) * ~g("refused"),
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
        kind = int if name in NAMES else bool
        found.add_variable(variable(name, kind, formula))
    return found


def _empty() -> str:
    return population(load(ROOT / "licheng-2010"), 0).replace("hash(i ", "hash(0 ")


def calculated(made: Any, inputs: Mapping[str, Any]) -> Numbers:
    """Outcome, category and living aid in fen of every case, as arrays."""
    from openfisca_core.simulations import SimulationBuilder

    size = len(inputs["member"])
    simulation = SimulationBuilder().build_default_simulation(made, size)
    for name, values in inputs.items():
        simulation.set_input(name, YEAR, values)
    return {name: simulation.calculate(name, YEAR) for name in NAMES}


def read(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, Any]:
    found = connection.execute(f"{INPUTS} read_parquet('{path}')").fetchnumpy()
    return {
        name: values.astype("int32" if name in NUMBERS else bool) for name, values in found.items()
    }


def three_columns(policy: Policy, connection: duckdb.DuckDBPyConnection, source: Path | str) -> str:
    """The same three numbers by the query of the engine, without the lists, and whether a row would be
    left to Python: a wrong cell, or an open answer. Written once, as OpenFisca's system is built once.
    """
    people = open_population(connection, source)
    query = asked(policy, people, ()).query()
    given = truths.mask(query.bits["c_given"])
    fixed = query.parts.amounts[0, "fen"]
    if isinstance(fixed, str):
        raise TypeError("the first benefit is no fixed amount")
    living = sql.cast(truths.both(query.bits["c_tier0.0"], query.bits["c_given"]), "integer")
    category = _number([query.categories[1], query.categories[2]])
    columns = {
        "outcome": _number(query.outcomes),
        "category": exp.BitwiseAnd(this=sql.part(category), expression=sql.part(given)),
        "living_fen": sql.binary(exp.Mul, living, sql.whole(fixed[0])),
        "left_open": truths.is_set(
            truths.either(query.bits["c_bad"], truths.other(query.bits["c_decided"]))
        ),
    }
    shown = [exp.alias_(item, name, quoted=True) for name, item in columns.items()]
    inner = query.select(people.table(()), sql.columns_in(shown)).subquery("q")
    return exp.select(*shown).from_(inner).sql("duckdb").replace(SOURCE, people.source)


def _number(bits: Sequence[sql.Sql]) -> sql.Sql:
    """1 for the first bit, 2 for the second."""
    return truths.overlaid(bits[0], truths.raised(bits[1], 1))


def differing(mine: Mapping[str, Any], theirs: Numbers) -> int:
    """Rows with another answer."""
    wrong = mine[NAMES[0]] != theirs[NAMES[0]]
    for name in NAMES[1:]:
        wrong = wrong | (mine[name] != theirs[name])
    return int(wrong.sum())


def stored(connection: duckdb.DuckDBPyConnection, numbers: Numbers) -> None:
    """OpenFisca's arrays as a table of DuckDB."""
    connection.register("numbers", dict(numbers))
    connection.execute("create or replace table theirs as select * from numbers")
    connection.unregister("numbers")


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
    policy, connection = load(ROOT / "licheng-2010"), duckdb.connect()
    connection.execute("set threads = 2")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.parquet"
        rows = f"select {population(policy, 0)} from range({given.cases}) t(i)"
        connection.execute(f"copy (select * exclude ({NOT_ASKED}) from ({rows})) to '{path}'")
        return beside(policy, made, connection, path, given.rounds)


def beside(
    policy: Policy, made: Any, connection: duckdb.DuckDBPyConnection, path: Path, rounds: int
) -> int:
    """Each way of the one beside the same way of the other."""
    ours = three_columns(policy, connection, path)
    connection.execute(f"create table people as from read_parquet('{path}')")
    connection.execute(f"prepare outside as {ours}")
    connection.execute(f"prepare inside as {three_columns(policy, connection, 'people')}")
    inputs = read(connection, path)
    ways: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "from Parquet to a table": (
            lambda: stored(connection, calculated(made, read(connection, path))),
            lambda: connection.execute(f"create or replace table three as {ours}"),
        ),
        "from Parquet to arrays": (
            lambda: calculated(made, read(connection, path)),
            lambda: connection.execute("execute outside").fetchnumpy(),
        ),
        "inside memory: arrays, a table; to arrays": (
            lambda: calculated(made, inputs),
            lambda: connection.execute("execute inside").fetchnumpy(),
        ),
    }
    print(f"{len(inputs['member'])} cases, three columns, every fact known")
    for name, (theirs, mine) in ways.items():
        one, two = in_turns(rounds, theirs, mine)
        show(f"OpenFisca, {name}", one)
        note = f"{one[0] / two[0]:.2f} times as fast, {one[1] / two[1]:.2f} by processor"
        show(f"ours, {name}", two, note)
    theirs_now, mine_now = calculated(made, inputs), connection.execute(ours).fetchnumpy()
    wrong = differing(mine_now, theirs_now)
    print(f"  {wrong} rows differ, {int(mine_now['left_open'].sum())} would be left to Python")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
