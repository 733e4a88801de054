"""A small mail server for tests: takes mails on a real socket, and can be told to misbehave."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Postbox:
    """What came in. `manner`: "" takes it; "refuse" answers 451; "vanish" takes the text and breaks
    the connection without an answer; "mute" takes it, answers, and breaks before the farewell."""

    port: int = 0
    manner: str = ""
    mails: list[EmailMessage] = field(default_factory=list)

    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]


class Talk(socketserver.StreamRequestHandler):
    """One conversation."""

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")

    def handle(self) -> None:
        with suppress(ConnectionError):  # who speaks with us may be killed
            self.talk()

    def talk(self) -> None:
        self.say("220 postbox")
        for line in self.rfile:
            word = line.strip().upper().split(b" ")[0]
            if word == b"DATA":
                if not self.take():
                    return
            elif word == b"QUIT":
                self.say("221 farewell")
                return
            else:
                self.say("250 well")

    def take(self) -> bool:
        """Whether the conversation goes on."""
        assert isinstance(self.server, Server)
        box = self.server.box
        self.say("354 go on")
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b"..") else line)
        if box.manner == "refuse":
            self.say("451 not now")
            return True
        parsed = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        box.mails.append(parsed)
        if box.manner == "vanish":
            return False
        self.say("250 taken")
        return box.manner != "mute"


class Server(socketserver.ThreadingTCPServer):
    """A mail server over one box."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, box: Postbox) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.box = box


@contextmanager
def postbox() -> Iterator[Postbox]:
    """The server on a free port of this machine, until the end of the block."""
    box = Postbox()
    with Server(box) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
