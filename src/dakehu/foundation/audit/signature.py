"""The signature of the desk (Ed25519) under what is verified elsewhere. Its key follows from the key of the audit, so that
no further file has to be kept, and it can be checked with the public key alone."""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dakehu.foundation.access import keys


def _derive_key(purpose: str) -> bytes:
    return hmac.new(keys.key("audit"), f"dakehu {purpose}".encode(), hashlib.sha256).digest()


def _private_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_derive_key("evidence signature 1"))


def sign(content: bytes) -> str:
    """Return the signature of the desk under some content, as hex."""
    return _private_key().sign(content).hex()


def public_key() -> str:
    """Return the key with which signatures of the desk are checked, as hex."""
    return _private_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def fingerprint() -> str:
    """Return the digest by which people compare the public key."""
    return hashlib.sha256(bytes.fromhex(public_key())).hexdigest()[:32]


def salt_of_entry(number: int) -> str:
    """Return what hides the body of an audit entry in its leaf until it is shown."""
    return hmac.new(_derive_key("evidence salt 1"), str(number).encode(), hashlib.sha256).hexdigest()[:32]
