"""Register and change members and their household worksheets. Never decides who is aided.

Every change is checked whole (all faults at once), counted by a version and audited by the
names of the fields that changed, never by the numbers in them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework import events
from casework.clock import day_of
from casework.people import Actor
from casework.permissions import Permission
from casework.scope import may
from casework.worksheets import Item, Person, item_faults, person_faults
from engine import idnumber
from engine.faults import Fault, Refused
from models.members import Household, HouseholdItem, HouseholdPerson, Member, MemberStatus, Sex
from models.orgs import OrgLevel, OrgUnit

FIELDS = frozenset(
    "name sex ethnic birth_on joined_on status hukou hukou_label id_number phone bank_name "
    "bank_account address can_help_skills died_on".split()
)
_PHONE_LENGTHS = range(7, 15)
