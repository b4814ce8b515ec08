"""The desk's signature (Ed25519) for content verified elsewhere. Its key is derived from the audit key, so that no
further file is needed, and it can be verified with the public key alone."""

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
    """Return the desk's signature of some content, as hex."""
    return _private_key().sign(content).hex()


def public_key() -> str:
    """Return the public key that verifies signatures of the desk, as hex."""
    return _private_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def fingerprint() -> str:
    """Return the fingerprint of the public key for comparison by people."""
    return hashlib.sha256(bytes.fromhex(public_key())).hexdigest()[:32]


def salt_of_entry(number: int) -> str:
    """Return the salt that hides the body of an audit entry in its leaf until disclosure."""
    return hmac.new(_derive_key("evidence salt 1"), str(number).encode(), hashlib.sha256).hexdigest()[:32]
