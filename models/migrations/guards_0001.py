"""Triggers of revision 0001: rows that never change, and money that never exceeds its grant.

Part of a revision, so it never changes: a later revision replaces a guard by its name.
A refusal is an IntegrityError on both databases.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

# Rows that are added and then stay as they are.
APPEND_ONLY = ("audit_record", "decision", "case_event", "journal", "posting")
# Rows that may change, but never disappear.
KEPT = (
    "edition", "application", "approval", "duty", "notice", "notice_line", "objection", "account",
    "aid_grant", "transfer_batch", "transfer_line", "payment", "receipt", "recovery", "audit_head",
)  # fmt: skip
# Rows of which these columns are fixed once they are there.
FIXED = {
    "edition": (
        "id", "policy_code", "digest", "files", "in_force_from", "proposed_by_id", "signed_by_id",
        "published_at", "note",
    ),
    "notice": ("org_id", "edition_id", "posted_on", "ends_on", "frozen", "sha256"),
    "application": ("uid", "number", "member_id", "created_by_id", "created_at"),
    "approval": ("application_id", "code", "round", "result", "fen", "by_id", "at"),
    "payment": ("uid", "grant_id", "instalment", "fen", "source_id"),
    "transfer_line": ("batch_id", "grant_id", "instalment", "fen"),
    "receipt": ("payment_id", "received_on", "sign", "receiver"),
    "member": ("uid",),
}  # fmt: skip
_PAID_OUT = (
    "(SELECT coalesce(sum(p.fen), 0) FROM payment p WHERE p.grant_id = {grant}"
    " AND p.state IN ({states}){but})"
)
_LIVE = "'prepared', 'paid'"
_GRANTED = "(SELECT g.fen FROM aid_grant g WHERE g.id = NEW.grant_id)"
_SENT = (
    "(SELECT coalesce(sum(t.fen), 0) FROM transfer_line t WHERE t.grant_id = NEW.grant_id"
    " AND t.state = 'sent'{but})"
)


def create_guards(connection: Connection) -> None:
    """Create every trigger in the dialect of ``connection``."""
    make = _postgresql if connection.dialect.name == "postgresql" else _sqlite
    for statement in make():
        connection.exec_driver_sql(statement)


def _conditions() -> Iterator[tuple[str, str, str, str, str]]:
    """Name, table, event, what is said, and the condition under which a row is refused."""
    for event, but in (("INSERT", ""), ("UPDATE", " AND p.id <> NEW.id")):
        paid = _PAID_OUT.format(grant="NEW.grant_id", states=_LIVE, but=but)
        yield (
            "within_grant", "payment", event, "payments exceed the grant",
            f"NEW.state IN ({_LIVE}) AND {paid} + NEW.fen > {_GRANTED}",
        )  # fmt: skip
    for event, but in (("INSERT", ""), ("UPDATE", " AND t.id <> NEW.id")):
        yield (
            "within_grant", "transfer_line", event, "transfers exceed the grant",
            f"NEW.state = 'sent' AND {_SENT.format(but=but)} + NEW.fen > {_GRANTED}",
        )  # fmt: skip
    live = "(SELECT g.state FROM aid_grant g WHERE g.id = NEW.grant_id)"
    yield (
        "live_grant", "payment", "INSERT", "the grant is not active",
        f"NEW.state IN ({_LIVE}) AND {live} <> 'active'",
    )  # fmt: skip
    yield (
        "live_grant", "payment", "UPDATE", "the grant is not active",
        f"NEW.state IN ({_LIVE}) AND OLD.state <> NEW.state AND {live} <> 'active'",
    )  # fmt: skip
    paid = _PAID_OUT.format(grant="NEW.id", states=_LIVE, but="")
    yield (
        "covers_payments", "aid_grant", "UPDATE", "the grant has payments of more",
        f"NEW.fen < OLD.fen AND {paid} > NEW.fen",
    )  # fmt: skip
    paid = _PAID_OUT.format(grant="NEW.id", states="'paid'", but="")
    yield (
        "not_cancelled_when_paid", "aid_grant", "UPDATE", "the grant has been paid",
        f"NEW.state = 'cancelled' AND OLD.state <> 'cancelled' AND {paid} > 0",
    )  # fmt: skip
    yield (
        "moves_by_one", "audit_head", "UPDATE", "the audit log only grows by one",
        "NEW.count <> OLD.count + 1",
    )  # fmt: skip


def _sqlite() -> Iterator[str]:
    def refuse(name: str, table: str, event: str, message: str, when: str = "1") -> str:
        return (
            f"CREATE TRIGGER {table}_{name}_{event.lower()} BEFORE {event} ON {table} WHEN {when}"
            f" BEGIN SELECT RAISE(ABORT, '{table}: {message}'); END"
        )

    for table in APPEND_ONLY:
        yield refuse("append_only", table, "UPDATE", "append-only")
        yield refuse("append_only", table, "DELETE", "append-only")
    for table in KEPT:
        yield refuse("kept", table, "DELETE", "rows are kept")
    for table, columns in FIXED.items():
        changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
        yield refuse("fixed", table, "UPDATE", "content is fixed", changed)
    for name, table, event, message, when in _conditions():
        yield refuse(name, table, event, message, when)


def _postgresql() -> Iterator[str]:
    yield (
        "CREATE FUNCTION sunshine_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ': ' || TG_ARGV[0],"
        " ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    # Payments of one grant wait for each other, or two could each see the other's absence.
    yield (
        "CREATE FUNCTION sunshine_lock_grant() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM 1 FROM aid_grant WHERE id = NEW.grant_id FOR NO KEY UPDATE;"
        " RETURN NEW; END $$"
    )

    def refuse(name: str, table: str, event: str, message: str, when: str = "") -> str:
        each = "STATEMENT" if event == "TRUNCATE" else "ROW"
        return (
            f"CREATE TRIGGER {table}_{name}_{event.lower()} BEFORE {event} ON {table}"
            f" FOR EACH {each} {when} EXECUTE FUNCTION sunshine_refuse('{message}')"
        )

    for table in APPEND_ONLY:
        for event in ("UPDATE", "DELETE", "TRUNCATE"):
            yield refuse("append_only", table, event, "append-only")
    for table in KEPT:
        for event in ("DELETE", "TRUNCATE"):
            yield refuse("kept", table, event, "rows are kept")
    for table, columns in FIXED.items():
        changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
        yield refuse("fixed", table, "UPDATE", "content is fixed", f"WHEN ({changed})")
    for table in ("payment", "transfer_line"):
        yield (
            f"CREATE TRIGGER {table}_a_lock_grant BEFORE INSERT OR UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION sunshine_lock_grant()"
        )
    for name, table, event, message, when in _conditions():
        # A WHEN clause may not look into tables, so each condition is a function of its own.
        function = f"sunshine_{table}_{name}_{event.lower()}"
        yield (
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {when} THEN RAISE EXCEPTION '{table}: {message}'"
            " USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
        )
        yield (
            f"CREATE TRIGGER {table}_{name}_{event.lower()} BEFORE {event} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
