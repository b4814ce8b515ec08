"""The short address of a survey: a random token, signed for its batch. Pure but for the random numbers.

The token is drawn when a message is sent, so that nothing stored before reveals who has which. 3 bytes of the batch's
number, 12 random ones and 12 of the signature make 36 characters: `/s/` and the token are 39.
"""

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256

from dakehu.foundation.access.encrypted_fields import blind_index

PREFIX = "/s/"
NUMBER, RANDOM, SIGNATURE = 3, 12, 12
LENGTH = 36
PLACE = "care.survey.link"


@dataclass(frozen=True)
class Token:
    """A parsed token: the batch that it names, the random part, and the signature, not checked yet."""

    batch: int
    drawn: bytes
    signature: bytes


def draw_token(batch: int, secret: str) -> tuple[str, str]:
    """Return a new token of a batch and its digest."""
    drawn = secrets.token_bytes(RANDOM)
    signature = _signature(batch, drawn, secret)
    raw = batch.to_bytes(NUMBER, "big") + drawn + signature
    return base64.urlsafe_b64encode(raw).decode(), digest_of(Token(batch, drawn, signature))


def read_token(text: str) -> Token | None:
    """Return the parts of a token, None for an invalid one."""
    if len(text) != LENGTH:
        return None
    try:
        raw = base64.b64decode(text.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return None
    return Token(int.from_bytes(raw[:NUMBER], "big"), raw[NUMBER : NUMBER + RANDOM], raw[NUMBER + RANDOM :])


def is_signed(token: Token, secret: str) -> bool:
    """Return whether a token was drawn for the batch that it names."""
    return hmac.compare_digest(_signature(token.batch, token.drawn, secret), token.signature)


def digest_of(token: Token) -> str:
    """Return the digest that identifies a spent token; it does not reveal the token."""
    return sha256(b"dakehu.survey" + token.batch.to_bytes(NUMBER, "big") + token.drawn).hexdigest()


def _signature(batch: int, drawn: bytes, secret: str) -> bytes:
    """Return the signature with the desk's own key and the secret of the batch."""
    keyed = blind_index(PLACE, f"{batch}:{secret}")
    return hmac.new(keyed.encode(), drawn, sha256).digest()[:SIGNATURE]
