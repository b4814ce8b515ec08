"""The error rates of the check as measured on the sentences of tests/domains/compliance/sentences.csv. Pure data.

`tests/domains/compliance/test_wording_rates.py` recounts them and fails if these figures are wrong.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rates:
    """Counts over the half of the sentences not used in development.

    `missed` of `forbidden`: not allowed and without any hit. `false_alarms` of `allowed`: allowed and refused or warned
    about. `reviewed`: allowed and sent to a person for review.
    """

    forbidden: int
    missed: int
    allowed: int
    false_alarms: int
    reviewed: int


MEASURED = Rates(forbidden=82, missed=0, allowed=80, false_alarms=2, reviewed=12)
