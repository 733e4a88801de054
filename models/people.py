"""Users of the software and the roles they hold at organisations; sign-in attempts.

Which permission a role carries is data in ``Role.permissions``; the names are casework's.
"""

from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from models.base import (
    Base,
    Code,
    Day,
    JsonList,
    Moment,
    Name,
    PrimaryKey,
    one_of,
    ordered_text,
    versioned,
)
from models.members import Member
from models.orgs import OrgLevel, OrgUnit


class Locale(StrEnum):
    """Languages of the screens."""

    ZH = "zh"
    EN = "en"


class User(Base):
    """A person who signs in. Never deleted, only made inactive: records name him."""

    __tablename__ = "user_account"

    id: Mapped[PrimaryKey]
    username: Mapped[Code] = mapped_column(unique=True, comment="Sign-in name, lower case")
    display_name: Mapped[Name] = mapped_column(comment="Name as shown to others")
    password_hash: Mapped[str] = mapped_column(
        String(255), default="", comment="Argon2 hash; empty means nobody can sign in"
    )
    active: Mapped[bool] = mapped_column(
        Boolean, default=True, server_default=true(), comment="False locks the account"
    )
    must_change_password: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=false(), comment="Asked at the next sign-in"
    )
    locale: Mapped[Locale] = mapped_column(
        one_of(Locale, "locale"), default=Locale.ZH, comment="Language of the screens"
    )
    member_id: Mapped[int | None] = mapped_column(
        ForeignKey("member.id"), index=True, comment="The member this user is; he recuses himself"
    )
    session_stamp: Mapped[str] = mapped_column(
        String(64), default="", comment="Changed to end every session of the user"
    )
    created_at: Mapped[Moment] = mapped_column(comment="When the account was made")
    version: Mapped[int] = mapped_column(Integer, comment="Counts changes, against lost updates")
    email: Mapped[str | None] = mapped_column(
        ordered_text(200), comment="Where mails go; null is nowhere"
    )

    member: Mapped[Member | None] = relationship()
    held: Mapped[list["UserRole"]] = relationship(back_populates="user")

    __mapper_args__ = versioned(version)

    @validates("username")
    def _lower(self, key: str, value: str) -> str:
        return value.strip().lower()


class Role(Base):
    """A bundle of permissions that is given to a user at an organisation of its level."""

    __tablename__ = "role"

    id: Mapped[PrimaryKey]
    code: Mapped[Code] = mapped_column(unique=True, comment="Code that procedure files name")
    zh: Mapped[Name] = mapped_column(comment="Name in Chinese")
    en: Mapped[Name] = mapped_column(comment="Name in English")
    level: Mapped[OrgLevel] = mapped_column(
        one_of(OrgLevel, "level"), comment="Level of organisation it is held at"
    )
    permissions: Mapped[JsonList] = mapped_column(default=list, comment="Permission names")


class UserRole(Base):
    """Who holds which role where, from when until when (stand-ins included)."""

    __tablename__ = "user_role"
    __table_args__ = (
        UniqueConstraint("user_id", "role_id", "org_id", "from_on"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ends_after_start"),
    )

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), comment="Who")
    role_id: Mapped[int] = mapped_column(ForeignKey("role.id"), index=True, comment="Which role")
    org_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), index=True, comment="Where")
    from_on: Mapped[Day] = mapped_column(comment="First day")
    until_on: Mapped[Day | None] = mapped_column(comment="Last day; null means until ended")

    user: Mapped[User] = relationship(back_populates="held")
    role: Mapped[Role] = relationship()
    org: Mapped[OrgUnit] = relationship()


class LoginAttempt(Base):
    """One try to sign in; throttling counts them, since offices have no memory server."""

    __tablename__ = "login_attempt"
    __table_args__ = (Index(None, "username", "at"), Index(None, "address", "at"))

    id: Mapped[PrimaryKey]
    username: Mapped[Name] = mapped_column(comment="Name as typed, lower case, perhaps unknown")
    at: Mapped[Moment] = mapped_column(comment="When")
    ok: Mapped[bool] = mapped_column(Boolean, comment="Whether it succeeded")
    address: Mapped[str] = mapped_column(ordered_text(64), comment="Network address it came from")
