"""What clerks write down at each stage of licheng-2010, as field id → value."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from casework.moves import policy_and_road
from models.applications import Application
from seeds.hardships import Hardship

Record = dict[str, object]
NOTICE_DAYS = 5


def form_fields(application: Application) -> Iterable[str]:
    """Ids of the paper's fields on the road of the application."""
    policy, road = policy_and_road(application)
    return [each.id for each in policy.procedure.forms[road.form].fields]


def of(stage: str, day: date, story: Hardship) -> Record:
    """The record of a single step; ``day`` is when it was done."""
    amount: Record = {} if story.yuan is None else {"amount": str(story.yuan)}
    made = {
        "application": {"applied_on": day, "applicant": "member", "event_on": day, "event": story.statement},
        "appraisal": {
            "meeting_on": day,
            "chair": "党支部书记",
            "expected": 32,
            "present": 27,
            "voting": "ballot",
            "votes_for": 25,
            "votes_against": 0,
            "votes_abstaining": 1,
            "recused": "申请人本人",
            "recorder": "党支部组织委员",
            "opinion": "情况属实，同意推荐。",
            "conclusion": "agree",
        },
        "branch_check": {
            "filler": "self",
            "signature": "sign",
            "copies": 2,
            "opinion": "经审核情况属实，同意上报。",
            "sealed": True,
            "sealed_on": day,
            "signed_by": "党支部书记",
            **amount,
        },
        "committee_verify": {
            "verified_on": day,
            "method": "visit",
            "originals_checked": True,
            "opinion": "经入户核实，情况属实。",
            "conclusion": "agree",
            "sealed": True,
            "sealed_on": day,
            "reported_on": day,
            **amount,
        },
        "department_review": {
            "received_on": day,
            "reviewed_on": day,
            "opinion": "材料齐全，同意提交研究。",
            "conclusion": "agree",
        },
        "archive": {"archived_on": day, "file_number": f"BF-{day:%Y%m%d}", "pages": 12},
    }  # fmt: skip
    return made[stage]


def meeting(day: date) -> Record:
    """What is the same for every application of a meeting."""
    return {
        "decided_on": day,
        "minutes_number": f"部务会〔{day:%Y}〕{day:%m%d}号",
        "attendees": "部领导班子成员",
        "document_number": f"历组批〔{day:%Y}〕{day.timetuple().tm_yday}号",
    }


def result(story: Hardship) -> Record:
    """The meeting's result for one application; a fixed amount need not be typed."""
    record: Record = {"result": "agreed"}
    return record if story.yuan is None else {**record, "amount": str(story.yuan)}


def notice(first: date) -> Record:
    """A notice of five days, both counted."""
    last = first + timedelta(days=NOTICE_DAYS - 1)
    return {
        "posted_on": first,
        "ends_on": last,
        "place": "branch",
        "spot": "党务公开栏",
        "poster": "经办人",
    }


def notice_end(day: date) -> Record:
    return {"removed_on": day, "photographed": True, "outcome": "公示期间未收到反映。"}


def filing(day: date) -> Record:
    return {"filed_on": day, "contact": "组织委员"}


def transfer(day: date) -> Record:
    return {"transferred_on": day, "voucher": f"BK{day:%Y%m%d}"}


def payment(day: date) -> Record:
    return {"paid_on": day, "method": "cash", "cashier": "党委经办人", "witness": "组织委员"}
