"""What the office keeps: every table, importable from here.

    from models import Application, Member, OrgUnit

Tables and their mechanics only: verbs are casework's, rules are the engine's.
"""

from models.applications import (
    Application,
    Approval,
    ApprovalResult,
    CaseEvent,
    CaseStatus,
    Decision,
    Duty,
    DutyKind,
    Outcome,
    PayMethod,
)
from models.attachments import Attachment
from models.audit import AuditHead, AuditRecord
from models.base import Base
from models.calendar import DayKind, HolidayDay, HolidayYear
from models.editions import Edition
from models.ledger import (
    Account,
    AccountKind,
    Budget,
    FundSource,
    Grant,
    GrantState,
    Journal,
    Payment,
    PaymentState,
    Posting,
    Receipt,
    ReceiptSign,
    Recovery,
    RecoveryState,
    TransferBatch,
    TransferLine,
    TransferState,
)
from models.members import (
    Household,
    HouseholdItem,
    HouseholdPerson,
    Hukou,
    ItemKind,
    Member,
    MemberStatus,
    Sex,
)
from models.notices import (
    LineState,
    Notice,
    NoticeLine,
    NoticeStatus,
    Objection,
    ObjectionState,
)
from models.orgs import OrgKind, OrgLevel, OrgUnit
from models.outbox import OutboxMessage
from models.pairs import HelpingPair, PairState
from models.people import Locale, LoginAttempt, Role, User, UserRole
from models.policy_drafts import DraftState, PolicyDraft
from models.results import RecordedResult, ResultState
from models.saved_views import SavedView
from models.screenings import (
    Filing,
    FilingLine,
    ScreeningLine,
    ScreeningList,
    ScreeningResult,
)
from models.settings import Series, Setting

__all__ = [
    "Account",
    "AccountKind",
    "Application",
    "Approval",
    "ApprovalResult",
    "Attachment",
    "AuditHead",
    "AuditRecord",
    "Base",
    "Budget",
    "CaseEvent",
    "CaseStatus",
    "DayKind",
    "Decision",
    "DraftState",
    "Duty",
    "DutyKind",
    "Edition",
    "Filing",
    "FilingLine",
    "FundSource",
    "Grant",
    "GrantState",
    "HelpingPair",
    "HolidayDay",
    "HolidayYear",
    "Household",
    "HouseholdItem",
    "HouseholdPerson",
    "Hukou",
    "ItemKind",
    "Journal",
    "LineState",
    "Locale",
    "LoginAttempt",
    "Member",
    "MemberStatus",
    "Notice",
    "NoticeLine",
    "NoticeStatus",
    "Objection",
    "ObjectionState",
    "OrgKind",
    "OrgLevel",
    "OrgUnit",
    "OutboxMessage",
    "Outcome",
    "PairState",
    "PayMethod",
    "Payment",
    "PaymentState",
    "PolicyDraft",
    "Posting",
    "Receipt",
    "ReceiptSign",
    "RecordedResult",
    "Recovery",
    "RecoveryState",
    "ResultState",
    "Role",
    "SavedView",
    "ScreeningLine",
    "ScreeningList",
    "ScreeningResult",
    "Series",
    "Setting",
    "Sex",
    "TransferBatch",
    "TransferLine",
    "TransferState",
    "User",
    "UserRole",
]
