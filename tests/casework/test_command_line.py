"""`python -m casework`: the database, editions, the audit log, the calendar and keys from a shell."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from admin.__main__ import main as serve
from casework import checks, events, people
from casework.__main__ import _audit_fault, main
from casework.clock import day_of
from casework.key_messages import of_key
from casework.sampling import Method
from engine import messages
from engine.faults import Fault
from models import AuditRecord, CheckItem, Edition, HolidayYear
from models.audit import AuditProblem, ProblemKind
from models.secrets import KeyMissing, Keyring, use_keyring
from seeds import first_admin
from tests import factories
from tests.casework.bureau import LICHENG, NOW, ROLES
from tests.conftest import Database


def run(database: Database, *words: str) -> int:
    return main(["--lang", "en", "--database", database.url, *words])


def hire(database: Database) -> None:
    """Every role of the policy, and two people who may publish."""
    with database.sessions.begin() as session:
        tree = factories.org_tree(session)
        for role, _where in ROLES.values():
            factories.role(session, role)
        for name in ("li", "wang"):
            factories.user(session, ("policy_officer", tree.department), username=name)


def copy_policy(folder: Path) -> Path:
    shutil.copytree(LICHENG, folder)
    return folder


def test_migrating_twice_is_the_same_as_once(database: Database) -> None:
    assert run(database, "migrate") == 0
    assert run(database, "migrate") == 0


def test_the_first_edition_needs_no_persons_and_the_next_needs_two(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hire(database)
    publish = ("publish", str(LICHENG), "--from", "2010-06-07")
    assert run(database, *publish) == 0
    folder = copy_policy(tmp_path / "policy")
    with (folder / "policy.yaml").open("a", encoding="utf-8") as file:
        file.write("# another edition\n")
    again = ("publish", str(folder), "--from", "2011-01-01")
    assert run(database, *again) == 1
    assert "signed by another" in capsys.readouterr().err
    persons = ("--proposed-by", "Li", "--signed-by", "Wang")
    assert run(database, *again, *persons) == 0
    with database.sessions() as session:
        assert len(session.scalars(select(Edition)).all()) == 2


def test_a_broken_folder_is_told_with_its_places_and_publishes_nothing(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hire(database)
    folder = copy_policy(tmp_path / "policy")
    with (folder / "policy.yaml").open("a", encoding="utf-8") as file:
        file.write("what: is this\n")
    assert run(database, "publish", str(folder), "--from", "2010-06-07") == 1
    told = capsys.readouterr().err
    assert "policy.yaml:" in told
    assert '"what"' in told
    assert run(database, "publish", str(tmp_path / "none"), "--from", "2010-06-07") == 1
    with database.sessions() as session:
        assert session.scalars(select(Edition)).all() == []


def test_before_there_are_roles_publishing_says_what_to_do_first(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(database, "publish", str(LICHENG), "--from", "2010-06-07") == 1
    told = capsys.readouterr().err
    assert len(told.splitlines()) == 1
    assert "python -m seeds.first_admin" in told
    with database.sessions() as session:
        assert session.scalars(select(Edition)).all() == []


def test_a_second_edition_for_the_same_first_day_is_refused_with_that_day(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hire(database)
    assert run(database, "publish", str(LICHENG), "--from", "2010-06-07") == 0
    folder = copy_policy(tmp_path / "policy")
    with (folder / "policy.yaml").open("a", encoding="utf-8") as file:
        file.write("# another edition\n")
    persons = ("--proposed-by", "li", "--signed-by", "wang")
    assert run(database, "publish", str(folder), "--from", "2010-06-07", *persons) == 1
    told = capsys.readouterr().err
    assert "must be after 7 June 2010" in told
    with database.sessions() as session:
        assert session.scalars(select(Edition)).one().in_force_to is None


def test_an_unknown_person_publishes_nothing(database: Database) -> None:
    hire(database)
    words = ("publish", str(LICHENG), "--from", "2010-06-07", "--proposed-by", "nobody")
    assert run(database, *words) == 1


def test_a_changed_audit_record_is_found(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.sessions.begin() as session:
        events.audit(session, people.system(), NOW, "test", "thing", 1, {"n": 1})
        events.audit(session, people.system(), NOW, "test", "thing", 2, {"n": 2})
    assert run(database, "verify-audit") == 0
    assert run(database, "verify-audit", "--lang", "zh") == 0
    assert capsys.readouterr().out.splitlines() == [
        "2 records, chain whole.",
        "2条记录，链条完整。",
    ]
    with database.engine.begin() as connection:
        if database.dialect == "sqlite":
            names = connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_record'"
            )
            for (name,) in names.all():
                connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        else:
            connection.exec_driver_sql("ALTER TABLE audit_record DISABLE TRIGGER USER")
        connection.execute(
            update(AuditRecord).where(AuditRecord.seq == 1).values(actor_name="nobody")
        )
    assert run(database, "verify-audit") == 1
    assert run(database, "verify-audit", "--lang", "zh") == 1
    told = capsys.readouterr()
    assert told.err.splitlines() == ["Record 1 has been changed.", "第1条记录的内容被改过。"]
    assert told.out == ""


@pytest.mark.parametrize("kind", ProblemKind)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_finding_of_the_audit_log_is_said_in_words(kind: ProblemKind, lang: str) -> None:
    said = messages.text(_audit_fault(AuditProblem(kind, 7)), lang)
    assert said.rstrip()[-1] in "。."
    assert kind.value.upper() not in said
    assert ("7" in said) == (not kind.value.startswith("head"))


def test_a_wrong_first_day_is_said_in_the_language_wherever_it_is_asked_for(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("publish", str(LICHENG), "--from", "2027-13-01")
    assert run(database, *words) == 2
    assert "is not a date" in capsys.readouterr().err
    assert run(database, *words, "--lang", "zh") == 2
    assert "不是日期" in capsys.readouterr().err


def test_a_refusal_is_kept_with_the_codes_of_its_faults(database: Database) -> None:
    with database.sessions.begin() as session:
        faults = [Fault("wrong_role", {}), Fault("stale_page", {}, "version")]
        events.record_refusal(
            session, people.system("edge"), NOW, "application.complete", "application", 7, faults
        )
    with database.sessions() as session:
        record = session.scalars(select(AuditRecord)).one()
    assert (record.action, record.object_id) == ("refused:application.complete", "7")
    assert [fault["code"] for fault in record.data["faults"]] == ["wrong_role", "stale_page"]


def test_the_calendar_is_filled_for_the_years_asked(database: Database) -> None:
    assert run(database, "fill-calendar", "--first", "2010", "--last", "2011") == 0
    with database.sessions() as session:
        assert set(session.scalars(select(HolidayYear.year))) == {2010, 2011}


def test_a_key_is_made_once_and_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "office.key"
    assert main(["create-key", str(path)]) == 0
    before = path.read_bytes()
    assert main(["create-key", str(path)]) == 1
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "写不进去：没有这个文件或文件夹"), ("en", "cannot be")]
)
def test_a_key_for_a_folder_that_is_not_there_is_told_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str, words: str
) -> None:
    """The folder of the handbook, /etc/sunshine, stands on no new server."""
    assert main(["create-key", str(tmp_path / "sunshine" / "key"), "--lang", lang]) == 1
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("command", ["verify-audit", "fill-calendar"])
def test_a_database_that_is_not_there_is_told_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert main(["--database", f"sqlite:///{tmp_path / 'none' / 'a.db'}", command]) == 2
    assert "请核对 SUNSHINE_DATABASE_URL" in capsys.readouterr().err


def test_a_database_without_tables_is_told_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    assert main(["--database", url, "--lang", "en", "verify-audit"]) == 2
    assert "migrate was run" in capsys.readouterr().err
    for lang, told in (("zh", "请核对数据库地址，并先执行"), ("en", "Check its address, and run")):
        assert first_admin.main(["root", "--database", url, "--lang", lang]) == 2
        assert f"{told} python -m casework migrate" in capsys.readouterr().err


def test_the_first_administrator_is_refused_in_the_language_asked_for(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SUNSHINE_DATABASE_URL", raising=False)
    url = database.engine.url.render_as_string(hide_password=False)
    assert first_admin.main(["Root"]) == 2
    assert capsys.readouterr().err.startswith("不知道用哪个数据库")
    assert first_admin.main(["root", "--lang", "en"]) == 2
    assert capsys.readouterr().err.startswith("It is not said which database")
    assert first_admin.main(["root", "--database", url]) == 0
    assert first_admin.main(["Root", "--database", url]) == 1
    assert "用户名“root”已经有了" in capsys.readouterr().err
    assert first_admin.main(["Root", "--database", url, "--lang", "en"]) == 1
    assert "“root” already exists" in capsys.readouterr().err


def test_without_a_key_nothing_starts(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It would fail at the first name that is opened, in the middle of somebody's work."""
    monkeypatch.delenv("SUNSHINE_KEY", raising=False)
    monkeypatch.setenv("SUNSHINE_KEY_FILE", str(tmp_path / "key"))
    before = use_keyring(None)
    try:
        assert run(database, "work", "--broker", f"sqlite:///{tmp_path / 'queue.db'}") == 2
        assert first_admin.main(["root", "--database", database.url, "--lang", "en"]) == 2
        told = capsys.readouterr().err
        assert told.count("SUNSHINE_KEY_FILE to a file that holds one") == 2
        assert first_admin.main(["root", "--database", database.url]) == 2
        assert main(["--database", database.url, "work"]) == 2
        told = capsys.readouterr().err
        assert told.count("把 SUNSHINE_KEY_FILE 设为存放密钥的文件") == 2
        monkeypatch.setattr("sys.argv", ["admin"])
        with pytest.raises(SystemExit, match=r"密钥文件 .* 读不了：没有这个"):
            serve()
    finally:
        use_keyring(before)


@pytest.mark.parametrize(
    ("environment", "zh", "en"),
    [
        ({}, "没有给出密钥", "No key was given"),
        ({"SUNSHINE_KEY": "not base64!"}, "不是 base64", "is not base64"),
        ({"SUNSHINE_KEY": "c2hvcnQ="}, "应为32字节", "must be 32 bytes"),
        ({"SUNSHINE_KEY_FILE": "{open}"}, "请对它执行 chmod 600", "run chmod 600"),
        ({"SUNSHINE_KEY_FILE": "{foreign}"}, "不全是 ASCII", "other than ASCII"),
    ],
)
def test_what_is_wrong_with_a_key_is_told_in_both_languages(
    tmp_path: Path, environment: dict[str, str], zh: str, en: str
) -> None:
    files = {"open": tmp_path / "open", "foreign": tmp_path / "foreign"}
    for file in files.values():
        file.write_text("密钥", "utf-8")
    files["open"].write_text("a\n", "ascii")
    files["open"].chmod(0o644)
    files["foreign"].chmod(0o600)
    given = {name: value.format(**files) for name, value in environment.items()}
    with pytest.raises(KeyMissing) as missing:
        Keyring.from_environment(given)
    assert zh in of_key(missing.value, "zh")
    assert en in of_key(missing.value, "en")


def test_a_step_left_to_those_who_may_not_take_it_is_not_published(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page would say "to be done by the reviewer" to a reviewer who has no button for it."""
    hire(database)
    folder = copy_policy(tmp_path / "policy")
    file = folder / "procedure.yaml"
    text = file.read_text("utf-8")
    old = 'en: Public notice\n    clause: "4.3"\n    by: [branch_clerk, branch_secretary]'
    assert old in text
    new = old.replace("[branch_clerk, branch_secretary]", "[department_reviewer]")
    file.write_text(text.replace(old, new), "utf-8")
    assert run(database, "publish", str(folder), "--from", "2010-06-07") == 1
    told = capsys.readouterr().err
    assert "kind post" in told
    assert "branch_clerk" in told


def test_a_wrong_command_is_wrong_use() -> None:
    with pytest.raises(SystemExit) as left:
        main(["pubish"])
    assert left.value.code == 2


def test_the_office_counts_days_in_its_own_zone() -> None:
    late = datetime(2010, 12, 3, 17, 0, tzinfo=UTC)
    assert day_of(late).isoformat() == "2010-12-04"
    with pytest.raises(ValueError, match="zone"):
        day_of(datetime(2010, 12, 3))


def test_r_4_7_a_sample_is_drawn_again_from_a_shell(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.sessions.begin() as session:
        tree = factories.org_tree(session)
        inspector = factories.user(session, ("department_reviewer", tree.department))
        of = factories.member(session, tree.branch)
        made = factories.application(session, of, factories.edition(session), inspector)
        factories.grant(session, made)
        by = people.actor(session, inspector, day_of(NOW))
        given = {"title": "抽查", "year": 2010, "method": Method(10), "seed": "7"}
        row = checks.plan(session, tree.department, **given, by=by, at=NOW)
        number, drawn = row.id, made.number
    assert run(database, "redraw", str(number)) == 0
    assert drawn in capsys.readouterr().out
    with database.sessions.begin() as session:
        session.delete(session.scalars(select(CheckItem)).one())
    assert run(database, "redraw", str(number)) == 1
    assert run(database, "redraw", "999") == 1
    assert "There is no check 999." in capsys.readouterr().err


def test_the_first_administrator_leaves_a_record(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    assert first_admin.main(["root", "--database", url]) == 0
    password = capsys.readouterr().out.split(": ")[1].strip()
    with database.sessions() as session:
        [record] = session.scalars(
            select(AuditRecord).where(AuditRecord.action == "user.first_admin")
        ).all()
    assert (record.object_type, record.data["username"]) == ("user", "root")
    assert password not in str(record.data)
