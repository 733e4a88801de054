"""A Word document as PDF, by LibreOffice where the office has installed it; else clearly refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from engine.faults import Fault, Refused

PROGRAMS = ("soffice", "libreoffice")
SECONDS = 180


def program() -> str | None:
    """The program that makes PDFs: SUNSHINE_SOFFICE, or LibreOffice on the PATH; None without."""
    named = os.environ.get("SUNSHINE_SOFFICE")
    if named:
        return shutil.which(named)
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def available() -> bool:
    """Whether papers can be had as PDF on this machine."""
    return program() is not None


def pdf(word: bytes) -> bytes:
    """The PDF of a Word file; `pdf_not_here` without LibreOffice, `pdf_failed` when it fails.

    Each call runs with a profile of its own, so that calls beside each other do not disturb.
    """
    office = program()
    if office is None:
        raise Refused([Fault("pdf_not_here")])
    with tempfile.TemporaryDirectory(prefix="sunshine-pdf-") as folder:
        source, result = Path(folder) / "paper.docx", Path(folder) / "paper.pdf"
        source.write_bytes(word)
        command = [
            office,
            f"-env:UserInstallation=file://{folder}/profile",
            *("--headless", "--norestore", "--convert-to", "pdf", "--outdir", folder),
            str(source),
        ]
        try:
            subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)
            return result.read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise Refused([Fault("pdf_failed")]) from error
