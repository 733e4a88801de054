"""`python -m admin`: serve on SUNSHINE_HOST and SUNSHINE_PORT (127.0.0.1:8000) with waitress."""

from __future__ import annotations

import os
import sys

import waitress

from admin import create_app
from models.secrets import KeyMissing, keyring


def main() -> None:
    """Serve until stopped."""
    try:
        keyring()
    except KeyMissing as missing:
        sys.exit(str(missing))
    host = os.environ.get("SUNSHINE_HOST", "127.0.0.1")
    port = int(os.environ.get("SUNSHINE_PORT", "8000"))
    threads = int(os.environ.get("SUNSHINE_THREADS", "8"))
    print(f"http://{host}:{port}/", flush=True)
    waitress.serve(create_app(), host=host, port=port, threads=threads, ident=None)


if __name__ == "__main__":
    main()
