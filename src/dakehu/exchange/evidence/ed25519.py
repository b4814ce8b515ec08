"""Verify signatures of Ed25519 (RFC 8032) using only Python's standard library (3.8 or later)."""

import hashlib

P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _point(text):
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if y >= P or (x * x - square) % P or (not x and sign):
        raise ValueError("no point of the curve")
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


def _add(one, two):
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % P, (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(number, point):
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = _add(total, point)
        point, number = _add(point, point), number >> 1
    return total


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(public, content, signature):
    """Return whether a signature (hex) of content is valid for a public key (hex)."""
    try:
        key, signed = bytes.fromhex(public), bytes.fromhex(signature)
        scalar = int.from_bytes(signed[32:], "little")
        if len(key) != 32 or len(signed) != 64 or scalar >= ORDER:
            return False
        hashed = int.from_bytes(hashlib.sha512(signed[:32] + key + content).digest(), "little") % ORDER
        left, right = _times(scalar, BASE), _add(_point(signed[:32]), _times(hashed, _point(key)))
    except (ValueError, TypeError):
        return False
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)
