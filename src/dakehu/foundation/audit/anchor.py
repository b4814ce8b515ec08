"""The stored head of the audit chain, outside the chain: it only moves forward, over a chain that contains the old one.

It is stored twice, as a file in DAKEHU_HOME and as a record in the database: cutting the chain and removing one of
them is detected by the other. Forging both is detected by a seal stored elsewhere (`dakehu seal`, `dakehu verify
--seal`).
"""

# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models

from dakehu.foundation.access import keys
from dakehu.foundation.audit import chain
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual

log = logging.getLogger("dakehu.audit")
RECORD = "audit.head"
CUT_OFF = bilingual("它在链尾被截去", "it was cut off from the end of the chain")
REBUILT = bilingual("到它为止的链被重建过", "the chain was rebuilt up to it")
FILE_GONE = bilingual(
    "数据目录中记住的链尾（audit-head.json）不见了，数据库里仍有记录",
    "the head remembered in the data directory (audit-head.json) is gone, the database still holds one",
)
UNREADABLE = bilingual("记住的链尾无法读取", "the remembered head cannot be read")


@dataclass(frozen=True)
class Seal:
    """The seal of one entry, as stored elsewhere. `at` is when the entry was written."""

    id: int
    seal: str
    at: str = ""

    def as_json(self) -> str:
        return json.dumps({"id": self.id, "seal": self.seal, "at": self.at})


@dataclass(frozen=True)
class HeadFault:
    """Disagreement of a stored head and the chain: the entry it names, and how."""

    entry: int
    why: Bilingual


def newest_seal() -> Seal | None:
    """Return the seal of the newest entry, or None for an empty chain."""
    row = AuditEntry.objects.order_by("-pk").values_list("pk", "seal", "at").first()
    return Seal(row[0], row[1], row[2].isoformat()) if row else None


def read_seals(text: str) -> list[Seal]:
    """Parse output of `dakehu seal`, one or several lines. Raises Refused for anything else."""
    made = []
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            made.append(Seal(int(said["id"]), str(said["seal"]), str(said.get("at", ""))))
        except (ValueError, TypeError, KeyError, AttributeError):
            raise refusal(
                "seal",
                "看不懂这个校验值：应为 dakehu seal 输出的一行。",
                "This is no seal: give a line that dakehu seal printed.",
            ) from None
    if not made:
        raise refusal("seal", "没有给出校验值。", "No seal was given.")
    return made


def head_file() -> Path:
    return Path(settings.DAKEHU_HOME) / "audit-head.json"


def _alarm_file() -> Path:
    return Path(settings.DAKEHU_HOME) / "audit-alarm.json"


def _records() -> Any:
    return models.QuerySet(apps.get_model("foundation.InstallationRecord"))


def _head_of_file() -> Seal | None:
    try:
        return read_seals(head_file().read_text())[0]
    except FileNotFoundError:
        return None


def _head_of_record() -> Seal | None:
    value = _records().filter(name=RECORD).values_list("value", flat=True).first()
    if value is None:
        return None
    number, _, seal = value.partition(".")
    return Seal(int(number), seal)


def read_anchors() -> list[Seal]:
    """Return the stored heads: of the file and of the database. Raises ValueError or Refused where one
    cannot be read."""
    return [head for head in (_head_of_file(), _head_of_record()) if head is not None]


def find_head_fault() -> HeadFault | None:
    """Return how the stored heads disagree with the current chain; None where they agree or none is stored."""
    try:
        in_file, in_record = _head_of_file(), _head_of_record()
    except Exception:  # its content is not what was written
        log.exception("the remembered head of the audit chain cannot be read")
        return HeadFault(0, UNREADABLE)
    for head in (in_file, in_record):
        fault = find_seal_fault(head) if head is not None else None
        if fault is not None:
            return fault
    return HeadFault(in_record.id, FILE_GONE) if in_record is not None and in_file is None else None


def find_seal_fault(seal: Seal) -> HeadFault | None:
    """Return why the chain does not contain a seal, or None where it does."""
    found = AuditEntry.objects.filter(pk=seal.id).values_list("seal", flat=True).first()
    if found == seal.seal:
        return None
    newest = newest_seal()
    return HeadFault(seal.id, CUT_OFF if newest is None or newest.id < seal.id else REBUILT)


def remember_head(*, accept: bool = False) -> HeadFault | None:
    """Store the newest seal as head, if the chain from the previous head to it is valid; else keep the old head, raise
    the alarm and return the fault. With `accept` any stored head is replaced: for an operator after an inquiry."""
    fault = None if accept else find_head_fault()
    newest = newest_seal() if accept else None
    if fault is None and not accept:
        heads = read_anchors()
        start = min(heads, key=lambda head: head.id) if heads else None
        newest = newest_seal()
        broken = chain.verify_entries(after=start.id if start else 0, previous=start.seal if start else chain.GENESIS)
        fault = HeadFault(broken.entry, broken.why) if broken.entry is not None else None
    if fault is not None:
        raise_alarm(fault)
        return fault
    if newest is not None:
        value = f"{newest.id}.{newest.seal}"
        if not _records().filter(name=RECORD, value=value).exists():
            _records().update_or_create(name=RECORD, defaults={"value": value})
        keys.write_private(head_file(), json.dumps({"id": newest.id, "seal": newest.seal}).encode())
    if accept:
        clear_alarm()
    return None


def raise_alarm(fault: HeadFault) -> None:
    """Report, in the log and in a file for the System page, health and check, that the audit is not trustworthy."""
    log.critical("audit chain: entry %s: %s", fault.entry, fault.why.en)
    if read_alarm() is None:
        said = {"entry": fault.entry, "zh": fault.why.zh, "en": fault.why.en, "at": clock.now().isoformat()}
        keys.write_private(_alarm_file(), json.dumps(said, ensure_ascii=False).encode())


def read_alarm() -> dict[str, Any] | None:
    """Return {entry, why, at} of the active alarm, or None. It is active until the whole chain has been verified."""
    try:
        said = json.loads(_alarm_file().read_text())
        return {"entry": said["entry"], "why": str(bilingual(said["zh"], said["en"])), "at": said["at"]}
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError):
        return {"entry": 0, "why": str(UNREADABLE), "at": ""}


def clear_alarm() -> None:
    _alarm_file().unlink(missing_ok=True)
