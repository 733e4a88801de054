"""Lists handed over: the committee's filing with the department, and the system screening."""

from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.base import Base, Day, Moment, PrimaryKey, Words, one_of, ordered_text
from models.orgs import OrgUnit


class ScreeningResult(StrEnum):
    PASS = "pass"  # noqa: S105 (a result, not a password)
    FAIL = "fail"


class Filing(Base):
    """A list filed for record by a committee (clause 4.3.3)."""

    __tablename__ = "filing"

    id: Mapped[PrimaryKey]
    number: Mapped[str | None] = mapped_column(
        ordered_text(64), unique=True, comment="Number of the filing"
    )
    org_id: Mapped[int] = mapped_column(
        ForeignKey("org_unit.id"), index=True, comment="Committee that files"
    )
    filed_on: Mapped[Day] = mapped_column(comment="Day of filing")
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True, comment="Who")
    at: Mapped[Moment | None] = mapped_column(comment="When recorded")
    note: Mapped[Words | None] = mapped_column(comment="Remarks")

    org: Mapped[OrgUnit] = relationship()
    lines: Mapped[list["FilingLine"]] = relationship(
        back_populates="filing", order_by="FilingLine.id"
    )


class FilingLine(Base):
    """One case of a filing."""

    __tablename__ = "filing_line"
    __table_args__ = (UniqueConstraint("filing_id", "application_id"),)

    id: Mapped[PrimaryKey]
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), comment="The filing")
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id"), index=True, comment="The case"
    )

    filing: Mapped[Filing] = relationship(back_populates="lines")
    application: Mapped[Application] = relationship()


class ScreeningList(Base):
    """A list entered into the outside system for screening (clause 4.4.1)."""

    __tablename__ = "screening_list"

    id: Mapped[PrimaryKey]
    org_id: Mapped[int] = mapped_column(
        ForeignKey("org_unit.id"), index=True, comment="Committee that entered it"
    )
    entered_on: Mapped[Day] = mapped_column(comment="Day of entry")
    entered_by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who entered it"
    )
    at: Mapped[Moment | None] = mapped_column(comment="When recorded")

    org: Mapped[OrgUnit] = relationship()
    lines: Mapped[list["ScreeningLine"]] = relationship(
        back_populates="list", order_by="ScreeningLine.id"
    )


class ScreeningLine(Base):
    """One case of a screening list and its result; null is not yet screened."""

    __tablename__ = "screening_line"
    __table_args__ = (UniqueConstraint("list_id", "application_id"),)

    id: Mapped[PrimaryKey]
    list_id: Mapped[int] = mapped_column(ForeignKey("screening_list.id"), comment="The list")
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id"), index=True, comment="The case"
    )
    result: Mapped[ScreeningResult | None] = mapped_column(
        one_of(ScreeningResult, "result"), comment="Pass, fail, or null for not yet"
    )
    reason: Mapped[Words | None] = mapped_column(comment="Why it failed")
    by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who recorded the result"
    )
    at: Mapped[Moment | None] = mapped_column(comment="When recorded")

    list: Mapped[ScreeningList] = relationship(back_populates="lines")
    application: Mapped[Application] = relationship()
