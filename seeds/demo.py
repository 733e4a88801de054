"""`make run`: a usable system on this machine, in one command. Nothing here is for production.

Creates the key, migrates, publishes the policy where none is published, loads the demonstration
data once, then starts the server and its worker and prints the address and the logins. The same
`--seed` and `--today` load the same people and cases.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from pathlib import Path

from casework.clock import day_of
from models.database import make_engine, make_sessions, migrate
from models.secrets import create_key_file
from seeds import load
from seeds.district import PASSWORD

ROOT = Path(__file__).resolve().parent.parent
SEED = 2010
NOON = time_of_day(4, tzinfo=UTC)  # in China
STARTS_WITHIN = 60  # seconds, on a slow machine
LOGINS = (
    ("c1-1.clerk", "党支部经办人 Branch clerk"),
    ("c1-1.secretary", "党支部书记 Branch secretary"),
    ("c1.clerk1", "党（工）委经办人 Committee clerk"),
    ("c1.verifier", "党（工）委组织委员 Committee verifier"),
    ("c1.leader", "党（工）委书记 Committee leader"),
    ("reviewer1", "组织部复核人员 Department reviewer"),
    ("leader1", "组织部部长（第二人确认会议结果） Department leader, confirms what is recorded"),
    ("leader2", "组织部副部长 Second department leader"),
    ("screener", "救助服务中心筛查员 Screener"),
    ("finance1", "组织部财务 Finance"),
    ("officer1", "政策管理员 Policy officer"),
    ("auditor", "纪检监督员 Auditor"),
    ("admin", "系统管理员 Administrator"),
)


def main(arguments: list[str]) -> int:
    """Prepare, start, wait; Ctrl-C stops both processes."""
    given = _options().parse_args(arguments)
    environment = prepare(dict(os.environ), given.seed, given.today)
    host, port = environment["SUNSHINE_HOST"], int(environment["SUNSHINE_PORT"])
    if _taken(host, port):
        print(f"{host}:{port} is in use. Stop what runs there, or set SUNSHINE_PORT.")
        return 1
    processes = [
        subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, env=environment)
        for words in (["admin"], ["casework", "work"])
    ]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        if not _answers(f"http://{host}:{port}/", processes):
            print("The server did not start; what it printed above says why.")
            return 1
        _greet(host, port)
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
        print("A process ended; stopping the other. Start again with `make run`.")
        return 1
    except (KeyboardInterrupt, SystemExit):
        print("Stopped. The data stay in var/.")
        return 0
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=20)


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m seeds.demo", description=__doc__)
    options.add_argument(
        "--seed", type=int, default=SEED, help="which people and cases are invented"
    )
    options.add_argument(
        "--today", type=_day, help="the day they are counted back from: 2026-11-18"
    )
    return options


def _day(text: str) -> date:
    """A day that is not to come: people cannot have applied tomorrow."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}: a day is written 2026-11-18") from None
    if day > day_of(datetime.now(UTC)):
        raise argparse.ArgumentTypeError(f"{text} is still to come")
    return day


def prepare(
    environment: dict[str, str], seed: int = SEED, today: date | None = None
) -> dict[str, str]:
    """Folder, key, database and data of the demonstration; gives the environment to run with."""
    folder = Path(environment.setdefault("SUNSHINE_DATA", str(ROOT / "var")))
    folder.mkdir(parents=True, exist_ok=True)
    environment.setdefault("SUNSHINE_HOST", "127.0.0.1")
    environment.setdefault("SUNSHINE_PORT", "8000")
    url = environment.setdefault("SUNSHINE_DATABASE_URL", f"sqlite:///{folder / 'sunshine.db'}")
    if "SUNSHINE_KEY" not in environment:
        key = Path(environment.setdefault("SUNSHINE_KEY_FILE", str(folder / "sunshine.key")))
        if not key.exists():
            create_key_file(key)
    os.environ.update(environment)
    started = time.monotonic()
    migrate(url)
    engine = make_engine(url)
    with make_sessions(engine)() as session:
        now = datetime.now(UTC) if today is None else datetime.combine(today, NOON)
        if load.everything(session, seed=seed, now=now, say=print):
            print(f"Demonstration data loaded in {time.monotonic() - started:.0f} s.")
        elif today is not None or seed != SEED:
            print(f"The data of an earlier start stay. For others, delete {folder} first.")
    engine.dispose()
    return environment


def _taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


def _answers(address: str, processes: list[subprocess.Popen[bytes]]) -> bool:
    """Wait until the page answers; False when a process ends or nothing answers in time."""
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and all(p.poll() is None for p in processes):
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 (our own address)
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    return False


def _greet(host: str, port: int) -> None:
    print(f"\n阳光帮扶 Sunshine Aid: http://{host}:{port}/\n")
    print(f"Demonstration logins, all with the password {PASSWORD}:")
    for username, what in LOGINS:
        print(f"  {username:<16}{what}")
    print(
        "\nOther branches and committees: c3-1.secretary, c4.verifier … Ctrl-C stops.", flush=True
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
