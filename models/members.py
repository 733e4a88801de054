"""Members, their households and the itemised household worksheet.

Identity, phone and account numbers are sealed (see ``models.secrets``): read and written
through properties here, found through blind indexes. Masks are made by the screens.
"""

from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, false, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from models.base import (
    Base,
    BlindIndex,
    Ciphertext,
    Day,
    Fen,
    Moment,
    Name,
    PrimaryKey,
    Uid,
    Words,
    big_integer,
    one_of,
    ordered_text,
    versioned,
)
from models.names import initials, place
from models.orgs import OrgUnit
from models.secrets import Sealed, account_number, digits, identity_number, keep_uid, plain


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


class MemberStatus(StrEnum):
    """Standing in the Party; reading of clause 2.0."""

    FULL = "full"
    PROBATIONARY = "probationary"
    NON_MEMBER = "non_member"
    EXPELLED = "expelled"


class Hukou(StrEnum):
    """Registration as far as it decides the line; the printed label is separate."""

    URBAN = "urban"
    RURAL = "rural"


class ItemKind(StrEnum):
    """Rows of the household worksheet; incomes and subsidies add, costs are taken off."""

    INCOME = "income"
    SUBSIDY = "subsidy"
    MEDICAL_COST = "medical_cost"
    DISASTER_COST = "disaster_cost"


class Member(Base):
    """A person whose organisational relation is with a branch. One row for life."""

    __tablename__ = "member"
    __table_args__ = (
        Index(None, "org_id", "name_place", "id"),
        Index(None, "name_place", "id"),
        Index(None, "name", "id"),
        Index(None, "name_initials", "id"),
        Index(None, "birth_on", "id"),
        Index(None, "joined_on", "id"),
        Index(None, "id_tail_index"),
        Index(None, "phone_index"),
        Index(None, "phone_tail_index"),
        Index(None, "bank_account_index"),
        Index(None, "id_number_index", unique=True),
    )

    id: Mapped[PrimaryKey]
    uid: Mapped[Uid]
    org_id: Mapped[int] = mapped_column(
        ForeignKey("org_unit.id"), comment="Branch of the organisational relation"
    )
    name: Mapped[Name] = mapped_column(comment="Full name")
    name_initials: Mapped[str] = mapped_column(
        ordered_text(200), default="", comment="Pinyin initials, made from the name"
    )
    sex: Mapped[Sex | None] = mapped_column(one_of(Sex, "sex"), comment="Sex; null is unknown")
    ethnic: Mapped[str | None] = mapped_column(
        ordered_text(20), comment="Ethnic group, name of GB/T 3304"
    )
    birth_on: Mapped[Day | None] = mapped_column(comment="Date of birth")
    joined_on: Mapped[Day | None] = mapped_column(comment="Date of joining the Party")
    status: Mapped[MemberStatus] = mapped_column(
        one_of(MemberStatus, "status"), default=MemberStatus.FULL, comment="Standing"
    )
    hukou: Mapped[Hukou | None] = mapped_column(
        one_of(Hukou, "hukou"), comment="Registration that decides the living line"
    )
    hukou_label: Mapped[str | None] = mapped_column(
        ordered_text(20), comment="Registration as printed"
    )
    id_number_sealed: Mapped[Ciphertext | None] = mapped_column(comment="Identity number, sealed")
    id_number_index: Mapped[BlindIndex | None] = mapped_column(
        comment="Blind index of the identity number: one member per number"
    )
    id_tail_index: Mapped[BlindIndex | None] = mapped_column(
        comment="Blind index of its last four characters"
    )
    phone_sealed: Mapped[Ciphertext | None] = mapped_column(comment="Phone, sealed")
    phone_index: Mapped[BlindIndex | None] = mapped_column(comment="Blind index of the phone")
    phone_tail_index: Mapped[BlindIndex | None] = mapped_column(
        comment="Blind index of its last four digits"
    )
    bank_name: Mapped[str | None] = mapped_column(ordered_text(200), comment="Bank")
    bank_account_sealed: Mapped[Ciphertext | None] = mapped_column(
        comment="Bank account number, sealed"
    )
    bank_account_index: Mapped[BlindIndex | None] = mapped_column(
        comment="Blind index of the account number"
    )
    address: Mapped[Words | None] = mapped_column(comment="Home address")
    can_help_skills: Mapped[Words | None] = mapped_column(
        comment="Skills with which the member could help others"
    )
    died_on: Mapped[Day | None] = mapped_column(comment="Date of death")
    active: Mapped[bool] = mapped_column(
        Boolean, default=True, server_default=true(), comment="False once the relation moved out"
    )
    created_at: Mapped[Moment] = mapped_column(comment="When registered")
    version: Mapped[int] = mapped_column(Integer, comment="Counts changes, against lost updates")
    bank_account_by_id: Mapped[int | None] = mapped_column(
        big_integer,
        comment="User who last changed the account; null is the first load. No foreign key: "
        "accounts of users point at members already",
    )
    bank_account_confirmed_by_id: Mapped[int | None] = mapped_column(
        big_integer, comment="Second user who confirmed that change"
    )
    name_place: Mapped[str] = mapped_column(
        ordered_text(2000),
        default="",
        server_default=text("''"),
        comment="Where the name stands in a list: its pinyin with tones, then the name",
    )

    org: Mapped[OrgUnit] = relationship(back_populates="members")
    household: Mapped["Household | None"] = relationship(back_populates="member")

    id_number = Sealed("id_number", identity_number, index="id_number_index", tail="id_tail_index")
    phone = Sealed("phone", plain, index="phone_index", tail="phone_tail_index", search=digits)
    bank_account = Sealed("bank_account", account_number, index="bank_account_index")

    __mapper_args__ = versioned(version)

    @validates("name")
    def _with_initials(self, key: str, name: str) -> str:
        name = name.strip()
        self.name_initials, self.name_place = initials(name), place(name)
        return name

    _keep_uid = keep_uid()


class Household(Base):
    """The household of a member in hardship, and its worksheet."""

    __tablename__ = "household"
    __table_args__ = (CheckConstraint("size >= 1", name="size"),)

    id: Mapped[PrimaryKey]
    member_id: Mapped[int] = mapped_column(
        ForeignKey("member.id"), unique=True, comment="The member"
    )
    size: Mapped[int | None] = mapped_column(Integer, comment="People living in it")
    note: Mapped[Words | None] = mapped_column(comment="Remarks")
    version: Mapped[int] = mapped_column(Integer, comment="Counts changes, against lost updates")

    member: Mapped[Member] = relationship(back_populates="household")
    persons: Mapped[list["HouseholdPerson"]] = relationship(
        back_populates="household", cascade="all, delete-orphan", order_by="HouseholdPerson.id"
    )
    items: Mapped[list["HouseholdItem"]] = relationship(
        back_populates="household", cascade="all, delete-orphan", order_by="HouseholdItem.id"
    )

    __mapper_args__ = versioned(version)


class HouseholdPerson(Base):
    """Somebody of the household other than the member."""

    __tablename__ = "household_person"
    __table_args__ = (Index(None, "id_number_index"),)

    id: Mapped[PrimaryKey]
    uid: Mapped[Uid]
    household_id: Mapped[int] = mapped_column(
        ForeignKey("household.id"), index=True, comment="The household"
    )
    name: Mapped[Name] = mapped_column(comment="Full name")
    relation: Mapped[Name] = mapped_column(comment="Relation to the member")
    birth_on: Mapped[Day | None] = mapped_column(comment="Date of birth")
    id_number_sealed: Mapped[Ciphertext | None] = mapped_column(comment="Identity number, sealed")
    id_number_index: Mapped[BlindIndex | None] = mapped_column(
        comment="Blind index of the identity number, for duplicates and recusal"
    )
    can_work: Mapped[bool | None] = mapped_column(Boolean, comment="Able to work; null is unknown")
    occupation: Mapped[Words | None] = mapped_column(comment="Work or school")
    note: Mapped[Words | None] = mapped_column(comment="Health and other remarks")

    household: Mapped[Household] = relationship(back_populates="persons")

    id_number = Sealed("id_number", identity_number, index="id_number_index")
    _keep_uid = keep_uid()


class HouseholdItem(Base):
    """One row of the worksheet: an income, a subsidy or a self-paid cost, per year."""

    __tablename__ = "household_item"
    __table_args__ = (CheckConstraint("fen_per_year >= 0", name="fen_not_negative"),)

    id: Mapped[PrimaryKey]
    household_id: Mapped[int] = mapped_column(
        ForeignKey("household.id"), index=True, comment="The household"
    )
    kind: Mapped[ItemKind] = mapped_column(one_of(ItemKind, "kind"), comment="Income or cost")
    label: Mapped[Name] = mapped_column(comment="What it is, in words")
    who: Mapped[str | None] = mapped_column(ordered_text(200), comment="Whose it is")
    fen_per_year: Mapped[Fen] = mapped_column(comment="Amount per year, fen")
    verified: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=false(), comment="Checked against a proof"
    )
    verified_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who checked it"
    )
    proof: Mapped[Words | None] = mapped_column(comment="What proves it")
    entered_by_id: Mapped[int | None] = mapped_column(
        big_integer,
        comment="User who entered or last changed the row; he may not check it. Null: not on record",
    )

    household: Mapped[Household] = relationship(back_populates="items")
