"""Workbooks taken in: each run from upload to result, matchings kept, aid given before this system.

The files themselves, and the marked copies, lie sealed on disk like scans.
"""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import (
    Base,
    Code,
    Day,
    Fen,
    JsonList,
    JsonObject,
    Moment,
    Name,
    PrimaryKey,
    Sha256,
    Uid,
    Words,
    big_integer,
    one_of,
    ordered_text,
    versioned,
)
from models.members import Member
from models.people import Locale


class ImportState(StrEnum):
    """From the upload on; `waits_…` is asked for, the next one is being worked on."""

    NEW = "new"
    WAITS_CHECK = "waits_check"
    CHECKING = "checking"
    CHECKED = "checked"
    WAITS_APPLY = "waits_apply"
    APPLYING = "applying"
    DONE = "done"
    FAILED = "failed"


class ImportRun(Base):
    """One sheet of one workbook on its way in."""

    __tablename__ = "import_run"
    __table_args__ = (Index(None, "by_id", "id"), Index(None, "state", "id"))

    id: Mapped[PrimaryKey]
    uid: Mapped[Uid]
    kind: Mapped[Code] = mapped_column(comment="What is taken in, by its name in the program")
    policy_code: Mapped[str | None] = mapped_column(
        ordered_text(64), comment="Policy whose facts the columns are"
    )
    filename: Mapped[Name] = mapped_column(comment="Name as uploaded")
    sha256: Mapped[Sha256] = mapped_column(index=True, comment="Hash of the file")
    size: Mapped[int] = mapped_column(BigInteger, comment="Bytes of the file")
    sheets: Mapped[JsonList] = mapped_column(default=list, comment="Sheets that hold anything")
    sheet: Mapped[str | None] = mapped_column(ordered_text(200), comment="Sheet that is taken in")
    heading_row: Mapped[int | None] = mapped_column(Integer, comment="Row of the headings")
    signature: Mapped[str | None] = mapped_column(ordered_text(64), comment="Hash of the headings")
    mapping: Mapped[JsonObject] = mapped_column(
        default=dict, comment="Column of the program to place in the sheet, from 0"
    )
    state: Mapped[ImportState] = mapped_column(
        one_of(ImportState, "state"), default=ImportState.NEW, comment="State"
    )
    counts: Mapped[JsonObject] = mapped_column(
        default=dict, comment="Rows: new, changed, same, faulty, skipped"
    )
    sample: Mapped[JsonList] = mapped_column(
        default=list, comment="The first faults: row, column and code with its params"
    )
    trouble: Mapped[JsonList] = mapped_column(
        default=list, comment="Faults of the workbook as a whole"
    )
    has_copy: Mapped[bool] = mapped_column(
        Boolean, default=False, comment="Whether a marked copy exists"
    )
    locale: Mapped[Locale] = mapped_column(
        one_of(Locale, "locale"), default=Locale.ZH, comment="Language of the marked copy"
    )
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), comment="Who")
    at: Mapped[Moment] = mapped_column(comment="When uploaded")
    claimed_at: Mapped[Moment | None] = mapped_column(comment="When work on it began")
    finished_at: Mapped[Moment | None] = mapped_column(comment="When it was taken in")
    version: Mapped[int] = mapped_column(Integer, comment="Counts changes, against lost updates")

    __mapper_args__ = versioned(version)


class ImportMatching(Base):
    """Which heading stood for which column the last time, for workbooks with the same headings."""

    __tablename__ = "import_matching"
    __table_args__ = (UniqueConstraint("kind", "signature"),)

    id: Mapped[PrimaryKey]
    kind: Mapped[Code] = mapped_column(comment="What was taken in")
    signature: Mapped[Code] = mapped_column(comment="Hash of the headings")
    mapping: Mapped[JsonObject] = mapped_column(default=dict, comment="Column to place, from 0")
    by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who matched them last"
    )


class PastAid(Base):
    """Aid that a member was given before this system kept grants; rules that ask count it."""

    __tablename__ = "past_aid"
    __table_args__ = (
        UniqueConstraint("member_id", "policy_code", "aid_year", "category"),
        CheckConstraint("fen > 0", name="fen"),
    )

    id: Mapped[PrimaryKey]
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), comment="Who was aided")
    policy_code: Mapped[Code] = mapped_column(comment="Policy under which it counts")
    aid_year: Mapped[int] = mapped_column(Integer, comment="Year it counts for")
    category: Mapped[Code] = mapped_column(comment="Category of aid, by the policy's id")
    fen: Mapped[Fen] = mapped_column(comment="Amount, fen")
    given_on: Mapped[Day | None] = mapped_column(comment="Day it was given")
    note: Mapped[Words | None] = mapped_column(comment="Where it is known from")
    by_id: Mapped[int | None] = mapped_column(
        big_integer, comment="User who entered it; null in demonstration data"
    )
    at: Mapped[Moment] = mapped_column(comment="When it was entered")

    member: Mapped[Member] = relationship()
