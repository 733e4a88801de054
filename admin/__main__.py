"""`python -m admin`: serve on SUNSHINE_HOST and SUNSHINE_PORT (127.0.0.1:8000) with waitress."""

from __future__ import annotations

import argparse
import os
import sys

import waitress

from admin import create_app
from casework.key_messages import of_key
from models.secrets import KeyMissing, keyring

LANGUAGES = ("zh", "en")


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m admin", description=__doc__)
    parser.add_argument("--lang", choices=LANGUAGES, default=LANGUAGES[0], help="of the messages")
    given = parser.parse_args()
    try:
        keyring()
    except KeyMissing as missing:
        sys.exit(of_key(missing, given.lang))
    host = os.environ.get("SUNSHINE_HOST", "127.0.0.1")
    port = int(os.environ.get("SUNSHINE_PORT", "8000"))
    threads = int(os.environ.get("SUNSHINE_THREADS", "8"))
    print(f"http://{host}:{port}/", flush=True)
    waitress.serve(create_app(), host=host, port=port, threads=threads, ident=None)


if __name__ == "__main__":
    main()
