"""Time stamps (RFC 3161) under the seals of the audit: a time-stamping authority signs that a digest existed at a moment.

The response is stored unchanged; its digest and nonce are checked here, the authority's
certificate by the verifying party: `openssl ts -verify -digest DIGEST -in FILE -CAfile AUTHORITY`.
"""

import importlib
import secrets
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Any

import httpx
from django.conf import settings
from django.db.models import QuerySet
from pyasn1.codec.der import decoder, encoder
from pyasn1.error import PyAsn1Error
from pyasn1.type import univ

from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit.models import AuditSeal
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files import store as files
from dakehu.foundation.files.models import StoredFile

SHA256 = univ.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
GRANTED = (0, 1)  # granted, or with changes
SECONDS = 20
MOST_BYTES = 64 * 1024


@cache
def _records(name: str) -> Any:
    """Load the ASN.1 records of a standard only when a time stamp is requested: loading takes a quarter of a second."""
    return importlib.import_module(f"pyasn1_modules.{name}")


def request_of(digest: bytes, nonce: int) -> bytes:
    """Return the request for a time stamp of a SHA-256 digest."""
    question = _records("rfc3161").TimeStampReq()
    question["version"] = 1
    question["messageImprint"]["hashAlgorithm"]["algorithm"] = SHA256
    question["messageImprint"]["hashedMessage"] = digest
    question["nonce"] = nonce
    question["certReq"] = True
    return bytes(encoder.encode(question))


def check_answer(answer: bytes, digest: bytes, nonce: int) -> str:
    """Return the moment stated in a response. Raises Refused if it stamps something else, or nothing."""
    try:
        told, _ = decoder.decode(answer, asn1Spec=_records("rfc3161").TimeStampResp())
        status = int(told["status"]["status"])
        if status not in GRANTED:
            raise Refused(
                bilingual("时间戳服务拒绝（状态 {n}）。", "The time-stamping authority refused (status {n}).", n=status)
            )
        signed, _ = decoder.decode(bytes(told["timeStampToken"]["content"]), asn1Spec=_records("rfc2315").SignedData())
        content, _ = decoder.decode(bytes(signed["contentInfo"]["content"]))
        info, _ = decoder.decode(bytes(content), asn1Spec=_records("rfc3161").TSTInfo())
        stamped = bytes(info["messageImprint"]["hashedMessage"])
        if stamped == digest and int(info["nonce"]) == nonce:
            return str(info["genTime"])
    except (PyAsn1Error, KeyError, ValueError, TypeError, IndexError):
        pass
    raise Refused(
        bilingual(
            "时间戳服务的答复不是对这条封存的时间戳。", "What the authority answered is no time stamp of this seal."
        )
    )


def stamp(waiting: list[AuditSeal]) -> None:
    """Fetch a time stamp of the newest waiting seal, which covers those before it, and store the response as a file.

    Raises Refused if the authority is unreachable or does not stamp.
    """
    seal, nonce = waiting[-1], secrets.randbits(63)
    digest = bytes.fromhex(seal.digest)
    try:
        answer = httpx.post(
            settings.SEAL_TIMESTAMP,
            content=request_of(digest, nonce),
            headers={"Content-Type": "application/timestamp-query"},
            timeout=SECONDS,
        )
        answer.raise_for_status()
    except httpx.HTTPError as fault:
        raise Refused(
            bilingual(
                "时间戳服务不可用：{why}",
                "The time-stamping authority is not available: {why}",
                why=type(fault).__name__,
            )
        ) from fault
    check_answer(answer.content[:MOST_BYTES], digest, nonce)
    with act("audit.keep_timestamp"):
        files.save(_file_name(seal.pk), answer.content, days=None)


def _file_name(number: int) -> str:
    return f"dakehu-seal-{number:08}.tsr"


def answers_for(numbers: list[int]) -> Iterator[tuple[int, bytes]]:
    """Yield the stored time stamp of each seal that has one: (number, response). Run as the system."""
    names = {_file_name(number): number for number in numbers}
    rows: Any = QuerySet(StoredFile)
    for row in rows.filter(name__in=sorted(names), expires_at=None).order_by("pk"):
        with suppress(NotFound):
            yield names[row.name], b"".join(files.content_of(row.key))
