"""The question bank, exam papers as blueprints, and attempts with the questions asked."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.domains.learning.choices import AttemptState, Difficulty, PaperState, QuestionKind, Topic
from dakehu.domains.learning.visibility import OfLearners
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names


class Question(Recorded):
    """A question of the bank; what is asked is its latest version."""

    names = Names("试题", "Question", "Questions")

    code = field(
        models.CharField(max_length=40, unique=True), zh="试题编号", en="Question code", listed=True, example="Q-001"
    )
    topic = field(choice_field(Topic, default=Topic.LAW), zh="试题主题", en="Topic of the question", listed=True)
    difficulty = field(choice_field(Difficulty, default=Difficulty.MEDIUM), zh="难度", en="Difficulty", listed=True)
    kind = field(choice_field(QuestionKind, default=QuestionKind.SINGLE), zh="题型", en="Kind of question", listed=True)
    is_active = field(models.BooleanField(default=True), zh="启用出题", en="In use", listed=True)

    def __str__(self) -> str:
        return self.code


class QuestionVersion(Recorded):
    """One version of a question. It never changes, so that a result can be read with its questions.

    `options`: one per line, `answer`: the letters of the right ones.
    """

    names = Names("试题版本", "Question version", "Question versions")

    question = field(
        models.ForeignKey(Question, on_delete=models.CASCADE, related_name="versions"), zh="试题", en="Question"
    )
    number = field(models.PositiveIntegerField(), zh="版本号", en="Number of the version", editable=False)
    text = field(models.TextField(), zh="题干", en="Text of the question")
    options = field(models.TextField(blank=True, default=""), zh="选项", en="Options", help_zh="每行一个；判断题不用填写",
                    help_en="One a line; none for true or false")  # fmt: skip
    answer = field(models.CharField(max_length=20), zh="答案", en="Right answer", example="ACD",
                   help_zh="正确选项的字母；判断题 A 为正确、B 为错误", help_en="Letters of the right options; A is true and B is false")  # fmt: skip
    explanation = field(models.TextField(blank=True, default=""), zh="解析", en="Explanation")
    source = field(models.CharField(max_length=200, blank=True, default=""), zh="出处", en="Source of the question")

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["question", "number"], name="one_question_version_of_a_number")]

    def __str__(self) -> str:
        return self.text


class ExamPaper(Recorded):
    """An exam as a blueprint: the number of questions per topic. `blueprint`: {topic: number}."""

    names = Names("试卷", "Exam paper", "Exam papers")
    is_chosen_from_list = True
    lookup_fields = ("code",)

    code = field(
        models.CharField(max_length=40, unique=True), zh="试卷编号", en="Paper code", listed=True, example="E-01"
    )
    name = field(models.CharField(max_length=160), zh="试卷名称", en="Name of the paper", listed=True)
    minutes = field(
        models.PositiveIntegerField(default=60, validators=[MinValueValidator(1), MaxValueValidator(300)]),
        zh="考试时长",
        en="Time",
        unit="min",
        listed=True,
    )
    pass_percent = field(
        models.PositiveIntegerField(default=60, validators=[MinValueValidator(1), MaxValueValidator(100)]),
        zh="及格线",
        en="Pass mark",
        unit="%",
        listed=True,
    )
    attempts_a_year = field(
        models.PositiveIntegerField(default=3, validators=[MinValueValidator(1), MaxValueValidator(20)]),
        zh="每年次数",
        en="Attempts a year",
        listed=True,
    )
    certificate_kind = field(
        models.ForeignKey(
            "learning.CertificateKind", null=True, blank=True, on_delete=models.PROTECT, related_name="papers"
        ),
        zh="通过后颁发证书",
        en="Certificate issued when passed",
    )
    blueprint = models.JSONField(default=dict)
    state = field(choice_field(PaperState, default=PaperState.DRAFT), zh="试卷状态", en="State of the paper", listed=True,
                  editable=False)  # fmt: skip
    opened_at = field(models.DateTimeField(null=True, blank=True), zh="开放时间", en="Opened at", editable=False)

    def __str__(self) -> str:
        return self.name


class Attempt(Recorded):
    """One attempt of a person at an exam, in a calendar year; its questions never change once it has begun.

    `seed` is a keyed hash, from which the draw can be repeated. `asked`: the layout [[question version, [order of its options]]],
    `answers`: {place: [positions as shown]}, `right`: [bool by place] once it has ended.
    """

    names = Names("考试记录", "Attempt", "Attempts")
    objects: Any = OfLearners()

    user = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"),
        zh="考生",
        en="Candidate",
        listed=True,
    )
    paper = field(
        models.ForeignKey(ExamPaper, on_delete=models.PROTECT, related_name="attempts"),
        zh="试卷",
        en="Exam paper",
        listed=True,
    )
    year = field(models.PositiveIntegerField(), zh="年度", en="Year", listed=True, editable=False)
    number = field(models.PositiveIntegerField(), zh="第几次", en="Number of the attempt", listed=True, editable=False)
    seed = models.CharField(max_length=64)
    started_at = field(models.DateTimeField(), zh="开始时间", en="Started at", listed=True, editable=False)
    ends_at = field(models.DateTimeField(), zh="截止时间", en="Ends at", editable=False)
    ended_at = field(
        models.DateTimeField(null=True, blank=True), zh="交卷时间", en="Ended at", listed=True, editable=False
    )
    asked = models.JSONField(default=list)
    answers = models.JSONField(default=dict)
    right = models.JSONField(default=list)
    pass_percent = field(models.PositiveIntegerField(), zh="及格线", en="Pass mark", unit="%", editable=False)
    score = field(
        models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True),
        zh="得分",
        en="Score",
        unit="%",
        listed=True,
        editable=False,
    )
    state = field(
        choice_field(AttemptState, default=AttemptState.OPEN), zh="考试结果", en="Result", listed=True, editable=False
    )

    class Meta(Recorded.Meta):
        constraints = [
            models.UniqueConstraint(fields=["user", "paper", "year", "number"], name="one_attempt_of_a_number"),
            models.UniqueConstraint(
                fields=["user", "paper"], condition=models.Q(state="open"), name="one_open_attempt_at_a_paper"
            ),
        ]
        indexes = [models.Index(fields=["paper", "state"], name="attempts_of_paper")]
