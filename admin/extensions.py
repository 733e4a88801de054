"""The libraries that hold on to the application, made once and bound in `create_app`."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from flask import Flask
from flask_babel import Babel, Domain
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Engine

from admin.wording import Worded
from models.base import Base
from models.database import make_engine


class Database(SQLAlchemy):
    """Flask-SQLAlchemy's session over our own engine: its pragmas and locks are models' business.

    `ENGINE` in the configuration gives a ready engine (tests); else one is made from the address.
    """

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        ready: Engine | None = app.config.get("ENGINE")
        return ready if ready is not None else make_engine(str(options["url"]))

    def _apply_driver_defaults(self, options: dict[str, Any], app: Flask) -> None:
        """Nothing: a path in the address is the path, not one inside Flask's instance folder."""


class Wording(Babel):
    """Flask-Babel whose texts say people and units as the policy does (`admin.wording`)."""

    @cached_property
    def domain_instance(self) -> Domain:
        return Worded(domain=self.domain)


db = Database(metadata=Base.metadata)
babel = Wording()
csrf = CSRFProtect()
login_manager = LoginManager()
