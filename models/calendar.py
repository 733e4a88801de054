"""The working calendar: days off and make-up days, and the years for which it is known."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Date, Integer
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, one_of


class DayKind(StrEnum):
    OFF = "off"
    WORK = "work"


class HolidayDay(Base):
    """A weekday that is off, or a weekend day that is worked."""

    __tablename__ = "holiday_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True, comment="The day")
    kind: Mapped[DayKind] = mapped_column(one_of(DayKind, "kind"), comment="Off or worked")


class HolidayYear(Base):
    """A year whose calendar is loaded; without it nothing is counted in working days."""

    __tablename__ = "holiday_year"

    year: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False, comment="The year"
    )
