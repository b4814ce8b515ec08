"""A time stamp is requested as specified in RFC 3161, and only one of this seal is accepted.

`answer.tsr` was returned by `openssl ts` to the request for the SHA-256 of b"seal" with the nonce below.
"""

import hashlib
from pathlib import Path

import pytest
from pyasn1.codec.der import decoder
from pyasn1_modules import rfc3161

from dakehu.exchange.evidence import timestamps
from dakehu.foundation.base.errors import Refused

ANSWER = Path(__file__).with_name("answer.tsr").read_bytes()
DIGEST, NONCE = hashlib.sha256(b"seal").digest(), 1234567890123456789


def test_the_question_names_the_digest_and_asks_for_the_certificate():
    asked, rest = decoder.decode(timestamps.request_of(DIGEST, NONCE), asn1Spec=rfc3161.TimeStampReq())
    assert not rest and bytes(asked["messageImprint"]["hashedMessage"]) == DIGEST
    assert int(asked["nonce"]) == NONCE and bool(asked["certReq"])


def test_the_answer_of_an_authority_says_when():
    assert timestamps.check_answer(ANSWER, DIGEST, NONCE) == "20261129161907Z"


@pytest.mark.parametrize(
    "answer, digest, nonce",
    [
        (ANSWER, hashlib.sha256(b"another").digest(), NONCE),
        (ANSWER, DIGEST, NONCE + 1),
        (ANSWER[:-100], DIGEST, NONCE),
        (b"", DIGEST, NONCE),
        (b"<html>busy</html>", DIGEST, NONCE),
        (bytes.fromhex("30053003020102"), DIGEST, NONCE),
    ],
)
def test_what_is_no_stamp_of_this_seal_is_refused(answer, digest, nonce):
    with pytest.raises(Refused):
        timestamps.check_answer(answer, digest, nonce)
