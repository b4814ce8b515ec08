"""How much harm the leak of a field would do, and how far a reader is cleared."""

from enum import IntEnum


class Sensitivity(IntEnum):
    """How much harm a leak would do; also how far a reader is cleared."""

    PUBLIC = 1  # branch, opening date
    PERSONAL = 2  # name, assets, trades: masked for readers without clearance
    SECRET = 3  # telephone, ID number: sealed, opened only on the record


PUBLIC, PERSONAL, SECRET = Sensitivity
