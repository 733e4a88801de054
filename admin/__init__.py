"""What staff see and press, on Flask-Admin's frame; the only folder that knows Flask.

Pages only ask casework and engine and show their answers: no rule of the policy, no change of an
application's state and no SQL that is not scoped lives here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["create_app"]


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """The application (see admin.app). Imported late, so that `python -m admin.i18n` stays light."""
    from admin.app import create_app as make

    return make(settings)
