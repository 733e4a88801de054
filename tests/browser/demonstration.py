"""The demonstration's office on a fixed day, served to a browser: for the pictures and the counts.

Nothing here is a test. The same seed and day give the same people and cases, so that a picture
taken again shows what has changed in the screens and nothing else.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from admin import create_app
from models.database import make_engine, make_sessions
from models.secrets import Keyring, use_keyring
from tests.browser.server import serving
from tests.loaded import KEY, NOW, load_into


def prepare(folder: Path) -> Path:
    """The database of the demonstration in `folder`, loaded when it is not there; its path."""
    use_keyring(Keyring([KEY]))
    whole = folder / "loaded.db"
    if not whole.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / "loading.db"
        part.unlink(missing_ok=True)
        load_into(part, folder, say=print)
        part.rename(whole)
    return whole


@contextmanager
def served(folder: Path, set_up: Callable[[Session], None] | None = None) -> Iterator[str]:
    """The address of an office over a copy of the data; what is done in it is forgotten.

    `set_up` does in the copy what must have been done before the person sits down.
    """
    whole = prepare(folder)
    os.environ["SUNSHINE_DATA"] = str(folder)
    copied = folder / "copy.db"
    for left in folder.glob("copy.db*"):
        left.unlink()
    shutil.copy(whole, copied)
    engine = make_engine(f"sqlite:///{copied}")
    if set_up is not None:
        with make_sessions(engine).begin() as session:
            set_up(session)
    app = create_app(
        {
            "ENGINE": engine,
            "DATA_FOLDER": folder,
            "SECRET_KEY": "for pictures only",
            "CLOCK": lambda: NOW,
        }
    )
    try:
        with serving(app) as address:
            yield address
    finally:
        engine.dispose()
