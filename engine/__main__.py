"""The command line: check, test, analyse, decide and the small questions of the procedure.

Documents go to standard output as canonical JSON, faults to standard error in the language asked
for. Exit status: 0 good, 1 the policy, a case, a fact or a row is wrong, 2 wrong use or an
unreadable path.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine import casewriting
from engine.assessment import assess, canonical
from engine.brokentext import of_path
from engine.calendar import Calendar, read_calendar
from engine.casefiles import Tested, expect_faults, facts_faults, read_cases, run_cases
from engine.deadlines import deadlines
from engine.explaining import reasons
from engine.faults import Fault, Refused
from engine.forms import check_form
from engine.fraud import after_fraud
from engine.loading import folder_files, load, load_files
from engine.loading.clauses import clause_faults
from engine.loading.lateness import late_parameters
from engine.loading.words import words_faults
from engine.messages import line, register, text
from engine.model import Policy
from engine.notices import check_notice
from engine.payments import payment_blocks
from engine.policyfolders import not_a_policy, without_policy
from engine.strictjson import read_object

GOOD, WRONG, UNREADABLE = 0, 1, 2
LANGUAGES = ("zh", "en")
RULESETS = Path(__file__).parents[1] / "rulesets"

register(
    {
        "cli_unreadable": ("读不到“{path}”：{problem}。", 'Cannot read "{path}": {problem}.'),
        "cli_unwritable": ("写不到“{path}”：{problem}。", 'Cannot write "{path}": {problem}.'),
        "cli_checked": (
            "{policy}：{facts}项事实，{rules}条规则，{cases}个情形，没有错误。",
            "{policy}: {facts} facts, {rules} rules, {cases} cases, no fault.",
        ),
        "cli_tested": (
            "{cases}个情形，{failed}处不符。",
            "{cases} cases, {failed} differences.",
        ),
        "cli_document_ending": (
            "“{path}”应以 .md 或 .docx 结尾。",
            '"{path}" should end in .md or .docx.',
        ),
        "cli_example": ("    例：{facts}", "    For example: {facts}"),
        "cli_table": ("{rows}行，其中{faulty}行有误。", "{rows} rows, {faulty} of them faulty."),
        "cli_same_file": (
            "--out 不能就是 --csv 那个文件（{path}），否则原表会被结果盖掉，请换一个文件名。",
            "--out must not be the file of --csv ({path}): the answers would replace the table. "
            "Give another name.",
        ),
        "cli_standard_input": ("标准输入的内容", "What came on standard input"),
        "cli_csv_needs_out": ("--csv 要配 --out OUT.csv。", "--csv needs --out OUT.csv."),
    }
)


def main(argv: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(argv)
    try:
        status: int = given.run(given)
    except Refused as refused:
        _complain(refused.faults, given.lang)
        return WRONG
    except _UnreadableError as error:
        _complain([error.fault], given.lang)
        return UNREADABLE
    return status


class _UnreadableError(Exception):
    """A path that cannot be read or written, or is no policy's folder."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


def _cannot(code: str, path: object, error: OSError) -> _UnreadableError:
    return _UnreadableError(Fault(code, {"path": str(path), "problem": of_path(error)}))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine", description=__doc__)
    parser.add_argument("--lang", choices=LANGUAGES, default=LANGUAGES[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[Any], int], about: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=about, description=about)
        made.add_argument("folder", metavar="DIR", help="the policy's folder")
        made.add_argument("--lang", choices=LANGUAGES, default=argparse.SUPPRESS)
        made.set_defaults(run=run)
        return made

    command("check", _check, "every fault of a policy, with file:line:column")
    tested = command("test", _test, "its cases and the coverage of its rules, rows and boundaries")
    tested.add_argument("--json", action="store_true", help="one document instead of sentences")
    analysed = command("analyse", _analyse, "gaps, dead and masked rules, contradictions, cliffs")
    analysed.add_argument("--seconds", type=float, default=20.0, help="most time for all questions")
    decide = command("decide", _decide, "what the rules say of a case, or of a table of cases")
    source = decide.add_mutually_exclusive_group(required=True)
    source.add_argument("--facts", metavar="F.json|-", help="one flat JSON object")
    source.add_argument("--csv", metavar="IN.csv", help="a table with a column per fact")
    decide.add_argument("--out", metavar="OUT.csv")
    decide.add_argument("--key", action="append", default=[], metavar="NAME")
    decide.add_argument("--explain", action="store_true", help="also say why, on standard error")
    compare = command("compare", _compare, "who changes between two editions, and by how much")
    compare.add_argument("other", metavar="NEW", help="the folder of the other edition")
    compare.add_argument("--csv", metavar="IN.csv", required=True, help="the population")
    compare.add_argument("--key", action="append", default=[], metavar="NAME", help="for examples")
    compare.add_argument("--by", action="append", default=[], metavar="FACT", help="tell apart by")
    compare.add_argument("--text", action="store_true", help="in words instead of JSON")
    written = command("document", _document, "the policy as a readable document (Markdown or Word)")
    written.add_argument("--out", metavar="FILE.md|FILE.docx", help="default: Markdown, printed")
    exported = command("table-export", _table_export, "a decision table as Excel or DMN 1.3")
    exported.add_argument("table", metavar="NAME")
    exported.add_argument("--out", metavar="FILE.xlsx|FILE.dmn", required=True)
    imported = command("table-import", _table_import, "a decision table from Excel or DMN 1.3")
    imported.add_argument("table", metavar="NAME", help="the value it gives; a new one is added")
    imported.add_argument("file", metavar="FILE.xlsx|FILE.dmn")
    imported.add_argument("--decision", metavar="ID", help="which of several tables of a DMN file")
    imported.add_argument("--write", action="store_true", help="into the rule file, after checking")
    schema = commands.add_parser("schema", help=_schema.__doc__, description=_schema.__doc__)
    schema.add_argument("folders", metavar="DIR", nargs="*", help="policies; default: rulesets/*")
    schema.add_argument("--out", metavar="FOLDER", help="a file per schema instead of one document")
    schema.add_argument("--lang", choices=LANGUAGES, default=argparse.SUPPRESS)
    schema.set_defaults(run=_schema)
    for name, (ask, about) in _QUESTIONS.items():
        made = command(name, _asking(ask), about)
        made.add_argument("--facts", metavar="F.json|-", required=True)
        made.add_argument("--calendar", metavar="FILE", help="holidays and make-up working days")
    return parser


# commands -----------------------------------------------------------------------------------


def _check(given: argparse.Namespace) -> int:
    from engine.papers.templates import template_faults  # only here: it loads a Word library

    policy = _policy(given.folder)
    found = [*template_faults(policy), *words_faults(policy), *clause_faults(policy)]
    if found:
        raise Refused(found)
    cases = read_cases(policy)
    if wrong := [*facts_faults(policy, cases), *expect_faults(policy, cases)]:
        raise Refused(wrong)
    _complain(late_parameters(policy), given.lang)
    params = {"policy": policy.id, "facts": len(policy.facts), "rules": len(policy.rules)}
    print(text(Fault("cli_checked", {**params, "cases": len(cases)}), given.lang))
    return GOOD


def _test(given: argparse.Namespace) -> int:
    policy = _policy(given.folder)
    tested = run_cases(policy, read_cases(policy))
    examples: Sequence[Any] = ()
    if tested.coverage.open_places():
        from engine.analysis.places import settle  # only here: it loads z3

        shown = settle(tested.coverage)
        examples = [shown.get(place) for place in tested.coverage.open_places()]
    if given.json:
        _print(canonical(tested.document(examples)))
    else:
        _say_tested(tested, examples, given.lang)
    return WRONG if tested.faults or tested.uncovered else GOOD


def _say_tested(tested: Tested, examples: Sequence[Any], lang: str) -> None:
    """Differences, what no case touches with an example of each place, and the shares."""
    rules, rows, boundaries = tested.shares
    _complain([*tested.faults, *rules.lacking, *rows.lacking], lang)
    for fault, example in zip(boundaries.lacking, examples, strict=True):
        _complain([fault], lang)
        if example is not None:
            print(_example(example, lang), file=sys.stderr)
    params = {"cases": tested.cases, "failed": len(tested.faults)}
    print(text(Fault("cli_tested", params), lang))
    for share in (rules, rows, boundaries):
        print(text(share.fault(), lang))


def _example(case: Mapping[str, Any], lang: str) -> str:
    return text(Fault("cli_example", {"facts": casewriting.case(case)}), lang)


def _analyse(given: argparse.Namespace) -> int:
    from engine.analysis import analyse  # loads z3, which no other command needs

    found = analyse(_policy(given.folder), given.seconds)
    for one in (*found.findings, *found.notes, *found.undecided):
        print(line(one.fault, given.lang))
        if one.case is not None:
            print(_example(one.case, given.lang))
    kinds = {"findings": found.findings, "notes": found.notes, "undecided": found.undecided}
    counts = {kind: len(listed) for kind, listed in kinds.items()}
    print(text(Fault("analyse_done", counts), given.lang))
    return WRONG if found.findings else GOOD


def _decide(given: argparse.Namespace) -> int:
    if given.csv is not None:
        return _decide_table(given)
    policy = _policy(given.folder)
    found = assess(policy, policy.read_facts(_object(given.facts), strict=True))
    _print(found.canonical())
    if given.explain:
        for sentence in reasons(policy, found, given.lang):
            print(sentence, file=sys.stderr)
    return GOOD


def _decide_table(given: argparse.Namespace) -> int:
    from engine.bulk.files import decide_file  # loads DuckDB, which single cases do not need

    if given.out is None:
        _complain([Fault("cli_csv_needs_out")], given.lang)
        return UNREADABLE
    policy = _policy(given.folder)
    source, target = Path(given.csv), Path(given.out)
    if not source.is_file():
        raise _cannot("cli_unreadable", source, FileNotFoundError(2, "not a file"))
    if target.exists() and target.samefile(source):
        _complain([Fault("cli_same_file", {"path": given.out})], given.lang)
        return UNREADABLE
    try:
        rows, faulty = decide_file(policy, source, target, given.key, given.lang)
    except OSError as error:
        raise _cannot("cli_unwritable", target, error) from error
    params = {"rows": rows, "faulty": faulty}
    print(text(Fault("cli_table", params), given.lang), file=sys.stderr)
    return WRONG if faulty else GOOD


def _compare(given: argparse.Namespace) -> int:
    from engine.bulk.command import compared, in_words  # loads DuckDB, which no other command needs

    old, new = _policy(given.folder), _policy(given.other)
    try:
        document, good = compared(old, new, given)
    except OSError as error:
        raise _cannot("cli_unreadable", given.csv, error) from error
    if given.text:
        print(*in_words(document, given.lang), sep="\n")
    else:
        _print(canonical(document))
    return GOOD if good else WRONG


def _document(given: argparse.Namespace) -> int:
    from engine.document import document
    from engine.pages import markdown

    parts = document(_policy(given.folder), given.lang)
    if given.out is None:
        print(markdown(parts), end="")
        return GOOD
    target = Path(given.out)
    if target.suffix not in (".md", ".docx"):
        _complain([Fault("cli_document_ending", {"path": given.out})], given.lang)
        return UNREADABLE
    if target.suffix == ".docx":
        from engine.docxfile import docx  # only here: it loads a Word library

        data = docx(parts)
    else:
        data = markdown(parts).encode()
    try:
        target.write_bytes(data)
    except OSError as error:
        raise _cannot("cli_unwritable", target, error) from error
    return GOOD


def _table_export(given: argparse.Namespace) -> int:
    from engine.sheets import sheet_of
    from engine.sheets.dmn import to_dmn
    from engine.sheets.excel import to_excel

    policy, target = _policy(given.folder), Path(given.out)
    if target.suffix == ".xlsx":
        data = to_excel(sheet_of(policy, given.table))
    elif target.suffix == ".dmn":
        data = to_dmn(policy, given.table)
    else:
        _complain([Fault("sheet_ending", {"path": given.out})], given.lang)
        return UNREADABLE
    try:
        target.write_bytes(data)
    except OSError as error:
        raise _cannot("cli_unwritable", target, error) from error
    return GOOD


def _table_import(given: argparse.Namespace) -> int:
    """The table as an entry of a rule file; the policy with it must be without a fault."""
    from engine.sheets import entry_text
    from engine.sheets.dmn import from_dmn
    from engine.sheets.excel import from_excel
    from engine.sheets.policyfile import name_reader, with_table

    policy, source = _policy(given.folder), Path(given.file)
    try:
        data = source.read_bytes()
    except OSError as error:
        raise _cannot("cli_unreadable", source, error) from error
    if source.suffix == ".xlsx":
        sheet = from_excel(data, source.name)
    elif source.suffix == ".dmn":
        sheet = from_dmn(data, name_reader(policy), given.decision)
    else:
        _complain([Fault("sheet_ending", {"path": given.file})], given.lang)
        return UNREADABLE
    sheet = replace(sheet, name=given.table.removeprefix("output:"))
    print(entry_text(sheet), end="")
    file, written, files = with_table(policy, given.table, sheet)
    load_files(files)
    if given.write:
        target = Path(given.folder) / file
        try:
            target.write_bytes(written)
        except OSError as error:
            raise _cannot("cli_unwritable", target, error) from error
    return GOOD


def _schema(given: argparse.Namespace) -> int:
    """JSON Schema of the rule files, for editors"""
    from engine.schema import file_name, schemas  # only here: it reads several policies

    default = sorted(path for path in RULESETS.iterdir() if path.is_dir())
    folders = [Path(folder) for folder in given.folders] or default
    found = schemas([_files(folder) for folder in folders])
    if given.out is None:
        _print(canonical(found))
        return GOOD
    try:
        target = Path(given.out)
        target.mkdir(parents=True, exist_ok=True)
        for name, schema in found.items():
            written = json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
            (target / file_name(name)).write_text(written, encoding="utf-8")
    except OSError as error:
        raise _cannot("cli_unwritable", given.out, error) from error
    return GOOD


def _files(folder: Path) -> Mapping[str, bytes]:
    _ask_for_policy(folder)
    try:
        return folder_files(folder)
    except OSError as error:
        raise _cannot("cli_unreadable", folder, error) from error


Ask = Callable[[Policy, dict[str, Any], Calendar, str], dict[str, object]]
_QUESTIONS: dict[str, tuple[Ask, str]] = {
    "check-form": (
        lambda policy, data, _calendar, _lang: check_form(
            policy, data, {rule.id: rule.served_by for rule in policy.evidence}
        ),
        "every fault of an application form",
    ),
    "check-notice": (
        lambda policy, data, calendar, _lang: check_notice(policy, data, calendar),
        "every fault of a posted notice, and what becomes of an objection",
    ),
    "deadlines": (
        deadlines,
        "what is due when, and what is late",
    ),
    "payment-blocks": (
        lambda policy, data, _calendar, _lang: payment_blocks(policy, data),
        "what still stands before a payment",
    ),
    "after-fraud": (
        lambda policy, data, _calendar, _lang: after_fraud(policy, data),
        "what follows from fraud",
    ),
}


def _asking(ask: Ask) -> Callable[[argparse.Namespace], int]:
    def run(given: argparse.Namespace) -> int:
        policy = _policy(given.folder)
        calendar = Calendar(frozenset(), frozenset(), frozenset())
        if given.calendar is not None:
            calendar = read_calendar(_object(given.calendar))
        _print(canonical(ask(policy, _object(given.facts), calendar, given.lang)))
        return GOOD

    return run


# in and out ---------------------------------------------------------------------------------


def _policy(folder: str) -> Policy:
    _ask_for_policy(folder)
    try:
        return load(folder)
    except OSError as error:
        raise _cannot("cli_unreadable", folder, error) from error


def _ask_for_policy(folder: str | Path) -> None:
    if (wrong := not_a_policy(folder)) is not None:
        raise _UnreadableError(wrong)
    if (empty := without_policy(folder)) is not None:
        raise Refused([empty])


def _object(path: str) -> dict[str, Any]:
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise _cannot("cli_unreadable", path, error) from error
    return read_object(data, path if path != "-" else Fault("cli_standard_input"))


def _print(document: bytes) -> None:
    print(document.decode())


def _complain(faults: Iterable[Fault], lang: str) -> None:
    for fault in faults:
        print(line(fault, lang), file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
