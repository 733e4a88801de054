"""What the pages of applications share: load one in scope, its road, today's editions."""

from __future__ import annotations

from typing import Any

from flask import g, request
from sqlalchemy import select

from admin import speaking
from admin.acting import identifier, load
from casework.editions import policy_of
from casework.permissions import Permission
from engine import Policy
from engine.procedure import Road
from models.applications import Application
from models.orgs import OrgUnit


def application_or_404(
    application_id: int, permission: str = Permission.Application.READ
) -> Application:
    """The application if it lies where the person holds `permission`; else 404."""
    query = (
        select(Application)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(Application.id == application_id)
    )
    found = load(query, permission, OrgUnit.path)
    speaking.of(policy_of(found.edition))
    return found


def policy_road(application: Application) -> tuple[Policy, Road | None]:
    """The pinned policy and the road; None should the edition not know the road."""
    policy = policy_of(application.edition)
    return policy, policy.procedure.roads.get(application.road)


def posted_version() -> int:
    """The version that the page was made from; -1 fits none."""
    return identifier(request.form.get("version", "")) or -1


def posted_texts(prefix: str = "") -> dict[str, str]:
    """Every text of the form whose name begins with `prefix`, without it."""
    return {
        name.removeprefix(prefix): value
        for name, value in request.form.items()
        if name.startswith(prefix) and name not in ("csrf_token", "version")
    }


def remember(key: str, value: Any) -> None:
    """Keep something for the rest of this request."""
    g.setdefault("sunshine_notes", {})[key] = value


def remembered(key: str) -> Any:
    """What `remember` kept, or None."""
    return g.get("sunshine_notes", {}).get(key)
