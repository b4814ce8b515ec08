"""Write the cells of one column into rows of COPY's binary format: compiled, as there are tens of millions a night.

Each function writes a cell for every row into `out`, uint8, at `place`, int64 [R], and advances the place past it. A
cell is the length of its value, four bytes, and the value, all in network byte order; the length of a missing value is
−1.
Format: PostgreSQL's documentation of COPY, "Binary Format", and the receive functions of its types.
"""

# Compiled by numba, which infers the types of arrays and numbers.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, untyped-decorator"

import numba
import numpy as np

BASE, NEGATIVE = 10_000, 0x4000  # base of the digits of numeric; its sign
BIGINT_OID = 20
LIST_HEAD = 20  # header bytes of an array before its elements; 12 for an empty one

compiled = numba.njit(nogil=True, cache=True, error_model="numpy")


@compiled
def _write(out, at, number, width):
    """Write an integer of some bytes; return the place after it."""
    for byte in range(width):
        out[at + width - 1 - byte] = number & 0xFF
        number >>= 8
    return at + width


@compiled
def _copy(out, at, data, first, end):
    """Write some bytes; return the place after them."""
    for byte in range(first, end):
        out[at + byte - first] = data[byte]
    return at + end - first


@compiled
def write_count(out, place, count):
    """Write the number of cells at the start of each row."""
    for row in range(len(place)):
        place[row] = _write(out, place[row], count, 2)


@compiled
def write_whole(out, place, numbers, known, width):
    """Write integers. Shape: numbers int64 [R], known bool [R]."""
    for row in range(len(place)):
        at = _write(out, place[row], width if known[row] else -1, 4)
        place[row] = _write(out, at, numbers[row], width) if known[row] else at


@compiled
def write_decimals(out, place, numbers, known, places, before, after):
    """Write numbers as numeric with some decimal places: `before` base-10,000 digits before the decimal point and
    `after` after it.

    Leading zeros are written too; PostgreSQL drops them. Shape: numbers float64 [R], known bool [R].
    """
    unit = 10**places
    scale = BASE**after // unit
    for row in range(len(place)):
        if not known[row]:
            place[row] = _write(out, place[row], -1, 4)
            continue
        absolute = abs(numbers[row])
        whole = np.int64(absolute)
        part = np.int64(np.rint((absolute - whole) * unit))
        if part >= unit:  # .999999999 is rounded up
            whole, part = whole + 1, part - unit
        part *= scale
        at = _write(out, place[row], 2 * (4 + before + after), 4)
        at = _write(out, at, before + after, 2)
        at = _write(out, at, before - 1, 2)
        at = _write(out, at, NEGATIVE if np.signbit(numbers[row]) else 0, 2)
        at = _write(out, at, places, 2)
        for digit in range(before - 1, -1, -1):
            _write(out, at + 2 * digit, whole % BASE, 2)
            whole //= BASE
        at += 2 * before
        for digit in range(after - 1, -1, -1):
            _write(out, at + 2 * digit, part % BASE, 2)
            part //= BASE
        place[row] = at + 2 * after


@compiled
def write_texts(out, place, data, offsets, known, begin):
    """Write texts, each after the leading byte of its type unless that is −1.

    Shape: data uint8, all texts concatenated; offsets int64 [R + 1], the start of each and the end of the last; known
    bool [R].
    """
    extra = 1 if begin >= 0 else 0
    for row in range(len(place)):
        if not known[row]:
            place[row] = _write(out, place[row], -1, 4)
            continue
        at = _write(out, place[row], offsets[row + 1] - offsets[row] + extra, 4)
        at = _write(out, at, begin, extra)
        place[row] = _copy(out, at, data, offsets[row], offsets[row + 1])


@compiled
def list_size(numbers_known, first, end):
    """Return the bytes of an array of bigint: it has one dimension, none if empty."""
    if first == end:
        return 12
    size = LIST_HEAD
    for index in range(first, end):
        size += 12 if numbers_known[index] else 4
    return size


@compiled
def list_sizes(numbers_known, offsets, known):
    """Return the bytes of each row's array, 0 where it is missing: int64 [R]."""
    sizes = np.zeros(len(known), np.int64)
    for row in range(len(known)):
        if known[row]:
            sizes[row] = list_size(numbers_known, offsets[row], offsets[row + 1])
    return sizes


@compiled
def write_lists(out, place, numbers, numbers_known, offsets, known, has_missing):
    """Write lists of integers as arrays of bigint; `has_missing`: whether any of them is missing.

    Shape: numbers int64, all lists concatenated, numbers_known bool; offsets int64 [R + 1]; known bool [R].
    """
    for row in range(len(place)):
        if not known[row]:
            place[row] = _write(out, place[row], -1, 4)
            continue
        first, end = offsets[row], offsets[row + 1]
        at = _write(out, place[row], list_size(numbers_known, first, end), 4)
        at = _write(out, at, 1 if end > first else 0, 4)
        at = _write(out, at, 1 if has_missing else 0, 4)
        at = _write(out, at, BIGINT_OID, 4)
        if end > first:
            at = _write(out, at, end - first, 4)
            at = _write(out, at, 1, 4)
        for index in range(first, end):
            at = _write(out, at, 8 if numbers_known[index] else -1, 4)
            if numbers_known[index]:
                at = _write(out, at, numbers[index], 8)
        place[row] = at
