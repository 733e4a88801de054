"""Whether a path is a policy's folder; if not, which one is meant."""

from __future__ import annotations

from pathlib import Path

from engine.faults import Fault
from engine.loading import FILES
from engine.messages import register

HEAD = "policy.yaml"

register(
    {
        "folder_is_file": (
            "“{path}”是一个文件，这里要写政策的文件夹。{hint}",
            '"{path}" is a file; the folder of a policy is wanted here. {hint}',
        ),
        "folder_of_policies": (
            "“{path}”里有几项政策，请选其中一项：{folders}。",
            '"{path}" holds several policies. Choose one: {folders}.',
        ),
        "folder_of_one_policy": (
            "“{path}”不是政策的文件夹。{hint}",
            '"{path}" is not the folder of a policy. {hint}',
        ),
        "folder_without_policy": (
            "“{path}”不是政策的文件夹：里面没有{files}中的任何一个。",
            '"{path}" is not the folder of a policy: it has none of {files}.',
        ),
    }
)


def not_a_policy(path: str | Path) -> Fault | None:
    """Wrong use: a file, or a folder beside or around a policy's, with the folder that is meant;
    None for every other folder and for a path that is not there."""
    given = Path(path)
    if given.is_file():
        return Fault("folder_is_file", {"path": str(path), "hint": _meant(_above(given))})
    if not given.is_dir() or (given / HEAD).is_file():
        return None
    found = sorted(folder.parent for folder in given.glob(f"*/{HEAD}"))
    if len(found) > 1:
        return Fault("folder_of_policies", {"path": str(path), "folders": [str(f) for f in found]})
    near = found[0] if found else _above(given)
    if near is not None:
        return Fault("folder_of_one_policy", {"path": str(path), "hint": _meant(near)})
    return None


def without_policy(path: str | Path) -> Fault | None:
    """A folder with no file of a policy at all: said once, not file by file."""
    given = Path(path)
    if not given.is_dir() or any((given / name).is_file() for name in FILES):
        return None
    return Fault("folder_without_policy", {"path": str(path), "files": FILES})


def _above(path: Path) -> Path | None:
    """The policy's folder in which a path lies, at most two levels up (`cases/`, `papers/`)."""
    parents = list(path.parents) or list(path.absolute().parents)
    return next((folder for folder in parents[:2] if (folder / HEAD).is_file()), None)


def _meant(folder: Path | None) -> Fault | str:
    return "" if folder is None else Fault("did_you_mean", {"name": str(folder)})
