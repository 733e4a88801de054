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
from models.case_notes import CaseNote, NoteKind
from models.checks import CheckItem, CheckPlan, Finding, Measure, MeasureState, Visit
from models.editions import Edition
from models.entry import BehalfEntry, ComparisonVerdict, OriginalCheck, PaperComparison
from models.imports import ImportMatching, ImportRun, ImportState, PastAid
from models.inbox import InboxMessage, Mail, MailState
from models.jobs import Job, JobState
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
from models.meetings import (
    Circulation,
    CirculationSignature,
    CirculationState,
    Minutes,
    NumberState,
    ReplyNumber,
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
from models.pairs import HelpingPair, PairContact, PairState
from models.people import Locale, LoginAttempt, Role, User, UserRole
from models.policy_drafts import DraftState, PolicyDraft
from models.register import HardshipEntry
from models.results import RecordedResult, ResultState
from models.rounds import AidRound, RoundDelivery, RoundMember, RoundStatus
from models.saved_views import SavedView
from models.schemes import MatchState, SchemeList, SchemeRow, ScreeningMatch
from models.screenings import (
    Filing,
    FilingLine,
    ScreeningLine,
    ScreeningList,
    ScreeningResult,
)
from models.settings import Series, Setting
from models.typed_pages import TypedPage

__all__ = [
    "Account",
    "AccountKind",
    "AidRound",
    "Application",
    "Approval",
    "ApprovalResult",
    "Attachment",
    "AuditHead",
    "AuditRecord",
    "Base",
    "BehalfEntry",
    "Budget",
    "CaseEvent",
    "CaseNote",
    "CaseStatus",
    "CheckItem",
    "CheckPlan",
    "Circulation",
    "CirculationSignature",
    "CirculationState",
    "ComparisonVerdict",
    "DayKind",
    "Decision",
    "DraftState",
    "Duty",
    "DutyKind",
    "Edition",
    "Filing",
    "FilingLine",
    "Finding",
    "FundSource",
    "Grant",
    "GrantState",
    "HardshipEntry",
    "HelpingPair",
    "HolidayDay",
    "HolidayYear",
    "Household",
    "HouseholdItem",
    "HouseholdPerson",
    "Hukou",
    "ImportMatching",
    "ImportRun",
    "ImportState",
    "InboxMessage",
    "ItemKind",
    "Job",
    "JobState",
    "Journal",
    "LineState",
    "Locale",
    "LoginAttempt",
    "Mail",
    "MailState",
    "MatchState",
    "Measure",
    "MeasureState",
    "Member",
    "MemberStatus",
    "Minutes",
    "NoteKind",
    "Notice",
    "NoticeLine",
    "NoticeStatus",
    "NumberState",
    "Objection",
    "ObjectionState",
    "OrgKind",
    "OrgLevel",
    "OrgUnit",
    "OriginalCheck",
    "OutboxMessage",
    "Outcome",
    "PairContact",
    "PairState",
    "PaperComparison",
    "PastAid",
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
    "ReplyNumber",
    "ResultState",
    "Role",
    "RoundDelivery",
    "RoundMember",
    "RoundStatus",
    "SavedView",
    "SchemeList",
    "SchemeRow",
    "ScreeningLine",
    "ScreeningList",
    "ScreeningMatch",
    "ScreeningResult",
    "Series",
    "Setting",
    "Sex",
    "TransferBatch",
    "TransferLine",
    "TransferState",
    "TypedPage",
    "User",
    "UserRole",
    "Visit",
]
