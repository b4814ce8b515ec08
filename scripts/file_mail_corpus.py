"""File a corpus of real mails from an IMAP server and count: nothing lost, nothing duplicated, a second run changes
nothing.

    python scripts/file_mail_corpus.py FOLDER [FOLDER …] [--count 500]

Every file below the folders is used unchanged as a message (mbox files are split); if the folders contain
fewer than `--count`, messages are repeated with another Message-ID and day. They are put into a mailbox of a real
server on this machine (pymap) and read by a separate desk in a temporary data directory. Half of the senders become
clients. Prints one JSON object.
"""

import argparse
import json
import mailbox
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LARGEST = 10 << 20  # bytes of one message


def messages_in(folders: list[Path]) -> Iterator[bytes]:
    """Yield every different message below some folders."""
    seen: set[bytes] = set()
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        for content in _messages_of(path):
            plain = content.replace(b"\r\n", b"\n")
            if plain not in seen and len(plain) < LARGEST:
                seen.add(plain)
                yield plain.replace(b"\n", b"\r\n")


def _messages_of(path: Path) -> list[bytes]:
    content = path.read_bytes()
    if path.suffix == ".mbox" or content.startswith(b"From "):
        return [one.as_bytes() for one in mailbox.mbox(str(path))] or [content]
    return [content]


def repeat_messages(messages: list[bytes], count: int) -> list[bytes]:
    """Return at least `count` different messages: repetitions get a new Message-ID and day."""
    made = list(messages)
    for number in range(count - len(messages)):
        content = messages[number % len(messages)]
        head, split, body = content.partition(b"\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"message-id:", b"date:"))]
        round_of = number // len(messages) + 1
        lines += [f"Message-ID: <again-{number}@corpus.example>".encode()]
        lines += [f"Date: Mon, {round_of:02d} Jun 2026 10:{number % 60:02d}:00 +0800".encode()]
        made.append(b"\r\n".join(lines) + split + body)
    return made


def main() -> int:
    """Run the drive; return 0 if all counts match."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("folders", nargs="+", type=Path)
    asked.add_argument("--count", type=int, default=500)
    line = asked.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(DAKEHU_HOME=home, DJANGO_SETTINGS_MODULE="dakehu.project.settings")
        sys.path.insert(0, str(ROOT))
        corpus = list(messages_in(line.folders))
        figures = {"different_messages": len(corpus), **drive(repeat_messages(corpus, line.count))}
    print(json.dumps(figures, ensure_ascii=False))
    return 0 if figures["whole"] else 1


def drive(corpus: list[bytes]) -> dict[str, Any]:
    """Put messages on a server, read them twice and after renumbering, and return the counts."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from dakehu.domains.service.models import Attachment, Mail, SetAsideMail
    from dakehu.foundation.access.actor import acting_as, system_actor
    from tests.exchange.mailbox.imap_server import deliver, imap_server, start_anew

    with imap_server() as port, acting_as(system_actor("file a corpus of mails", "cli")):
        box = _desk(port, corpus)
        deliver(port, *corpus, folder="Corpus")
        began = time.monotonic()
        first = _pull(box)
        seconds = time.monotonic() - began
        rows = _rows(Mail, SetAsideMail, Attachment)
        second = _pull(box)
        start_anew(port, *corpus, folder="Corpus")
        third = _pull(box)
        again = _rows(Mail, SetAsideMail, Attachment)
    kept = first["filed"] + first["duplicate"] + first["internal"] + first["aside"]
    return {
        "messages": len(corpus),
        "first": first,
        "second": second,
        "after_renumbering": third,
        "rows": rows,
        "seconds": round(seconds, 1),
        "whole": first["seen"] == kept == len(corpus)
        and second["seen"] == 0
        and third["filed"] == third["aside"] == 0
        and third["duplicate"] + third["internal"] == len(corpus)
        and rows == again,
    }


def _rows(*models: Any) -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in models}


def _pull(box: Any) -> dict[str, Any]:
    from dakehu.exchange.mailbox import runs

    report = runs.pull(box)
    return {name: report[name] for name in (*runs.COUNTS, "reasons", "failure")}


def _desk(port: int, corpus: list[bytes]) -> Any:
    """Set up a manager whose clients have the addresses of every other sender, and the mailbox."""
    from dakehu.domains.service.mail.message import UnreadableMail, read_message
    from dakehu.foundation.access.actor import acting_as, actor_of
    from dakehu.foundation.gates import perform
    from tests.exchange.mailbox.imap_server import PASSWORD, USER

    perform("team.create_branch", {"code": "SH01", "name": "上海", "city": "上海"})
    perform("team.create_team", {"name": "一队", "branch": "SH01"})
    lin = perform(
        "team.add_user",
        {"username": "lin", "name": "林晓", "role": "manager", "team": "一队", "password": "Correct-horse-9"},
    )
    addresses: dict[str, None] = {}
    for content in corpus:
        try:
            sender = read_message(content).sender
        except UnreadableMail:
            continue
        if sender is not None and sender.address.isascii() and "." in sender.address.rpartition("@")[2]:
            addresses[sender.address] = None
    with acting_as(actor_of(lin.pk, "clients of the corpus")):
        for number, address in enumerate(list(addresses)[::2]):
            perform(
                "clients.create", {"name": f"客户{number}", "code": f"M{number:05d}", "mail": address, "anyway": True}
            )
    values = {
        "name": "corpus",
        "owner": lin.pk,
        "address": USER,
        "host": "127.0.0.1",
        "port": port,
        "protection": "none",
    }
    box = perform(
        "mailbox.add", {**values, "username": USER, "password": PASSWORD, "folders": "Corpus", "since": "1990-01-01"}
    )
    return perform("mailbox.switch_on", {"mailbox": box.pk})


if __name__ == "__main__":
    sys.exit(main())
