"""Make evidence packs: seal the audit, collect what the creator may see of a client, and write it with its proofs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from dakehu import __version__
from dakehu.domains.clients import queries as clients
from dakehu.exchange.evidence import audit_entries, collection, paper, publication, readme, timestamps, verify
from dakehu.exchange.evidence.audit_entries import Proven
from dakehu.exchange.evidence.collection import Table
from dakehu.exchange.evidence.packing import PackWriter, verifier
from dakehu.exchange.reports import typst_pdf
from dakehu.exchange.reports.service import LANGUAGE
from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.labels import declare_steps
from dakehu.foundation.actions.registry import act, action
from dakehu.foundation.audit import signature
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, refusal
from dakehu.foundation.base.i18n import bilingual, in_language
from dakehu.foundation.base.i18n import language as reading_language
from dakehu.foundation.files import store as files
from dakehu.foundation.gates import render_row
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.jobs.progress import no_progress
from dakehu.foundation.records.recorded import ActionRecord, add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

KIND = "evidence.create"
UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
EARLIEST = date(1990, 12, 1)  # before the markets opened
SINCE = Parameter("since", required=False, kind="date", spec=FieldSpec("期间开始", "From"))
UNTIL = Parameter("until", required=False, kind="date", spec=FieldSpec("期间结束", "To"))
declare_steps(
    {
        "evidence.collect": bilingual("汇集证据", "Collect evidence"),
        "evidence.keep": bilingual("保存证据包", "Keep an evidence pack"),
    }
)


@dataclass(frozen=True)
class Pack:
    """A pack that was written: its name, size, rows by table, the digest of its manifest and the fingerprint of the key."""

    name: str
    size: int
    counts: dict[str, int]
    manifest: str
    key: str

    def as_plain(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "bytes": self.size,
            "counts": self.counts,
            "manifest": self.manifest,
            "key": self.key,
        }


def check_may_create() -> None:
    """Raise NotAllowed if the actor may not create evidence packs."""
    if not current_actor().may(Permission.EVIDENCE_CREATE):
        raise NotAllowed(bilingual("制作证据包", "make an evidence pack"), Permission.EVIDENCE_CREATE)


def write_pack(
    client: Any, stream: IO[bytes], since: date | None = None, until: date | None = None, progress: Any = no_progress
) -> Pack:
    """Write the pack of a visible client to an open file, and record its creation.

    Raises NotAllowed without the permission, Refused for a period that ends before it begins, for an audit that fails
    verification, and for a pack above 4 GB.
    """
    check_may_create()
    first, last = check_period(since, until)
    progress(0.05, bilingual("正在封存操作日志", "Sealing the audit"))
    publication.seal_now()
    progress(0.2, bilingual("正在汇集记录", "Collecting records"))
    with act("evidence.collect") as record:
        tables = collection.collect(client, first, last)
        stored = collection.stored_files(tables)
        record.client_id = client.pk
        _note_openings(record)
        add_audit_note(
            since=first.isoformat(), until=last.isoformat(), rows=sum(len(t.rows) for t in tables), files=len(stored)
        )
    progress(0.5, bilingual("正在取出操作日志的证明", "Proving the audit entries"))
    proven = audit_entries.collect({client.pk, *clients.former_numbers([client.pk])}, first, last)
    about = describe(client, first, last, tables, proven)
    progress(0.7, bilingual("正在写入证据包", "Writing the pack"))
    manifest = _write(stream, about, tables, proven, stored)
    counts = {table.name: len(table.rows) for table in tables} | {"audit": len(proven.entries), "files": len(stored)}
    with act(KIND) as record:
        record.client_id = client.pk
        add_audit_note(since=first.isoformat(), until=last.isoformat(), manifest=manifest, counts=counts)
    name = f"{bilingual('证据包', 'Evidence')}-{client.code}-{first:%Y%m%d}-{last:%Y%m%d}.zip"
    return Pack(UNSAFE.sub("_", name), stream.tell(), counts, manifest, signature.fingerprint())


def _note_openings(record: ActionRecord) -> None:
    """Record one change for each column whose values were decrypted, instead of one for each value."""
    opened = {change.model: change for change in record.changes if change.kind == "opened"}
    record.changes[:] = [change for change in record.changes if change.kind != "opened"] + list(opened.values())


def describe(client: Any, since: date, until: date, tables: list[Table], proven: Proven) -> dict[str, Any]:
    """Return the manifest's description of a pack: client, creator, content, and what is masked in it."""
    actor = current_actor()
    return {
        "client": {"id": client.pk, "code": client.code, "name": render_row(client, ("name",), shown=True)["name"]},
        "period": {"from": since.isoformat(), "to": until.isoformat()},
        "made": {
            "at": clock.local(clock.now()).isoformat(),
            "by": actor.name,
            "role": actor.role,
            "clearance": actor.clearance.name.lower(),
            "reason": actor.reason,
            "version": __version__,
        },
        "masked": {table.name: table.masked for table in tables if table.masked},
        "audit": verify.audit_facts(proven.entries, proven.seals),
        "withheld": [row["id"] for row in proven.entries if "body" not in row],
        "seals": [seal["number"] for seal in (proven.seals[:1] + proven.seals[-1:])],
        "key": signature.fingerprint(),
    }


def _write(stream: IO[bytes], about: dict[str, Any], tables: list[Table], proven: Proven, stored: list[Any]) -> str:
    """Write all files of a pack; return the digest of its manifest. A missing stored file is named in the manifest."""
    writer = PackWriter(stream)
    writer.add("verify.py", [verifier()])
    writer.add("README.txt", [readme.content().encode()])
    writer.add("evidence.pdf", [typst_pdf.render_pdf(paper.content(about, tables, proven.entries), "evidence.typ")])
    for table in tables:
        writer.add_rows(f"data/{table.name}.jsonl", table.rows)
    writer.add_rows("audit/entries.jsonl", proven.entries)
    writer.add_rows("audit/seals.jsonl", proven.seals)
    for name, answer in _time_stamp_files(proven.seals):
        writer.add(name, [answer])
    missing = []
    for row in stored:
        try:
            writer.add(f"files/{row.pk}-{UNSAFE.sub('_', row.name)}", files.content_of(row.key))
        except NotFound:
            missing.append({"id": row.pk, "name": row.name, "sha256": row.sha256})
    return writer.close({**about, "missing_files": missing})


def _time_stamp_files(seals: list[dict[str, Any]]) -> Iterator[tuple[str, bytes]]:
    """Yield the time stamps of seals under their names in a pack: for each seal the newest that contains its digest."""
    digests = {seal["number"]: seal["digest"] for seal in seals}
    with acting_as(system_actor("time stamps of an evidence pack")):
        answers = dict(timestamps.answers_for(list(digests)))
    for number, answer in sorted(answers.items()):
        if verify.moment_of(answer, digests[number]) is not None:
            yield verify.stamp_name(number), answer


@contextmanager
def temporary_pack() -> Iterator[IO[bytes]]:
    """Yield an unnamed file, so that a killed process leaves nothing behind."""
    with TemporaryFile(prefix="dakehu-") as stream:
        yield stream


def save_pack(client: Any, path: Path, since: date | None, until: date | None, progress: Any = no_progress) -> Pack:
    """Write a pack atomically to a path that does not exist yet."""
    if path.exists():
        raise refusal("out", "“{path}”已存在，不会覆盖。", "“{path}” exists and is not overwritten.", path=path)
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("x+b") as stream:
            part.chmod(0o600)
            pack = write_pack(client, stream, since, until, progress)
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return pack


@action(
    KIND,
    needs=Permission.EVIDENCE_CREATE,
    zh="制作证据包",
    en="Make an evidence pack",
    parameters=(parameters_of("service.Interaction", "client"), SINCE, UNTIL, LANGUAGE),
    irreversible=bilingual(
        "证据包下载后无法收回，制作会记入操作日志。",
        "A downloaded pack cannot be called back; that it was made is recorded in the audit trail.",
    ),
)
def start_pack(
    *, client: Any, since: date | None = None, until: date | None = None, language: str | None = None
) -> dict[str, int]:
    """Start the pack of a client and a period (default: all of the past): {job}, whose result names the file."""
    check_period(since, until)
    days = [day.isoformat() if day else "" for day in (since, until)]
    job = jobs.start(KIND, client=client.pk, since=days[0], until=days[1], language=language or reading_language())
    return {"job": job}


def check_period(since: date | None, until: date | None) -> tuple[date, date]:
    """Return the first and last day of a period. Raises Refused for one that ends before it begins."""
    first, last = since or EARLIEST, until or clock.today()
    if first > last:
        raise refusal("since", "期间的开始晚于结束，请对调。", "The period ends before it begins: swap the two.")
    return first, last


@jobs.job(KIND)
def create_pack(progress: Any, *, client: int, since: str, until: str, language: str) -> dict[str, Any]:
    """Create a pack as a job: {file, name, counts, manifest, key}. Raises NotFound for a client no longer visible."""
    days = [date.fromisoformat(day) if day else None for day in (since, until)]
    with in_language(language), temporary_pack() as stream:
        pack = write_pack(clients.get_client(client), stream, *days, progress)
        stream.seek(0)
        with act("evidence.keep"):
            stored = files.save(pack.name, stream, days=7)
    return {"file": stored.key, **pack.as_plain()}
