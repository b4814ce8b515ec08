"""Sensitivity of a field, and clearance of a reader."""

from enum import IntEnum


class Sensitivity(IntEnum):
    """Sensitivity of data by harm of a leak; also the clearance of a reader."""

    PUBLIC = 1  # branch, opening date
    PERSONAL = 2  # name, assets, trades: masked for readers without clearance
    SECRET = 3  # telephone, ID number: encrypted; each decryption is recorded


PUBLIC, PERSONAL, SECRET = Sensitivity
