"""Names of everything a person may be allowed to do. Says what exists, never who holds it.

Which role holds which permission is data (`seeds/reference/roles.yaml`, then the `role` table).
The names are nested so that a use can be searched for: `Permission.Application.READ`.
"""

from __future__ import annotations


class Permission:
    """Every permission of the program, by the thing it acts on."""

    class Application:
        READ = "application.read"
        REGISTER = "application.register"
        WRITE = "application.write"
        RETURN = "application.return"
        REFUSE = "application.refuse"
        WITHDRAW = "application.withdraw"
        CANCEL = "application.cancel"
        PRINT = "application.print"
        EXPORT = "application.export"
        AUTHORISE_EMERGENCY = "application.authorise_emergency"

    class Member:
        READ = "member.read"
        WRITE = "member.write"
        MOVE = "member.move"
        CONFIRM_ACCOUNT = "member.confirm_account"
        REVEAL = "member.reveal"
        EXPORT = "member.export"
        IMPORT = "member.import"
        VERIFY_HOUSEHOLD = "member.verify_household"

    class Step:
        """One permission for each kind of step in `procedure.yaml`."""

        APPLY = "step.apply"
        REVIEW = "step.review"
        SEAL = "step.seal"
        VERIFY = "step.verify"
        APPROVE = "step.approve"
        MEET = "step.meet"
        POST = "step.post"
        FILE = "step.file"
        SCREEN = "step.screen"
        TRANSFER = "step.transfer"
        PAY = "step.pay"
        RECEIPT = "step.receipt"
        VISIT = "step.visit"
        ARCHIVE = "step.archive"

    class Round:
        READ = "round.read"
        OPEN = "round.open"
        CLOSE = "round.close"
        DELIVER = "round.deliver"

    class Notice:
        READ = "notice.read"
        REMOVE = "notice.remove"
        OBJECT = "notice.object"
        SETTLE = "notice.settle"
        OBJECTOR = "notice.objector"

    class Filing:
        READ = "filing.read"

    class Screening:
        READ = "screening.read"
        ENTER = "screening.enter"
        EXPORT = "screening.export"
        COMPARE = "screening.compare"
        UPLOAD = "screening.upload"

    class Fund:
        READ = "fund.read"
        BUDGET = "fund.budget"
        REVERSE = "fund.reverse"
        RECONCILE = "fund.reconcile"
        RECOVER = "fund.recover"
        EXPORT = "fund.export"

    class Payment:
        READ = "payment.read"
        PREPARE = "payment.prepare"
        RETURN = "payment.return"
        EXPORT = "payment.export"

    class Pair:
        READ = "pair.read"
        WRITE = "pair.write"

    class Hardship:
        READ = "hardship.read"
        WRITE = "hardship.write"

    class Check:
        READ = "check.read"
        PLAN = "check.plan"
        RECORD = "check.record"
        SETTLE = "check.settle"

    class Attachment:
        READ = "attachment.read"
        ADD = "attachment.add"

    class Policy:
        READ = "policy.read"
        PROPOSE = "policy.propose"
        SIGN = "policy.sign"

    class Audit:
        READ = "audit.read"

    class Report:
        READ = "report.read"

    class Org:
        READ = "org.read"
        WRITE = "org.write"

    class User:
        READ = "user.read"
        WRITE = "user.write"
        GRANT = "user.grant"

    class Setting:
        READ = "setting.read"
        WRITE = "setting.write"

    class Calendar:
        READ = "calendar.read"
        WRITE = "calendar.write"

    class Job:
        READ = "job.read"


def _collect() -> frozenset[str]:
    names: list[str] = []
    for group in vars(Permission).values():
        if isinstance(group, type):
            names += [v for k, v in vars(group).items() if k.isupper() and isinstance(v, str)]
    if len(names) != len(set(names)):
        raise AssertionError("two permissions share one name")
    return frozenset(names)


ALL: frozenset[str] = _collect()


def step_permission(kind: str) -> str:
    """The permission that a step of this kind (`review`, `seal`, …) asks for.

    An unknown kind gives a name nobody can hold, so it is refused rather than open.
    """
    return f"step.{kind}"


def record_permissions(kind: str, *, confirmed: bool) -> tuple[str, ...]:
    """The permissions of which one suffices to record a step of this kind.

    Where a second person confirms, recording decides nothing: whoever re-examines applications
    and prepares the agenda may write down what the meeting decided (requirements §5). The word
    that counts still asks for the kind's own permission.
    """
    own = step_permission(kind)
    return (own, Permission.Step.REVIEW) if confirmed else (own,)
