"""The settings are asked in parts, and every one of them in one part."""

from admin.views.settings import PARTS
from casework import settings


def test_every_setting_is_asked_once() -> None:
    asked = [key for _title, keys in PARTS for key in keys]
    assert sorted(asked) == sorted(settings.DEFAULTS)
