"""Lists of other schemes that were handed in for comparison, and likenesses found by screening."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.base import (
    Base,
    BlindIndex,
    Ciphertext,
    Code,
    Day,
    Fen,
    Moment,
    Name,
    PrimaryKey,
    Uid,
    Words,
    one_of,
)
from models.members import Member
from models.orgs import OrgUnit
from models.screenings import ScreeningLine
from models.secrets import Sealed, account_number, identity_number, keep_uid


class MatchState(StrEnum):
    """What a likeness turned out to be."""

    OPEN = "open"
    DUPLICATE = "duplicate"
    CLEARED = "cleared"


class SchemeList(Base):
    """A list of people whom another scheme aids."""

    __tablename__ = "scheme_list"

    id: Mapped[PrimaryKey]
    org_id: Mapped[int] = mapped_column(
        ForeignKey("org_unit.id"), index=True, comment="Unit for which it was handed in"
    )
    name: Mapped[Name] = mapped_column(comment="The scheme, as people call it")
    year: Mapped[int] = mapped_column(Integer, comment="Year that the aid was for")
    filename: Mapped[Name] = mapped_column(comment="Name of the file")
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True, comment="Who")
    at: Mapped[Moment] = mapped_column(comment="When")

    org: Mapped[OrgUnit] = relationship()
    rows: Mapped[list["SchemeRow"]] = relationship(
        back_populates="list", order_by="SchemeRow.row_number", cascade="all, delete-orphan"
    )


class SchemeRow(Base):
    """One person of such a list."""

    __tablename__ = "scheme_row"
    __table_args__ = (
        Index(None, "id_number_index"),
        Index(None, "bank_account_index"),
        Index(None, "name", "birth_on"),
    )

    id: Mapped[PrimaryKey]
    uid: Mapped[Uid]
    list_id: Mapped[int] = mapped_column(
        ForeignKey("scheme_list.id"), index=True, comment="The list"
    )
    row_number: Mapped[int] = mapped_column(Integer, comment="Row in the file")
    name: Mapped[Name] = mapped_column(comment="Full name")
    birth_on: Mapped[Day | None] = mapped_column(comment="Date of birth, from the number if given")
    id_number_sealed: Mapped[Ciphertext | None] = mapped_column(comment="Identity number, sealed")
    id_number_index: Mapped[BlindIndex | None] = mapped_column(
        comment="Blind index of the identity number"
    )
    bank_account_sealed: Mapped[Ciphertext | None] = mapped_column(comment="Account, sealed")
    bank_account_index: Mapped[BlindIndex | None] = mapped_column(
        comment="Blind index of the account number"
    )
    fen: Mapped[Fen | None] = mapped_column(comment="Amount of that aid, fen")
    note: Mapped[Words | None] = mapped_column(comment="Remarks in the file")

    list: Mapped[SchemeList] = relationship(back_populates="rows")

    id_number = Sealed("id_number", identity_number, index="id_number_index")
    bank_account = Sealed("bank_account", account_number, index="bank_account_index")
    _keep_uid = keep_uid()


class ScreeningMatch(Base):
    """One likeness between somebody on a screening list and another application, member or list.

    Exactly one of the three is named. While it is open the line cannot be passed.
    """

    __tablename__ = "screening_match"
    __table_args__ = (
        UniqueConstraint("line_id", "kind", "other_application_id"),
        UniqueConstraint("line_id", "kind", "other_member_id"),
        UniqueConstraint("line_id", "kind", "scheme_row_id"),
        CheckConstraint(
            "(CASE WHEN other_application_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN other_member_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN scheme_row_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_other",
        ),
        CheckConstraint("(state = 'open') = (settled_by_id IS NULL)", name="settled_by_somebody"),
    )

    id: Mapped[PrimaryKey]
    line_id: Mapped[int] = mapped_column(
        ForeignKey("screening_line.id"), comment="Who was screened"
    )
    kind: Mapped[Code] = mapped_column(comment="In what they are alike")
    other_application_id: Mapped[int | None] = mapped_column(
        ForeignKey("application.id"), index=True, comment="The other application"
    )
    other_member_id: Mapped[int | None] = mapped_column(
        ForeignKey("member.id"), index=True, comment="The other member, without an application"
    )
    scheme_row_id: Mapped[int | None] = mapped_column(
        ForeignKey("scheme_row.id"), index=True, comment="The row of another scheme's list"
    )
    state: Mapped[MatchState] = mapped_column(
        one_of(MatchState, "state"), default=MatchState.OPEN, comment="State"
    )
    found_at: Mapped[Moment] = mapped_column(comment="When it was found")
    note: Mapped[Words | None] = mapped_column(comment="What the comparison showed")
    settled_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who compared"
    )
    settled_at: Mapped[Moment | None] = mapped_column(comment="When")

    line: Mapped[ScreeningLine] = relationship()
    other_application: Mapped[Application | None] = relationship()
    other_member: Mapped[Member | None] = relationship()
    scheme_row: Mapped[SchemeRow | None] = relationship()
