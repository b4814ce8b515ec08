"""Resources of pages and API: learning."""

from dakehu.foundation.schema.resources import Resource, declare

declare(
    Resource(
        "learning.Article",
        path="articles",
        key="article",
        list="learning.articles",
        get="learning.article",
        create="learning.add_article",
        update="learning.change_article",
        asked_first=("code", "title", "topic", "review_by", "text"),
    ),
    Resource("learning.ArticleFile", key="article_file", delete="learning.remove_article_file"),
    Resource(
        "learning.Course",
        path="courses",
        key="course_id",
        list="learning.courses",
        get="learning.course",
        create="learning.add_course",
        update="learning.change_course",
    ),
    Resource(
        "learning.Lesson",
        key="lesson_id",
        create="learning.add_lesson",
        update="learning.change_lesson",
        delete="learning.remove_lesson",
    ),
    Resource("learning.Enrolment", key="enrolment", list="learning.enrolments"),
    Resource(
        "learning.Question",
        path="exam-questions",
        key="question_id",
        list="learning.questions",
        get="learning.question",
        create="learning.add_question",
        update="learning.change_question",
    ),
    Resource(
        "learning.ExamPaper",
        path="exam-papers",
        key="paper_id",
        list="learning.papers",
        create="learning.add_paper",
        update="learning.change_paper",
    ),
    Resource("learning.Attempt", key="attempt_id", list="learning.attempts"),
    Resource(
        "learning.CertificateKind",
        path="certificate-kinds",
        key="certificate_kind_id",
        list="learning.certificate_kinds",
        create="learning.add_certificate_kind",
        update="learning.change_certificate_kind",
    ),
    Resource(
        "learning.Certificate",
        key="certificate_id",
        list="learning.certificates",
        create="learning.issue_certificate",
    ),
    Resource(
        "learning.Requirement", key="requirement_id", list="learning.requirements", create="learning.add_requirement"
    ),
    Resource("learning.TrainingRecord", key="training_record", list="learning.training_records"),
)
declare(
    Resource(
        "learning.LearningPath",
        path="learning-paths",
        key="path_id",
        list="learning.paths",
        get="learning.path",
        create="learning.add_path",
        update="learning.change_path",
        asked_first=("code", "name", "role"),
    ),
    Resource("learning.PathStep", key="step_id", create="learning.add_path_step", delete="learning.remove_path_step"),
    Resource("learning.PathAssignment", list="learning.path_assignments", create="learning.assign_path"),
    Resource("learning.Ladder", key="ladder_id", create="learning.add_ladder"),
    Resource("learning.LadderLevel", key="level_id", create="learning.add_level", delete="learning.remove_level"),
    Resource(
        "learning.LevelCondition",
        key="condition_id",
        create="learning.add_condition",
        delete="learning.remove_condition",
    ),
    Resource("learning.StaffLevel", list="learning.staff_levels", create="learning.set_level"),
    Resource("learning.Promotion", key="promotion_id", list="learning.promotions"),
)
