"""All tables of the first release, and the guards that a row cannot be argued with.

Revision 0001. Generated from the models, then checked by hand; it never changes.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.migrations.guards_0001 import create_guards

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
GENESIS = "0" * 64


def ordered(length: int) -> sa.String:
    """Text compared by code point on both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def one_of(name: str, *values: str) -> sa.Enum:
    """Text closed by a CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    _audit_head()
    _fund_source()
    _holiday_day()
    _holiday_year()
    _login_attempt()
    _org_unit()
    _outbox_message()
    _role()
    _series()
    _setting()
    _budget()
    _member()
    _account()
    _helping_pair()
    _household()
    _user_account()
    _audit_record()
    _edition()
    _filing()
    _household_item()
    _household_person()
    _journal()
    _screening_list()
    _user_role()
    _application()
    _notice()
    _posting()
    _transfer_batch()
    _aid_grant()
    _approval()
    _attachment()
    _case_event()
    _decision()
    _duty()
    _filing_line()
    _notice_line()
    _screening_line()
    _objection()
    _payment()
    _recovery()
    _transfer_line()
    _receipt()
    create_guards(op.get_bind())
    head = sa.table("audit_head", sa.column("id"), sa.column("count"), sa.column("hash"))
    op.bulk_insert(head, [{"id": 1, "count": 0, "hash": GENESIS}])


def downgrade() -> None:
    raise NotImplementedError("the first release has nothing before it")


# fmt: off
def _audit_head() -> None:
    op.create_table("audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment="Always 1"),
        sa.Column("count", sa.BigInteger(), nullable=False, comment="Records in the chain"),
        sa.Column("hash", sa.String(length=64), nullable=False, comment="Hash of the last one"),
        sa.Column("seal", sa.LargeBinary(), nullable=True, comment="Keyed hash over count and hash; null only while empty"),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head"))
    )


def _fund_source() -> None:
    op.create_table("fund_source",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("code", ordered(64), nullable=False, comment="Short code"),
        sa.Column("zh", ordered(200), nullable=False, comment="Name in Chinese"),
        sa.Column("en", ordered(200), nullable=False, comment="Name in English"),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False, comment="May be used for new money"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_source")),
        sa.UniqueConstraint("code", name=op.f("uq_fund_source_code"))
    )


def _holiday_day() -> None:
    op.create_table("holiday_day",
        sa.Column("day", sa.Date(), nullable=False, comment="The day"),
        sa.Column("kind", one_of("kind", "off", "work"), nullable=False, comment="Off or worked"),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_holiday_day"))
    )


def _holiday_year() -> None:
    op.create_table("holiday_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False, comment="The year"),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_holiday_year"))
    )


def _login_attempt() -> None:
    op.create_table("login_attempt",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("username", ordered(200), nullable=False, comment="Name as typed, lower case, perhaps unknown"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When"),
        sa.Column("ok", sa.Boolean(), nullable=False, comment="Whether it succeeded"),
        sa.Column("address", ordered(64), nullable=False, comment="Network address it came from"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempt"))
    )
    op.create_index(op.f("ix_login_attempt_address_at"), "login_attempt", ["address", "at"])
    op.create_index(op.f("ix_login_attempt_username_at"), "login_attempt", ["username", "at"])


def _org_unit() -> None:
    op.create_table("org_unit",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("parent_id", NUMBER, nullable=True, comment="The unit above; null at the root"),
        sa.Column("level", one_of("level", "branch", "committee", "department", "service_centre"), nullable=False, comment="What the unit is"),
        sa.Column("code", ordered(64), nullable=False, comment="Short code used in imports"),
        sa.Column("name", ordered(200), nullable=False, comment="Full name as on papers"),
        sa.Column("kind", one_of("kind", "village", "community", "unit"), nullable=True, comment="Village, community or unit"),
        sa.Column("kind_zh", ordered(20), nullable=True, comment="The word that a notice uses for this place"),
        sa.Column("path", ordered(400), nullable=False, comment="Ids from the root to this unit, /1/4/17/"),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False, comment="False once dissolved or merged"),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_org_unit_not_its_own_parent")),
        sa.ForeignKeyConstraint(["parent_id"], ["org_unit.id"], name=op.f("fk_org_unit_parent_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_org_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_org_unit_code"))
    )
    op.create_index(op.f("ix_org_unit_level_name"), "org_unit", ["level", "name"])
    op.create_index(op.f("ix_org_unit_parent_id"), "org_unit", ["parent_id"])
    op.create_index(op.f("ix_org_unit_path"), "org_unit", ["path"])


def _outbox_message() -> None:
    op.create_table("outbox_message",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("topic", ordered(64), nullable=False, comment="What kind of work"),
        sa.Column("key", ordered(200), nullable=True, comment="Identity of the work, if it must be done once"),
        sa.Column("payload", JSON, nullable=False, comment="What the work needs"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="When written"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, comment="Not before"),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False, comment="How often it was tried"),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True, comment="When done"),
        sa.Column("last_error", sa.Text(), nullable=True, comment="What went wrong last"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_message_key"))
    )
    op.create_index("ix_outbox_message_waiting", "outbox_message", ["due_at", "id"], unique=False, sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL"))


def _role() -> None:
    op.create_table("role",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("code", ordered(64), nullable=False, comment="Code that procedure files name"),
        sa.Column("zh", ordered(200), nullable=False, comment="Name in Chinese"),
        sa.Column("en", ordered(200), nullable=False, comment="Name in English"),
        sa.Column("level", one_of("level", "branch", "committee", "department", "service_centre"), nullable=False, comment="Level of organisation it is held at"),
        sa.Column("permissions", JSON, nullable=False, comment="Permission names"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("code", name=op.f("uq_role_code"))
    )


def _series() -> None:
    op.create_table("series",
        sa.Column("key", ordered(100), nullable=False, comment="Name"),
        sa.Column("last", sa.BigInteger(), nullable=False, comment="Last number given"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_series"))
    )


def _setting() -> None:
    op.create_table("setting",
        sa.Column("key", ordered(100), nullable=False, comment="Name"),
        sa.Column("value", JSON, nullable=True, comment="Value"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting"))
    )


def _budget() -> None:
    op.create_table("budget",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("source_id", NUMBER, nullable=False, comment="The source"),
        sa.Column("year", sa.Integer(), nullable=False, comment="Calendar year"),
        sa.Column("fen", sa.BigInteger(), nullable=False, comment="Budget, fen"),
        sa.CheckConstraint("fen >= 0", name=op.f("ck_budget_fen_not_negative")),
        sa.ForeignKeyConstraint(["source_id"], ["fund_source.id"], name=op.f("fk_budget_source_id_fund_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget")),
        sa.UniqueConstraint("source_id", "year", name=op.f("uq_budget_source_id_year"))
    )


def _member() -> None:
    op.create_table("member",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("uid", sa.Uuid(), nullable=False, comment="Public identity that ciphertexts are bound to"),
        sa.Column("org_id", NUMBER, nullable=False, comment="Branch of the organisational relation"),
        sa.Column("name", ordered(200), nullable=False, comment="Full name"),
        sa.Column("name_initials", ordered(200), nullable=False, comment="Pinyin initials, made from the name"),
        sa.Column("sex", one_of("sex", "male", "female"), nullable=True, comment="Sex; null is unknown"),
        sa.Column("ethnic", ordered(20), nullable=True, comment="Ethnic group, name of GB/T 3304"),
        sa.Column("birth_on", sa.Date(), nullable=True, comment="Date of birth"),
        sa.Column("joined_on", sa.Date(), nullable=True, comment="Date of joining the Party"),
        sa.Column("status", one_of("status", "full", "probationary", "non_member", "expelled"), nullable=False, comment="Standing"),
        sa.Column("hukou", one_of("hukou", "urban", "rural"), nullable=True, comment="Registration that decides the living line"),
        sa.Column("hukou_label", ordered(20), nullable=True, comment="Registration as printed"),
        sa.Column("id_number_sealed", sa.LargeBinary(), nullable=True, comment="Identity number, sealed"),
        sa.Column("id_number_index", sa.LargeBinary(length=32), nullable=True, comment="Blind index of the identity number: one member per number"),
        sa.Column("id_tail_index", sa.LargeBinary(length=32), nullable=True, comment="Blind index of its last four characters"),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True, comment="Phone, sealed"),
        sa.Column("phone_index", sa.LargeBinary(length=32), nullable=True, comment="Blind index of the phone"),
        sa.Column("phone_tail_index", sa.LargeBinary(length=32), nullable=True, comment="Blind index of its last four digits"),
        sa.Column("bank_name", ordered(200), nullable=True, comment="Bank"),
        sa.Column("bank_account_sealed", sa.LargeBinary(), nullable=True, comment="Bank account number, sealed"),
        sa.Column("bank_account_index", sa.LargeBinary(length=32), nullable=True, comment="Blind index of the account number"),
        sa.Column("address", sa.Text(), nullable=True, comment="Home address"),
        sa.Column("can_help_skills", sa.Text(), nullable=True, comment="Skills with which the member could help others"),
        sa.Column("died_on", sa.Date(), nullable=True, comment="Date of death"),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False, comment="False once the relation moved out"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="When registered"),
        sa.Column("version", sa.Integer(), nullable=False, comment="Counts changes, against lost updates"),
        sa.ForeignKeyConstraint(["org_id"], ["org_unit.id"], name=op.f("fk_member_org_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("uid", name=op.f("uq_member_uid"))
    )
    op.create_index(op.f("ix_member_bank_account_index"), "member", ["bank_account_index"])
    op.create_index(op.f("ix_member_id_number_index"), "member", ["id_number_index"], unique=True)
    op.create_index(op.f("ix_member_id_tail_index"), "member", ["id_tail_index"])
    op.create_index(op.f("ix_member_name_id"), "member", ["name", "id"])
    op.create_index(op.f("ix_member_name_initials_id"), "member", ["name_initials", "id"])
    op.create_index(op.f("ix_member_org_id_name_id"), "member", ["org_id", "name", "id"])
    op.create_index(op.f("ix_member_phone_index"), "member", ["phone_index"])
    op.create_index(op.f("ix_member_phone_tail_index"), "member", ["phone_tail_index"])


def _account() -> None:
    op.create_table("account",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("key", ordered(64), nullable=False, comment="kind:source:org:member:year, made by itself"),
        sa.Column("kind", one_of("kind", "outside", "budget", "source", "department", "committee", "member", "returned", "recovered", "suspense"), nullable=False, comment="What it is"),
        sa.Column("org_id", NUMBER, nullable=True, comment="Organisation that holds it"),
        sa.Column("source_id", NUMBER, nullable=True, comment="Source the money is from"),
        sa.Column("member_id", NUMBER, nullable=True, comment="Member who received it"),
        sa.Column("year", sa.Integer(), nullable=True, comment="Budget year, where kept by year"),
        sa.Column("balance_fen", sa.BigInteger(), server_default="0", nullable=False, comment="Debits less credits, fen"),
        sa.Column("may_be_negative", sa.Boolean(), server_default=sa.false(), nullable=False, comment="True for the outside world"),
        sa.CheckConstraint("balance_fen >= 0 OR may_be_negative", name=op.f("ck_account_balance")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_account_member_id_member")),
        sa.ForeignKeyConstraint(["org_id"], ["org_unit.id"], name=op.f("fk_account_org_id_org_unit")),
        sa.ForeignKeyConstraint(["source_id"], ["fund_source.id"], name=op.f("fk_account_source_id_fund_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("key", name=op.f("uq_account_key"))
    )
    op.create_index(op.f("ix_account_kind_id"), "account", ["kind", "id"])
    op.create_index(op.f("ix_account_member_id"), "account", ["member_id"])
    op.create_index(op.f("ix_account_org_id"), "account", ["org_id"])
    op.create_index(op.f("ix_account_source_id"), "account", ["source_id"])


def _helping_pair() -> None:
    op.create_table('helping_pair',
        sa.Column('id', NUMBER, nullable=False, comment='Row number'),
        sa.Column('helper_id', NUMBER, nullable=False, comment='Who helps'),
        sa.Column('helped_id', NUMBER, nullable=False, comment='Who is helped'),
        sa.Column('org_id', NUMBER, nullable=False, comment='Branch that organises the pair'),
        sa.Column('start_on', sa.Date(), nullable=False, comment='First day'),
        sa.Column('end_on', sa.Date(), nullable=True, comment='Last day, planned or real'),
        sa.Column('skill', sa.Text(), nullable=True, comment='Skill or road to prosperity'),
        sa.Column('plan', sa.Text(), nullable=True, comment='What is planned'),
        sa.Column('goal', sa.Text(), nullable=True, comment='What shall be reached'),
        sa.Column('state', one_of('state', 'active', 'ended'), nullable=False, comment='State'),
        sa.Column('end_reason', sa.Text(), nullable=True, comment='Why it ended'),
        sa.Column('version', sa.Integer(), nullable=False, comment='Counts changes, against lost updates'),
        sa.CheckConstraint('end_on IS NULL OR end_on >= start_on', name=op.f('ck_helping_pair_ends_after_start')),
        sa.CheckConstraint('helper_id <> helped_id', name=op.f('ck_helping_pair_two_people')),
        sa.ForeignKeyConstraint(['helped_id'], ['member.id'], name=op.f('fk_helping_pair_helped_id_member')),
        sa.ForeignKeyConstraint(['helper_id'], ['member.id'], name=op.f('fk_helping_pair_helper_id_member')),
        sa.ForeignKeyConstraint(['org_id'], ['org_unit.id'], name=op.f('fk_helping_pair_org_id_org_unit')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_helping_pair'))
    )
    op.create_index(op.f('ix_helping_pair_helped_id'), 'helping_pair', ['helped_id'])
    op.create_index(op.f('ix_helping_pair_helper_id'), 'helping_pair', ['helper_id'])
    op.create_index(op.f('ix_helping_pair_org_id_state_id'), 'helping_pair', ['org_id', 'state', 'id'])
    op.create_index('uq_helping_pair_active', 'helping_pair', ['helper_id', 'helped_id'], unique=True, sqlite_where=sa.text("state = 'active'"), postgresql_where=sa.text("state = 'active'"))


def _household() -> None:
    op.create_table("household",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("member_id", NUMBER, nullable=False, comment="The member"),
        sa.Column("size", sa.Integer(), nullable=True, comment="People living in it"),
        sa.Column("note", sa.Text(), nullable=True, comment="Remarks"),
        sa.Column("version", sa.Integer(), nullable=False, comment="Counts changes, against lost updates"),
        sa.CheckConstraint("size BETWEEN 1 AND 30", name=op.f("ck_household_size")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_household_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
        sa.UniqueConstraint("member_id", name=op.f("uq_household_member_id"))
    )


def _user_account() -> None:
    op.create_table("user_account",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("username", ordered(64), nullable=False, comment="Sign-in name, lower case"),
        sa.Column("display_name", ordered(200), nullable=False, comment="Name as shown to others"),
        sa.Column("password_hash", sa.String(length=255), nullable=False, comment="Argon2 hash; empty means nobody can sign in"),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False, comment="False locks the account"),
        sa.Column("must_change_password", sa.Boolean(), server_default=sa.false(), nullable=False, comment="Asked at the next sign-in"),
        sa.Column("locale", one_of("locale", "zh", "en"), nullable=False, comment="Language of the screens"),
        sa.Column("member_id", NUMBER, nullable=True, comment="The member this user is; he recuses himself"),
        sa.Column("session_stamp", sa.String(length=64), nullable=False, comment="Changed to end every session of the user"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="When the account was made"),
        sa.Column("version", sa.Integer(), nullable=False, comment="Counts changes, against lost updates"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_user_account_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("username", name=op.f("uq_user_account_username"))
    )
    op.create_index(op.f("ix_user_account_member_id"), "user_account", ["member_id"])


def _audit_record() -> None:
    op.create_table("audit_record",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="1, 2, 3 … without a gap"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When"),
        sa.Column("actor_id", NUMBER, nullable=True, comment="Who; null is nobody signed in or the software"),
        sa.Column("actor_name", ordered(200), nullable=False, comment="His name at that time"),
        sa.Column("action", ordered(64), nullable=False, comment="What was done, read or refused"),
        sa.Column("object_type", ordered(64), nullable=False, comment="Kind of thing"),
        sa.Column("object_id", ordered(64), nullable=True, comment="Which one"),
        sa.Column("data", sa.Text(), nullable=False, comment="Details; never a number in clear"),
        sa.Column("prev_hash", sa.String(length=64), nullable=False, comment="Hash of the record before; unique, so no fork"),
        sa.Column("hash", sa.String(length=64), nullable=False, comment="SHA-256 of this record"),
        sa.ForeignKeyConstraint(["actor_id"], ["user_account.id"], name=op.f("fk_audit_record_actor_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_record")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_record_hash")),
        sa.UniqueConstraint("prev_hash", name=op.f("uq_audit_record_prev_hash")),
        sa.UniqueConstraint("seq", name=op.f("uq_audit_record_seq"))
    )
    op.create_index(op.f("ix_audit_record_action_seq"), "audit_record", ["action", "seq"])
    op.create_index(op.f("ix_audit_record_actor_id_seq"), "audit_record", ["actor_id", "seq"])
    op.create_index(op.f("ix_audit_record_at"), "audit_record", ["at"])
    op.create_index(op.f("ix_audit_record_object_type_object_id_seq"), "audit_record", ["object_type", "object_id", "seq"])


def _edition() -> None:
    op.create_table("edition",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("policy_code", ordered(64), nullable=False, comment="Id of the policy"),
        sa.Column("digest", sa.String(length=80), nullable=False, comment="sha256:… over the files"),
        sa.Column("files", sa.LargeBinary(), nullable=False, comment="The files, packed by casework"),
        sa.Column("in_force_from", sa.Date(), nullable=False, comment="First day"),
        sa.Column("in_force_to", sa.Date(), nullable=True, comment="Last day; null means until replaced"),
        sa.Column("proposed_by_id", NUMBER, nullable=True, comment="Who proposed it; null is the set-up"),
        sa.Column("signed_by_id", NUMBER, nullable=True, comment="Second person who signed it"),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False, comment="When published"),
        sa.Column("note", sa.Text(), nullable=True, comment="What changed and why"),
        sa.CheckConstraint("in_force_to IS NULL OR in_force_to >= in_force_from", name=op.f("ck_edition_ends_after_start")),
        sa.CheckConstraint("signed_by_id <> proposed_by_id", name=op.f("ck_edition_signed_by_another")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["user_account.id"], name=op.f("fk_edition_proposed_by_id_user_account")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["user_account.id"], name=op.f("fk_edition_signed_by_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("digest", name=op.f("uq_edition_digest")),
        sa.UniqueConstraint("policy_code", "in_force_from", name=op.f("uq_edition_policy_code_in_force_from"))
    )
    op.create_index(op.f("ix_edition_proposed_by_id"), "edition", ["proposed_by_id"])
    op.create_index(op.f("ix_edition_signed_by_id"), "edition", ["signed_by_id"])


def _filing() -> None:
    op.create_table("filing",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("number", ordered(64), nullable=True, comment="Number of the filing"),
        sa.Column("org_id", NUMBER, nullable=False, comment="Committee that files"),
        sa.Column("filed_on", sa.Date(), nullable=False, comment="Day of filing"),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True, comment="When recorded"),
        sa.Column("note", sa.Text(), nullable=True, comment="Remarks"),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_filing_by_id_user_account")),
        sa.ForeignKeyConstraint(["org_id"], ["org_unit.id"], name=op.f("fk_filing_org_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
        sa.UniqueConstraint("number", name=op.f("uq_filing_number"))
    )
    op.create_index(op.f("ix_filing_by_id"), "filing", ["by_id"])
    op.create_index(op.f("ix_filing_org_id"), "filing", ["org_id"])


def _household_item() -> None:
    op.create_table("household_item",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("household_id", NUMBER, nullable=False, comment="The household"),
        sa.Column("kind", one_of("kind", "income", "subsidy", "medical_cost", "disaster_cost"), nullable=False, comment="Income or cost"),
        sa.Column("label", ordered(200), nullable=False, comment="What it is, in words"),
        sa.Column("who", ordered(200), nullable=True, comment="Whose it is"),
        sa.Column("fen_per_year", sa.BigInteger(), nullable=False, comment="Amount per year, fen"),
        sa.Column("verified", sa.Boolean(), server_default=sa.false(), nullable=False, comment="Checked against a proof"),
        sa.Column("verified_by_id", NUMBER, nullable=True, comment="Who checked it"),
        sa.Column("proof", sa.Text(), nullable=True, comment="What proves it"),
        sa.CheckConstraint("fen_per_year >= 0", name=op.f("ck_household_item_fen_not_negative")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_household_item_household_id_household")),
        sa.ForeignKeyConstraint(["verified_by_id"], ["user_account.id"], name=op.f("fk_household_item_verified_by_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_item"))
    )
    op.create_index(op.f("ix_household_item_household_id"), "household_item", ["household_id"])
    op.create_index(op.f("ix_household_item_verified_by_id"), "household_item", ["verified_by_id"])


def _household_person() -> None:
    op.create_table("household_person",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("uid", sa.Uuid(), nullable=False, comment="Public identity that ciphertexts are bound to"),
        sa.Column("household_id", NUMBER, nullable=False, comment="The household"),
        sa.Column("name", ordered(200), nullable=False, comment="Full name"),
        sa.Column("relation", ordered(200), nullable=False, comment="Relation to the member"),
        sa.Column("birth_on", sa.Date(), nullable=True, comment="Date of birth"),
        sa.Column("id_number_sealed", sa.LargeBinary(), nullable=True, comment="Identity number, sealed"),
        sa.Column("id_number_index", sa.LargeBinary(length=32), nullable=True, comment="Blind index of the identity number, for duplicates and recusal"),
        sa.Column("can_work", sa.Boolean(), nullable=True, comment="Able to work; null is unknown"),
        sa.Column("occupation", sa.Text(), nullable=True, comment="Work or school"),
        sa.Column("note", sa.Text(), nullable=True, comment="Health and other remarks"),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_household_person_household_id_household")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_person")),
        sa.UniqueConstraint("uid", name=op.f("uq_household_person_uid"))
    )
    op.create_index(op.f("ix_household_person_household_id"), "household_person", ["household_id"])
    op.create_index(op.f("ix_household_person_id_number_index"), "household_person", ["id_number_index"])


def _journal() -> None:
    op.create_table('journal',
        sa.Column('id', NUMBER, nullable=False, comment='Row number'),
        sa.Column('kind', ordered(64), nullable=False, comment="Why money moved, by casework's code"),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False, comment='When'),
        sa.Column('by_id', NUMBER, nullable=True, comment='Who; null is the software itself'),
        sa.Column('memo', sa.Text(), nullable=True, comment='Words for the ledger'),
        sa.Column('reverses_id', NUMBER, nullable=True, comment='Journal that this one undoes, once'),
        sa.Column('request_key', ordered(128), nullable=True, comment='Key of the request, so that it works once'),
        sa.CheckConstraint('reverses_id <> id', name=op.f('ck_journal_not_its_own_reversal')),
        sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_journal_by_id_user_account')),
        sa.ForeignKeyConstraint(['reverses_id'], ['journal.id'], name=op.f('fk_journal_reverses_id_journal')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_journal')),
        sa.UniqueConstraint('request_key', name=op.f('uq_journal_request_key')),
        sa.UniqueConstraint('reverses_id', name=op.f('uq_journal_reverses_id'))
    )
    op.create_index(op.f('ix_journal_at_id'), 'journal', ['at', 'id'])
    op.create_index(op.f('ix_journal_by_id'), 'journal', ['by_id'])


def _screening_list() -> None:
    op.create_table("screening_list",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("org_id", NUMBER, nullable=False, comment="Committee that entered it"),
        sa.Column("entered_on", sa.Date(), nullable=False, comment="Day of entry"),
        sa.Column("entered_by_id", NUMBER, nullable=False, comment="Who entered it"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True, comment="When recorded"),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user_account.id"], name=op.f("fk_screening_list_entered_by_id_user_account")),
        sa.ForeignKeyConstraint(["org_id"], ["org_unit.id"], name=op.f("fk_screening_list_org_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_list"))
    )
    op.create_index(op.f("ix_screening_list_entered_by_id"), "screening_list", ["entered_by_id"])
    op.create_index(op.f("ix_screening_list_org_id"), "screening_list", ["org_id"])


def _user_role() -> None:
    op.create_table("user_role",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("user_id", NUMBER, nullable=False, comment="Who"),
        sa.Column("role_id", NUMBER, nullable=False, comment="Which role"),
        sa.Column("org_id", NUMBER, nullable=False, comment="Where"),
        sa.Column("from_on", sa.Date(), nullable=False, comment="First day"),
        sa.Column("until_on", sa.Date(), nullable=True, comment="Last day; null means until ended"),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_user_role_ends_after_start")),
        sa.ForeignKeyConstraint(["org_id"], ["org_unit.id"], name=op.f("fk_user_role_org_id_org_unit")),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_user_role_role_id_role")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_role_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_role")),
        sa.UniqueConstraint("user_id", "role_id", "org_id", "from_on", name=op.f("uq_user_role_user_id_role_id_org_id_from_on"))
    )
    op.create_index(op.f("ix_user_role_org_id"), "user_role", ["org_id"])
    op.create_index(op.f("ix_user_role_role_id"), "user_role", ["role_id"])


def _application() -> None:
    op.create_table('application',
        sa.Column('id', NUMBER, nullable=False, comment='Row number'),
        sa.Column('uid', sa.Uuid(), nullable=False, comment='Public identity that ciphertexts are bound to'),
        sa.Column('number', ordered(64), nullable=False, comment='Number on papers, 2026-000123'),
        sa.Column('member_id', NUMBER, nullable=False, comment='Who applies'),
        sa.Column('org_id', NUMBER, nullable=False, comment='Branch at registration; stays when the member moves'),
        sa.Column('edition_id', NUMBER, nullable=False, comment='Edition of the policy it runs under'),
        sa.Column('road', ordered(64), nullable=False, comment='Road of the procedure, by its id'),
        sa.Column('aid_year', sa.Integer(), nullable=False, comment='Year the aid counts for'),
        sa.Column('status', one_of('status', 'draft', 'open', 'returned', 'refused', 'cancelled', 'withdrawn', 'closed'), nullable=False, comment='Status'),
        sa.Column('stage', ordered(64), nullable=False, comment='Stage of the pinned procedure, by its id'),
        sa.Column('stage_since', sa.DateTime(timezone=True), nullable=True, comment='When that stage was reached'),
        sa.Column('facts', JSON, nullable=False, comment='Facts as the engine takes them; absent or null is unknown'),
        sa.Column('form', JSON, nullable=False, comment='What was written on the paper, field to text'),
        sa.Column('proposed_fen', sa.BigInteger(), nullable=True, comment='Proposed by the branch, fen'),
        sa.Column('suggested_fen', sa.BigInteger(), nullable=True, comment='Suggested by the committee, fen'),
        sa.Column('approved_fen', sa.BigInteger(), nullable=True, comment='Approved by the department, fen'),
        sa.Column('emergency', sa.Boolean(), server_default=sa.false(), nullable=False, comment='Handled as an emergency'),
        sa.Column('applied_on', sa.Date(), nullable=False, comment='Date on the application'),
        sa.Column('held', sa.Boolean(), server_default=sa.false(), nullable=False, comment='Nothing may be paid for now'),
        sa.Column('hold_reason', sa.Text(), nullable=True, comment='Why it is held'),
        sa.Column('returned_to', ordered(64), nullable=True, comment='Stage that must correct it'),
        sa.Column('payee_name', ordered(200), nullable=True, comment='Who is paid if not the member'),
        sa.Column('payee_kinship', ordered(64), nullable=True, comment='Kinship of that person'),
        sa.Column('payee_method', one_of('payee_method', 'cash', 'card'), nullable=True, comment='Cash or card'),
        sa.Column('payee_id_number_sealed', sa.LargeBinary(), nullable=True, comment='Identity number of the payee if not the member, sealed'),
        sa.Column('payee_account_sealed', sa.LargeBinary(), nullable=True, comment="Account of the payee if not the member's, sealed"),
        sa.Column('outcome', one_of('outcome', 'eligible', 'ineligible', 'discretionary', 'undetermined'), nullable=True, comment='Outcome of the last assessment'),
        sa.Column('category', ordered(64), nullable=True, comment='Category of the last assessment'),
        sa.Column('summary', JSON, nullable=True, comment='Short form of that assessment'),
        sa.Column('created_by_id', NUMBER, nullable=False, comment='Who registered it'),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False, comment='When registered'),
        sa.Column('version', sa.Integer(), nullable=False, comment='Counts changes, against lost updates'),
        sa.CheckConstraint('approved_fen > 0', name=op.f('ck_application_approved_fen')),
        sa.CheckConstraint('proposed_fen > 0', name=op.f('ck_application_proposed_fen')),
        sa.CheckConstraint('suggested_fen > 0', name=op.f('ck_application_suggested_fen')),
        sa.ForeignKeyConstraint(['created_by_id'], ['user_account.id'], name=op.f('fk_application_created_by_id_user_account')),
        sa.ForeignKeyConstraint(['edition_id'], ['edition.id'], name=op.f('fk_application_edition_id_edition')),
        sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_application_member_id_member')),
        sa.ForeignKeyConstraint(['org_id'], ['org_unit.id'], name=op.f('fk_application_org_id_org_unit')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_application')),
        sa.UniqueConstraint('number', name=op.f('uq_application_number')),
        sa.UniqueConstraint('uid', name=op.f('uq_application_uid'))
    )
    op.create_index(op.f('ix_application_aid_year_road_status'), 'application', ['aid_year', 'road', 'status'])
    op.create_index(op.f('ix_application_applied_on_id'), 'application', ['applied_on', 'id'])
    op.create_index(op.f('ix_application_created_by_id'), 'application', ['created_by_id'])
    op.create_index(op.f('ix_application_edition_id'), 'application', ['edition_id'])
    op.create_index(op.f('ix_application_member_id_aid_year'), 'application', ['member_id', 'aid_year'])
    op.create_index(op.f('ix_application_org_id_status_stage_id'), 'application', ['org_id', 'status', 'stage', 'id'])
    op.create_index(op.f('ix_application_status_stage_id'), 'application', ['status', 'stage', 'id'])


def _notice() -> None:
    op.create_table("notice",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("number", ordered(64), nullable=False, comment="Number of the notice"),
        sa.Column("org_id", NUMBER, nullable=False, comment="Branch where it is posted"),
        sa.Column("edition_id", NUMBER, nullable=False, comment="Edition whose demands it meets"),
        sa.Column("road", ordered(64), nullable=False, comment="Road of its applications"),
        sa.Column("approved_on", sa.Date(), nullable=True, comment="Latest approval among its lines"),
        sa.Column("posted_on", sa.Date(), nullable=False, comment="First day, counted"),
        sa.Column("ends_on", sa.Date(), nullable=False, comment="Last day, counted"),
        sa.Column("place", ordered(200), nullable=False, comment="Where it hangs: branch, or another place"),
        sa.Column("frozen", sa.Text(), nullable=False, comment="The rows as posted"),
        sa.Column("sha256", sa.String(length=80), nullable=False, comment="Hash over those rows"),
        sa.Column("posted_by_id", NUMBER, nullable=False, comment="Who recorded the posting"),
        sa.Column("removed_on", sa.Date(), nullable=True, comment="Day it was taken down"),
        sa.Column("status", one_of("status", "posted", "ended", "cancelled"), nullable=False, comment="Status"),
        sa.CheckConstraint("ends_on >= posted_on", name=op.f("ck_notice_ends_after_start")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_notice_edition_id_edition")),
        sa.ForeignKeyConstraint(["org_id"], ["org_unit.id"], name=op.f("fk_notice_org_id_org_unit")),
        sa.ForeignKeyConstraint(["posted_by_id"], ["user_account.id"], name=op.f("fk_notice_posted_by_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("number", name=op.f("uq_notice_number"))
    )
    op.create_index(op.f("ix_notice_edition_id"), "notice", ["edition_id"])
    op.create_index(op.f("ix_notice_org_id"), "notice", ["org_id"])
    op.create_index(op.f("ix_notice_posted_by_id"), "notice", ["posted_by_id"])
    op.create_index(op.f("ix_notice_status_ends_on"), "notice", ["status", "ends_on"])


def _posting() -> None:
    op.create_table("posting",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("journal_id", NUMBER, nullable=False, comment="The journal"),
        sa.Column("debit_account_id", NUMBER, nullable=False, comment="Account that the money goes to"),
        sa.Column("credit_account_id", NUMBER, nullable=False, comment="Account that the money comes from"),
        sa.Column("fen", sa.BigInteger(), nullable=False, comment="Amount, fen, more than nothing"),
        sa.CheckConstraint("debit_account_id <> credit_account_id", name=op.f("ck_posting_two_accounts")),
        sa.CheckConstraint("fen > 0", name=op.f("ck_posting_fen")),
        sa.ForeignKeyConstraint(["credit_account_id"], ["account.id"], name=op.f("fk_posting_credit_account_id_account")),
        sa.ForeignKeyConstraint(["debit_account_id"], ["account.id"], name=op.f("fk_posting_debit_account_id_account")),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_posting_journal_id_journal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting"))
    )
    op.create_index(op.f("ix_posting_credit_account_id"), "posting", ["credit_account_id"])
    op.create_index(op.f("ix_posting_debit_account_id"), "posting", ["debit_account_id"])
    op.create_index(op.f("ix_posting_journal_id"), "posting", ["journal_id"])


def _transfer_batch() -> None:
    op.create_table("transfer_batch",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("number", ordered(64), nullable=True, comment="Number of the transfer notice"),
        sa.Column("org_id", NUMBER, nullable=False, comment="Committee that receives it"),
        sa.Column("source_id", NUMBER, nullable=False, comment="Source it is taken from"),
        sa.Column("fen", sa.BigInteger(), nullable=False, comment="Total, fen"),
        sa.Column("approved_by_id", NUMBER, nullable=True, comment="Who approved the transfer"),
        sa.Column("approved_on", sa.Date(), nullable=True, comment="Day of that approval"),
        sa.Column("journal_id", NUMBER, nullable=False, comment="Its journal"),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who transferred"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When"),
        sa.CheckConstraint("fen > 0", name=op.f("ck_transfer_batch_fen")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["user_account.id"], name=op.f("fk_transfer_batch_approved_by_id_user_account")),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_transfer_batch_by_id_user_account")),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_transfer_batch_journal_id_journal")),
        sa.ForeignKeyConstraint(["org_id"], ["org_unit.id"], name=op.f("fk_transfer_batch_org_id_org_unit")),
        sa.ForeignKeyConstraint(["source_id"], ["fund_source.id"], name=op.f("fk_transfer_batch_source_id_fund_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_batch")),
        sa.UniqueConstraint("journal_id", name=op.f("uq_transfer_batch_journal_id")),
        sa.UniqueConstraint("number", name=op.f("uq_transfer_batch_number"))
    )
    op.create_index(op.f("ix_transfer_batch_approved_by_id"), "transfer_batch", ["approved_by_id"])
    op.create_index(op.f("ix_transfer_batch_by_id"), "transfer_batch", ["by_id"])
    op.create_index(op.f("ix_transfer_batch_org_id"), "transfer_batch", ["org_id"])
    op.create_index(op.f("ix_transfer_batch_source_id"), "transfer_batch", ["source_id"])


def _aid_grant() -> None:
    op.create_table('aid_grant',
        sa.Column('id', NUMBER, nullable=False, comment='Row number'),
        sa.Column('application_id', NUMBER, nullable=False, comment='The case'),
        sa.Column('member_id', NUMBER, nullable=False, comment='Who is aided'),
        sa.Column('aid_year', sa.Integer(), nullable=False, comment='Year it counts for'),
        sa.Column('fen', sa.BigInteger(), nullable=False, comment='Amount, fen'),
        sa.Column('priority', sa.Boolean(), server_default=sa.false(), nullable=False, comment='Priority relief (clause 3.3.1)'),
        sa.Column('source_id', NUMBER, nullable=True, comment='Source, once known'),
        sa.Column('state', one_of('state', 'active', 'cancelled', 'recovered'), nullable=False, comment='State'),
        sa.CheckConstraint('fen > 0', name=op.f('ck_aid_grant_fen')),
        sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_aid_grant_application_id_application')),
        sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_aid_grant_member_id_member')),
        sa.ForeignKeyConstraint(['source_id'], ['fund_source.id'], name=op.f('fk_aid_grant_source_id_fund_source')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_aid_grant')),
        sa.UniqueConstraint('application_id', name=op.f('uq_aid_grant_application_id'))
    )
    op.create_index(op.f('ix_aid_grant_member_id_aid_year'), 'aid_grant', ['member_id', 'aid_year'])
    op.create_index(op.f('ix_aid_grant_source_id'), 'aid_grant', ['source_id'])
    op.create_index('uq_aid_grant_one_a_year', 'aid_grant', ['member_id', 'aid_year'], unique=True, sqlite_where=sa.text("state = 'active' AND NOT priority"), postgresql_where=sa.text("state = 'active' AND NOT priority"))


def _approval() -> None:
    op.create_table('approval',
        sa.Column('id', NUMBER, nullable=False, comment='Row number'),
        sa.Column('application_id', NUMBER, nullable=False, comment='The case'),
        sa.Column('code', ordered(64), nullable=False, comment="Which approval, by the policy's code"),
        sa.Column('stage', ordered(64), nullable=False, comment='Stage it was given at'),
        sa.Column('round', sa.Integer(), server_default='1', nullable=False, comment='Counts on after every return'),
        sa.Column('result', one_of('result', 'agreed', 'refused'), nullable=False, comment='Agreed or refused'),
        sa.Column('opinion', sa.Text(), nullable=True, comment='Opinion as written'),
        sa.Column('fen', sa.BigInteger(), nullable=True, comment='Amount it names, fen'),
        sa.Column('sealed', sa.Boolean(), server_default=sa.false(), nullable=False, comment='The paper bears the seal'),
        sa.Column('minutes_number', ordered(64), nullable=True, comment='Number of the minutes of a meeting'),
        sa.Column('by_id', NUMBER, nullable=False, comment='Who'),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False, comment='When'),
        sa.Column('confirmed_by_id', NUMBER, nullable=True, comment='Second person who confirmed it'),
        sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True, comment='When confirmed'),
        sa.CheckConstraint('confirmed_by_id <> by_id', name=op.f('ck_approval_confirmed_by_another')),
        sa.CheckConstraint('fen > 0', name=op.f('ck_approval_fen')),
        sa.CheckConstraint('round >= 1', name=op.f('ck_approval_round')),
        sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_approval_application_id_application')),
        sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_approval_by_id_user_account')),
        sa.ForeignKeyConstraint(['confirmed_by_id'], ['user_account.id'], name=op.f('fk_approval_confirmed_by_id_user_account')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_approval')),
        sa.UniqueConstraint('application_id', 'code', 'round', name=op.f('uq_approval_application_id_code_round'))
    )
    op.create_index(op.f('ix_approval_by_id'), 'approval', ['by_id'])
    op.create_index(op.f('ix_approval_confirmed_by_id'), 'approval', ['confirmed_by_id'])


def _attachment() -> None:
    op.create_table("attachment",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("uid", sa.Uuid(), nullable=False, comment="Public identity that ciphertexts are bound to"),
        sa.Column("application_id", NUMBER, nullable=True, comment="Case it belongs to"),
        sa.Column("member_id", NUMBER, nullable=True, comment="Member it belongs to"),
        sa.Column("kind", ordered(64), nullable=False, comment="Code of the evidence, or a free kind"),
        sa.Column("filename", ordered(200), nullable=False, comment="Name as uploaded"),
        sa.Column("mime", ordered(100), nullable=False, comment="Media type, as checked"),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="Bytes before sealing"),
        sa.Column("sha256", sa.String(length=80), nullable=False, comment="Hash before sealing"),
        sa.Column("storage_key", ordered(200), nullable=False, comment="Where the sealed bytes lie"),
        sa.Column("copies", sa.Integer(), server_default="1", nullable=False, comment="Paper copies handed in"),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When"),
        sa.CheckConstraint("copies >= 1", name=op.f("ck_attachment_copies")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_attachment_size")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_attachment_application_id_application")),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_attachment_by_id_user_account")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_attachment_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_attachment_storage_key")),
        sa.UniqueConstraint("uid", name=op.f("uq_attachment_uid"))
    )
    op.create_index(op.f("ix_attachment_application_id"), "attachment", ["application_id"])
    op.create_index(op.f("ix_attachment_by_id"), "attachment", ["by_id"])
    op.create_index(op.f("ix_attachment_member_id"), "attachment", ["member_id"])
    op.create_index(op.f("ix_attachment_sha256"), "attachment", ["sha256"])


def _case_event() -> None:
    op.create_table('case_event',
        sa.Column('id', NUMBER, nullable=False, comment='Row number'),
        sa.Column('application_id', NUMBER, nullable=False, comment='The case'),
        sa.Column('seq', sa.Integer(), nullable=False, comment='1, 2, 3 … within the case'),
        sa.Column('verb', ordered(64), nullable=False, comment='What was done'),
        sa.Column('stage_from', ordered(64), nullable=True, comment='Stage before'),
        sa.Column('stage_to', ordered(64), nullable=True, comment='Stage after'),
        sa.Column('status_from', one_of('status_from', 'draft', 'open', 'returned', 'refused', 'cancelled', 'withdrawn', 'closed'), nullable=True, comment='Status before'),
        sa.Column('status_to', one_of('status_to', 'draft', 'open', 'returned', 'refused', 'cancelled', 'withdrawn', 'closed'), nullable=True, comment='Status after'),
        sa.Column('by_id', NUMBER, nullable=True, comment='Who; null is the software itself'),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False, comment='When'),
        sa.Column('reason', sa.Text(), nullable=True, comment="Why, in the person's words"),
        sa.Column('data', JSON, nullable=False, comment='What was recorded with it'),
        sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_case_event_application_id_application')),
        sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_case_event_by_id_user_account')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_case_event')),
        sa.UniqueConstraint('application_id', 'seq', name=op.f('uq_case_event_application_id_seq'))
    )
    op.create_index(op.f('ix_case_event_at'), 'case_event', ['at'])
    op.create_index(op.f('ix_case_event_by_id'), 'case_event', ['by_id'])


def _decision() -> None:
    op.create_table("decision",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("application_id", NUMBER, nullable=False, comment="The case"),
        sa.Column("edition_id", NUMBER, nullable=False, comment="Edition that decided"),
        sa.Column("purpose", ordered(64), nullable=False, comment="Why it was assessed: entry, approval, payment"),
        sa.Column("facts", sa.Text(), nullable=False, comment="The facts, frozen"),
        sa.Column("assessment", sa.LargeBinary(), nullable=False, comment="The assessment in canonical JSON"),
        sa.Column("schema_version", sa.Integer(), nullable=False, comment="Shape of that JSON"),
        sa.Column("outcome", one_of("outcome", "eligible", "ineligible", "discretionary", "undetermined"), nullable=False, comment="Its outcome"),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who asked for it"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When"),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_decision_application_id_application")),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_decision_by_id_user_account")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_decision_edition_id_edition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision"))
    )
    op.create_index(op.f("ix_decision_application_id"), "decision", ["application_id"])
    op.create_index(op.f("ix_decision_by_id"), "decision", ["by_id"])
    op.create_index(op.f("ix_decision_edition_id"), "decision", ["edition_id"])


def _duty() -> None:
    op.create_table("duty",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("application_id", NUMBER, nullable=False, comment="The case"),
        sa.Column("user_id", NUMBER, nullable=False, comment="The person"),
        sa.Column("duty", one_of("duty", "enter", "verify", "approve", "transfer", "pay", "screen"), nullable=False, comment="What he did"),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_duty_application_id_application")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_duty_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        sa.UniqueConstraint("application_id", "user_id", "duty", name=op.f("uq_duty_application_id_user_id_duty"))
    )
    op.create_index(op.f("ix_duty_user_id"), "duty", ["user_id"])


def _filing_line() -> None:
    op.create_table("filing_line",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("filing_id", NUMBER, nullable=False, comment="The filing"),
        sa.Column("application_id", NUMBER, nullable=False, comment="The case"),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_filing_line_application_id_application")),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_filing_line_filing_id_filing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_line")),
        sa.UniqueConstraint("filing_id", "application_id", name=op.f("uq_filing_line_filing_id_application_id"))
    )
    op.create_index(op.f("ix_filing_line_application_id"), "filing_line", ["application_id"])


def _notice_line() -> None:
    op.create_table("notice_line",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("notice_id", NUMBER, nullable=False, comment="The list"),
        sa.Column("application_id", NUMBER, nullable=False, comment="The case"),
        sa.Column("columns", JSON, nullable=False, comment="Column to text, as posted"),
        sa.Column("state", one_of("state", "on", "removed"), nullable=False, comment="Still on the list or removed"),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_notice_line_application_id_application")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_line_notice_id_notice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_line")),
        sa.UniqueConstraint("notice_id", "application_id", name=op.f("uq_notice_line_notice_id_application_id"))
    )
    op.create_index(op.f("ix_notice_line_application_id"), "notice_line", ["application_id"])


def _screening_line() -> None:
    op.create_table("screening_line",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("list_id", NUMBER, nullable=False, comment="The list"),
        sa.Column("application_id", NUMBER, nullable=False, comment="The case"),
        sa.Column("result", one_of("result", "pass", "fail"), nullable=True, comment="Pass, fail, or null for not yet"),
        sa.Column("reason", sa.Text(), nullable=True, comment="Why it failed"),
        sa.Column("by_id", NUMBER, nullable=True, comment="Who recorded the result"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True, comment="When recorded"),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_screening_line_application_id_application")),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_screening_line_by_id_user_account")),
        sa.ForeignKeyConstraint(["list_id"], ["screening_list.id"], name=op.f("fk_screening_line_list_id_screening_list")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_line")),
        sa.UniqueConstraint("list_id", "application_id", name=op.f("uq_screening_line_list_id_application_id"))
    )
    op.create_index(op.f("ix_screening_line_application_id"), "screening_line", ["application_id"])
    op.create_index(op.f("ix_screening_line_by_id"), "screening_line", ["by_id"])


def _objection() -> None:
    op.create_table('objection',
        sa.Column('id', NUMBER, nullable=False, comment='Row number'),
        sa.Column('uid', sa.Uuid(), nullable=False, comment='Public identity that ciphertexts are bound to'),
        sa.Column('notice_line_id', NUMBER, nullable=False, comment='The line objected to'),
        sa.Column('received_on', sa.Date(), nullable=False, comment='Day it was received'),
        sa.Column('channel', ordered(64), nullable=False, comment="Phone, letter or interview, by the policy's id"),
        sa.Column('has_clue', sa.Boolean(), nullable=False, comment='Names facts or a clue'),
        sa.Column('verified', sa.Boolean(), nullable=True, comment='True proven, false refuted, null not yet known'),
        sa.Column('content', sa.Text(), nullable=False, comment='What is objected'),
        sa.Column('objector_name_sealed', sa.LargeBinary(), nullable=True, comment='Objector, sealed'),
        sa.Column('objector_phone_sealed', sa.LargeBinary(), nullable=True, comment='Phone of the objector, sealed'),
        sa.Column('finding', sa.Text(), nullable=True, comment='What the check found'),
        sa.Column('state', one_of('state', 'open', 'upheld', 'refuted', 'not_accepted', 'referred'), nullable=False, comment='State'),
        sa.Column('by_id', NUMBER, nullable=False, comment='Who registered it'),
        sa.Column('at', sa.DateTime(timezone=True), nullable=True, comment='When registered'),
        sa.Column('settled_by_id', NUMBER, nullable=True, comment='Who recorded the finding'),
        sa.Column('settled_on', sa.Date(), nullable=True, comment='Day it was settled'),
        sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_objection_by_id_user_account')),
        sa.ForeignKeyConstraint(['notice_line_id'], ['notice_line.id'], name=op.f('fk_objection_notice_line_id_notice_line')),
        sa.ForeignKeyConstraint(['settled_by_id'], ['user_account.id'], name=op.f('fk_objection_settled_by_id_user_account')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_objection')),
        sa.UniqueConstraint('uid', name=op.f('uq_objection_uid'))
    )
    op.create_index(op.f('ix_objection_by_id'), 'objection', ['by_id'])
    op.create_index(op.f('ix_objection_notice_line_id'), 'objection', ['notice_line_id'])
    op.create_index(op.f('ix_objection_settled_by_id'), 'objection', ['settled_by_id'])


def _payment() -> None:
    op.create_table('payment',
        sa.Column('id', NUMBER, nullable=False, comment='Row number'),
        sa.Column('uid', sa.Uuid(), nullable=False, comment='Public identity that ciphertexts are bound to'),
        sa.Column('grant_id', NUMBER, nullable=False, comment='The grant'),
        sa.Column('instalment', sa.Integer(), server_default='1', nullable=False, comment='Which instalment, from 1'),
        sa.Column('fen', sa.BigInteger(), nullable=False, comment='Amount, fen'),
        sa.Column('source_id', NUMBER, nullable=False, comment='Source it is paid from (clause 5)'),
        sa.Column('method', one_of('method', 'cash', 'card'), nullable=False, comment='Cash or card'),
        sa.Column('payee_name', ordered(200), nullable=False, comment='Who receives it'),
        sa.Column('payee_kinship', ordered(64), nullable=True, comment='Kinship to the member; null is the member'),
        sa.Column('account_sealed', sa.LargeBinary(), nullable=True, comment='Account number, sealed'),
        sa.Column('state', one_of('state', 'prepared', 'paid', 'returned', 'reversed'), nullable=False, comment='State'),
        sa.Column('journal_id', NUMBER, nullable=True, comment='Its journal, once paid'),
        sa.Column('witness', ordered(200), nullable=True, comment='Witness of cash'),
        sa.Column('paid_by_id', NUMBER, nullable=True, comment='Cashier'),
        sa.Column('paid_on', sa.Date(), nullable=True, comment='Day it was handed over or sent'),
        sa.CheckConstraint("state <> 'paid' OR (journal_id IS NOT NULL AND paid_on IS NOT NULL)", name=op.f('ck_payment_paid_has_journal')),
        sa.CheckConstraint('fen > 0', name=op.f('ck_payment_fen')),
        sa.CheckConstraint('instalment >= 1', name=op.f('ck_payment_instalment')),
        sa.ForeignKeyConstraint(['grant_id'], ['aid_grant.id'], name=op.f('fk_payment_grant_id_aid_grant')),
        sa.ForeignKeyConstraint(['journal_id'], ['journal.id'], name=op.f('fk_payment_journal_id_journal')),
        sa.ForeignKeyConstraint(['paid_by_id'], ['user_account.id'], name=op.f('fk_payment_paid_by_id_user_account')),
        sa.ForeignKeyConstraint(['source_id'], ['fund_source.id'], name=op.f('fk_payment_source_id_fund_source')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_payment')),
        sa.UniqueConstraint('journal_id', name=op.f('uq_payment_journal_id')),
        sa.UniqueConstraint('uid', name=op.f('uq_payment_uid'))
    )
    op.create_index(op.f('ix_payment_grant_id'), 'payment', ['grant_id'])
    op.create_index(op.f('ix_payment_paid_by_id'), 'payment', ['paid_by_id'])
    op.create_index(op.f('ix_payment_source_id'), 'payment', ['source_id'])
    op.create_index(op.f('ix_payment_state_id'), 'payment', ['state', 'id'])
    op.create_index('uq_payment_unreturned', 'payment', ['grant_id', 'instalment'], unique=True, sqlite_where=sa.text("state IN ('prepared', 'paid')"), postgresql_where=sa.text("state IN ('prepared', 'paid')"))


def _recovery() -> None:
    op.create_table("recovery",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("grant_id", NUMBER, nullable=False, comment="The grant"),
        sa.Column("fen", sa.BigInteger(), nullable=False, comment="To be recovered, fen"),
        sa.Column("recovered_fen", sa.BigInteger(), server_default="0", nullable=False, comment="Already back, fen"),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why"),
        sa.Column("ordered_on", sa.Date(), nullable=False, comment="Day it was ordered"),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who ordered it"),
        sa.Column("journal_id", NUMBER, nullable=True, comment="Its latest journal"),
        sa.Column("state", one_of("state", "open", "done", "waived"), nullable=False, comment="State"),
        sa.CheckConstraint("fen > 0", name=op.f("ck_recovery_fen")),
        sa.CheckConstraint("recovered_fen BETWEEN 0 AND fen", name=op.f("ck_recovery_recovered_fen")),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_recovery_by_id_user_account")),
        sa.ForeignKeyConstraint(["grant_id"], ["aid_grant.id"], name=op.f("fk_recovery_grant_id_aid_grant")),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_recovery_journal_id_journal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery"))
    )
    op.create_index(op.f("ix_recovery_by_id"), "recovery", ["by_id"])
    op.create_index(op.f("ix_recovery_grant_id"), "recovery", ["grant_id"])
    op.create_index(op.f("ix_recovery_journal_id"), "recovery", ["journal_id"])


def _transfer_line() -> None:
    op.create_table('transfer_line',
        sa.Column('id', NUMBER, nullable=False, comment='Row number'),
        sa.Column('batch_id', NUMBER, nullable=False, comment='The transfer'),
        sa.Column('application_id', NUMBER, nullable=False, comment='The case'),
        sa.Column('grant_id', NUMBER, nullable=False, comment='The grant'),
        sa.Column('instalment', sa.Integer(), server_default='1', nullable=False, comment='Which instalment, from 1'),
        sa.Column('fen', sa.BigInteger(), nullable=False, comment='Amount, fen'),
        sa.Column('state', one_of('state', 'sent', 'returned', 'reversed'), nullable=False, comment='State'),
        sa.CheckConstraint('fen > 0', name=op.f('ck_transfer_line_fen')),
        sa.CheckConstraint('instalment >= 1', name=op.f('ck_transfer_line_instalment')),
        sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_transfer_line_application_id_application')),
        sa.ForeignKeyConstraint(['batch_id'], ['transfer_batch.id'], name=op.f('fk_transfer_line_batch_id_transfer_batch')),
        sa.ForeignKeyConstraint(['grant_id'], ['aid_grant.id'], name=op.f('fk_transfer_line_grant_id_aid_grant')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_transfer_line')),
        sa.UniqueConstraint('batch_id', 'grant_id', 'instalment', name=op.f('uq_transfer_line_batch_id_grant_id_instalment'))
    )
    op.create_index(op.f('ix_transfer_line_application_id'), 'transfer_line', ['application_id'])
    op.create_index(op.f('ix_transfer_line_grant_id'), 'transfer_line', ['grant_id'])
    op.create_index('uq_transfer_line_sent_once', 'transfer_line', ['grant_id', 'instalment'], unique=True, sqlite_where=sa.text("state = 'sent'"), postgresql_where=sa.text("state = 'sent'"))


def _receipt() -> None:
    op.create_table("receipt",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("payment_id", NUMBER, nullable=False, comment="The payment"),
        sa.Column("received_on", sa.Date(), nullable=False, comment="Day on the receipt"),
        sa.Column("sign", one_of("sign", "signature", "fingerprint", "by_other"), nullable=False, comment="How signed"),
        sa.Column("receiver", ordered(200), nullable=False, comment="Who received it"),
        sa.Column("kinship", ordered(64), nullable=True, comment="Kinship where somebody else received it"),
        sa.Column("witness", ordered(200), nullable=True, comment="Witness"),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who recorded it"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True, comment="When recorded"),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_receipt_by_id_user_account")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_receipt_payment_id_payment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_receipt_payment_id"))
    )
    op.create_index(op.f("ix_receipt_by_id"), "receipt", ["by_id"])
