"""Models of learning, one subject per file."""

from dakehu.domains.learning.models.certificates import Certificate, CertificateKind
from dakehu.domains.learning.models.courses import Course, Enrolment, Lesson
from dakehu.domains.learning.models.exams import Attempt, ExamPaper, Question, QuestionVersion
from dakehu.domains.learning.models.knowledge import Article, ArticleFile, ArticleVersion, ReadConfirmation
from dakehu.domains.learning.models.ladder import Ladder, LadderLevel, LevelCondition, Promotion, StaffLevel
from dakehu.domains.learning.models.paths import LearningPath, PathAssignment, PathStep
from dakehu.domains.learning.models.training import HoursAdjustment, Requirement, StaffTerms, TrainingRecord

__all__ = [
    "Article",
    "ArticleFile",
    "ArticleVersion",
    "Attempt",
    "Certificate",
    "CertificateKind",
    "Course",
    "Enrolment",
    "ExamPaper",
    "HoursAdjustment",
    "Ladder",
    "LadderLevel",
    "LearningPath",
    "Lesson",
    "LevelCondition",
    "PathAssignment",
    "PathStep",
    "Promotion",
    "Question",
    "QuestionVersion",
    "ReadConfirmation",
    "Requirement",
    "StaffLevel",
    "StaffTerms",
    "TrainingRecord",
]
