"""The error rates of the check as measured on the sentences of tests/domains/compliance/sentences.csv. Pure data.

`tests/domains/compliance/test_wording_rates.py` counts them again and fails where these figures are not true.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rates:
    """Counts over the half of the sentences on which nothing was developed.

    `missed` of `forbidden`: not allowed and without any hit. `false_alarms` of `allowed`: allowed and refused or warned
    about. `reviewed`: allowed and left to a person.
    """

    forbidden: int
    missed: int
    allowed: int
    false_alarms: int
    reviewed: int


MEASURED = Rates(forbidden=82, missed=0, allowed=80, false_alarms=2, reviewed=12)
