"""Addresses of the knowledge base, courses, exams and training."""

from django.urls import path

from dakehu.interfaces.web.views.learning import courses, exams, knowledge, management, mine, paths

urlpatterns = [
    path("knowledge/", knowledge.listed, name="knowledge"),
    path("knowledge/<int:pk>/", knowledge.one, name="article"),
    path("knowledge/<int:pk>/write", knowledge.write, name="article-write"),
    path("knowledge/versions/<int:pk>/", knowledge.version, name="article-version"),
    path("knowledge/files/<int:pk>", knowledge.file, name="article-file"),
    path("learning/", mine.page, name="learning"),
    path("learning/courses/<int:pk>/", courses.one, name="course"),
    path("learning/courses/<int:pk>/enrol", courses.enrol, name="course-enrol"),
    path("learning/enrolments/<int:pk>/lessons/<int:lesson>", courses.finish, name="lesson-finish"),
    path("learning/training/<int:pk>/", mine.training, name="training"),
    path("learning/training/<int:pk>/file", mine.evidence, name="training-evidence"),
    path("learning/exams/<int:pk>/", exams.paper, name="exam"),
    path("learning/exams/<int:pk>/start", exams.start, name="exam-start"),
    path("learning/attempts/<int:pk>/", exams.attempt, name="attempt"),
    path("learning/attempts/<int:pk>/answer", exams.answer, name="attempt-answer"),
    path("learning/attempts/<int:pk>/clock", exams.clock, name="attempt-clock"),
    path("learning/attempts/<int:pk>/finish", exams.finish, name="attempt-finish"),
    path("learning/path/", paths.mine, name="learning-path"),
    path("learning/path/<int:pk>/", paths.person, name="learning-path-of"),
    path("learning/promotions/<int:pk>/", paths.promotion, name="promotion"),
    path("learning/ladders/", paths.kept, name="ladders"),
    path("learning/team/", management.team, name="learning-team"),
    path("learning/questions/", management.questions, name="questions"),
    path("learning/requirements/", management.requirements, name="requirements"),
]
