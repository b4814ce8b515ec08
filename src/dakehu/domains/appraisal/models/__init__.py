"""Models of appraisal, one subject per file."""

from dakehu.domains.appraisal.models.bonus import Award, BonusPool, Tranche
from dakehu.domains.appraisal.models.decision import Adjustment, BookReview, ConductEvent, Objection
from dakehu.domains.appraisal.models.period import Appraisal, AppraisalNote, MeasureValue, Period, Score
from dakehu.domains.appraisal.models.praise import Praise
from dakehu.domains.appraisal.models.scheme import Scheme, SchemeMeasure, SchemePart, SchemeTarget

__all__ = [
    "Adjustment",
    "Appraisal",
    "AppraisalNote",
    "Award",
    "BonusPool",
    "BookReview",
    "ConductEvent",
    "MeasureValue",
    "Objection",
    "Period",
    "Praise",
    "Scheme",
    "SchemeMeasure",
    "SchemePart",
    "SchemeTarget",
    "Score",
    "Tranche",
]
