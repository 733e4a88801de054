"""The audit chain: one chain whoever appends, and any tampering is found."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import AuditHead, AuditRecord, audit
from models.audit import AuditProblem, ProblemKind
from models.secrets import Keyring, use_keyring
from tests.conftest import Database

NOW = datetime(2010, 12, 3, 9, 30, 0, 123456, tzinfo=UTC)


def append(session: Session, action: str = "member.read", **data: object) -> AuditRecord:
    return audit.append(
        session,
        at=NOW,
        actor_id=None,
        actor_name="王建国",
        action=action,
        object_type="member",
        object_id="7",
        data=data,
    )


def disarm(engine: Engine) -> None:
    """What somebody with the rights of the database's owner would do first."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            for table in ("audit_record", "audit_head"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        else:
            names = connection.scalars(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).all()
            for name in names:
                connection.execute(text(f"DROP TRIGGER {name}"))


@pytest.fixture
def chain(database: Database) -> Database:
    """A database with five records whose guards are gone."""
    with database.sessions.begin() as session:
        for number in range(1, 6):
            append(session, number=number)
    disarm(database.engine)
    return database


def problems(database: Database) -> list[tuple[ProblemKind, int]]:
    with database.sessions() as session:
        return [(each.kind, each.seq) for each in audit.verify(session)]


def test_an_empty_chain_has_no_problem(session: Session) -> None:
    assert audit.verify(session) == []


def test_records_are_numbered_and_each_holds_the_hash_before_it(session: Session) -> None:
    first, second = append(session, number=1), append(session, number=2)
    assert (first.seq, second.seq) == (1, 2)
    assert (first.prev_hash, second.prev_hash) == (audit.GENESIS, first.hash)
    assert audit.verify(session) == []


def test_a_record_rolled_back_leaves_no_gap(session: Session) -> None:
    append(session)
    with session.begin_nested() as undone:
        append(session)
        undone.rollback()
    assert append(session).seq == 2
    assert audit.verify(session) == []


def test_the_hash_is_the_same_in_whatever_time_zone_the_moment_was_given(session: Session) -> None:
    record = append(session)
    before = record.hash
    record.at = NOW.astimezone(timezone(timedelta(hours=8)))
    assert audit.digest(record) == before


def test_data_that_json_cannot_spell_exactly_is_refused(session: Session) -> None:
    with pytest.raises(TypeError):
        append(session, when=NOW)
    with pytest.raises(ValueError, match="JSON"):
        append(session, amount=float("nan"))


def test_a_database_that_was_never_migrated_says_so(session: Session) -> None:
    disarm_one = "ALTER TABLE audit_head DISABLE TRIGGER ALL"
    if session.get_bind().dialect.name == "sqlite":
        disarm_one = "DROP TRIGGER audit_head_kept_delete"
    session.execute(text(disarm_one))
    session.execute(text("DELETE FROM audit_head"))
    with pytest.raises(audit.AuditError, match="migrations"):
        append(session)
    assert audit.verify(session) == [AuditProblem(ProblemKind.HEAD_MISSING, 0)]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit_record SET actor_name = '李四' WHERE seq = 3", ProblemKind.CHANGED),
        ("UPDATE audit_record SET data = '{\"number\"\\:33}' WHERE seq = 3", ProblemKind.CHANGED),
        ("UPDATE audit_record SET actor_name = '李四' WHERE seq = 5", ProblemKind.CHANGED),
        ("DELETE FROM audit_record WHERE seq = 3", ProblemKind.REMOVED),
        ("DELETE FROM audit_record WHERE seq = 1", ProblemKind.REMOVED),
    ],
)
def test_a_changed_or_removed_record_is_found(
    chain: Database, statement: str, found: ProblemKind
) -> None:
    seq = int(statement.rsplit(" ", 1)[-1])
    with chain.engine.begin() as connection:
        connection.execute(text(statement))
    assert problems(chain) == [(found, seq)]


def test_a_cut_off_tail_is_found(chain: Database) -> None:
    with chain.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_record WHERE seq > 3"))
    assert problems(chain) == [(ProblemKind.CUT_OFF, 4)]


def test_a_removed_log_is_found(chain: Database) -> None:
    with chain.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_record"))
    assert problems(chain) == [(ProblemKind.CUT_OFF, 1)]


def test_a_record_changed_together_with_its_hash_breaks_the_next_one(chain: Database) -> None:
    with chain.sessions.begin() as session:
        record = session.scalars(select(AuditRecord).where(AuditRecord.seq == 3)).one()
        record.action = "nothing.happened"
        record.hash = audit.digest(record)
    assert problems(chain) == [(ProblemKind.BROKEN, 4)]


def test_the_last_record_changed_together_with_its_hash_is_found(chain: Database) -> None:
    with chain.sessions.begin() as session:
        record = session.scalars(select(AuditRecord).where(AuditRecord.seq == 5)).one()
        record.action = "nothing.happened"
        record.hash = audit.digest(record)
    assert problems(chain) == [(ProblemKind.CHANGED, 5)]


def test_an_inserted_record_is_found(chain: Database) -> None:
    with chain.sessions.begin() as session:
        last = session.scalars(select(AuditRecord).where(AuditRecord.seq == 5)).one()
        extra = AuditRecord(
            seq=6,
            at=NOW,
            actor_name="李四",
            action="member.read",
            object_type="member",
            data={},
            prev_hash=last.hash,
        )
        extra.hash = audit.digest(extra)
        session.add(extra)
    assert problems(chain) == [(ProblemKind.INSERTED, 6)]


def test_a_chain_made_anew_without_the_key_is_found(chain: Database) -> None:
    before = use_keyring(Keyring([b"somebody else's key, 32 bytes..."]))
    with chain.sessions.begin() as session:
        session.execute(text("DELETE FROM audit_record"))
        session.execute(text(f"UPDATE audit_head SET count = 0, hash = '{audit.GENESIS}'"))
        append(session, "nothing.happened")
    use_keyring(before)
    assert problems(chain) == [(ProblemKind.HEAD_FORGED, 0)]


def test_a_log_emptied_together_with_its_head_is_found(chain: Database) -> None:
    with chain.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_record"))
        connection.execute(text(f"UPDATE audit_head SET count = 0, hash = '{audit.GENESIS}'"))
    assert problems(chain) == [(ProblemKind.HEAD_FORGED, 0)]


def test_after_a_change_of_key_the_old_seal_still_holds(session: Session) -> None:
    append(session)
    use_keyring(Keyring([b"n" * 32, bytes(range(32))]))
    assert audit.verify(session) == []
    append(session)
    assert audit.verify(session) == []


def test_appends_from_many_threads_make_one_chain(database: Database) -> None:
    def work(worker: int) -> None:
        for number in range(5):
            with database.sessions.begin() as session:
                append(session, worker=worker, number=number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    with database.sessions() as session:
        assert audit.verify(session) == []
        assert session.scalar(select(func.count()).select_from(AuditRecord)) == 40
        assert session.get_one(AuditHead, 1).count == 40


def test_two_records_cannot_follow_the_same_one(session: Session) -> None:
    first = append(session)
    fork = AuditRecord(
        seq=2,
        at=NOW,
        actor_name="李四",
        action="member.read",
        object_type="member",
        data={},
        prev_hash=first.prev_hash,
        hash="f" * 64,
    )
    session.add(fork)
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize(
    "attempt",
    [
        lambda s: s.execute(text("UPDATE audit_record SET actor_name = 'x'")),
        lambda s: s.execute(text("DELETE FROM audit_record")),
        lambda s: s.execute(text("UPDATE audit_head SET count = 0")),
        lambda s: s.execute(text("UPDATE audit_head SET count = 9")),
        lambda s: s.execute(text("DELETE FROM audit_head")),
    ],
    ids=["change", "remove", "head to nothing", "head ahead", "head removed"],
)
def test_the_database_refuses_to_change_the_log(
    session: Session, attempt: Callable[[Session], object]
) -> None:
    append(session)
    with pytest.raises(IntegrityError, match=r"append-only|rows are kept|only grows by one"):
        attempt(session)
