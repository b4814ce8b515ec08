"""Decisions of people: objections, adjustments, conduct events, reviews of a book before a bonus."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.domains.appraisal.choices import ConductKind, DecisionState, GuardKind, GuardState
from dakehu.domains.appraisal.models.period import Appraisal, number_field, person_field
from dakehu.domains.appraisal.visibility import OfPerson
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names

BAND = (MinValueValidator(-20), MaxValueValidator(20))


class Objection(Recorded):
    """An objection of a person to their own score; another person answers it, and both scores are kept."""

    names = Names("考核异议", "Objection", "Objections")
    person_path = "appraisal__user_id"
    objects: Any = OfPerson()

    appraisal = field(
        models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="objections"),
        zh="考核",
        en="Appraisal",
        editable=False,
    )
    measure = field(
        models.CharField(max_length=40, blank=True, default=""), zh="异议指标", en="About the measure", listed=True
    )
    text = field(models.TextField(max_length=2000), zh="异议内容", en="Objection", listed=True)
    raised_on = field(models.DateField(), zh="提出日期", en="Raised on", listed=True, editable=False)
    due_on = field(models.DateField(), zh="答复期限", en="Answer by", listed=True, editable=False)
    state = field(
        choice_field(DecisionState, default=DecisionState.OPEN), zh="异议状态", en="State", listed=True, editable=False
    )
    answer = field(
        models.TextField(max_length=2000, blank=True, default=""), zh="答复内容", en="Answer", editable=False
    )
    decided_by = person_field("裁定人", "Decided by", listed=True)
    decided_on = field(
        models.DateField(null=True, blank=True), zh="裁定日期", en="Decided on", listed=True, editable=False
    )
    revision_before = field(models.PositiveSmallIntegerField(), zh="原得分修订号", en="Revision before", editable=False)
    revision_after = field(
        models.PositiveSmallIntegerField(null=True, blank=True), zh="新得分修订号", en="Revision after", editable=False
    )


class Adjustment(Recorded):
    """A change of a score proposed by a person, with the reason; another person decides."""

    names = Names("得分调整", "Adjustment of a score", "Adjustments of scores")
    person_path = "appraisal__user_id"
    objects: Any = OfPerson()

    appraisal = field(
        models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="adjustments"),
        zh="考核",
        en="Appraisal",
        editable=False,
    )
    points = field(models.DecimalField(max_digits=5, decimal_places=2, validators=BAND), zh="加减分", en="Points", listed=True,
                   help_zh="−20 至 20", help_en="−20 to 20")  # fmt: skip
    reason = field(models.CharField(max_length=300), zh="调整理由", en="Reason of the adjustment", listed=True)
    proposed_by = person_field("提议人", "Proposed by", listed=True)
    state = field(
        choice_field(DecisionState, default=DecisionState.OPEN), zh="调整状态", en="State", listed=True, editable=False
    )
    decided_by = person_field("决定人", "Decided by", listed=True)
    decided_on = field(models.DateField(null=True, blank=True), zh="决定日期", en="Decided on", editable=False)
    note = field(models.CharField(max_length=300, blank=True, default=""), zh="决定意见", en="Note", editable=False)


class ConductEvent(Recorded):
    """A violation, a written warning or an attempted unsuitable sale, recorded by compliance with its basis."""

    names = Names("从业违规记录", "Event of conduct", "Events of conduct")
    person_path = "user_id"
    objects: Any = OfPerson()

    user = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"),
        zh="涉及人员",
        en="Person",
        listed=True,
    )
    kind = field(choice_field(ConductKind), zh="违规类别", en="Kind", listed=True)
    happened_on = field(models.DateField(), zh="违规日期", en="Happened on", listed=True)
    basis = field(models.CharField(max_length=300), zh="违规依据", en="Basis", listed=True, help_zh="决定文号或调查结论",
                  help_en="Number of the decision or finding")  # fmt: skip
    recorded_by = person_field("登记人", "Recorded by", listed=True)
    withdrawn_reason = field(
        models.CharField(max_length=300, blank=True, default=""), zh="撤销登记原因", en="Why withdrawn", editable=False
    )


class BookReview(Recorded):
    """A review of a person's book with high turnover or cost, required before any bonus is shown."""

    names = Names("换手与费用复核", "Review of a book", "Reviews of books")
    person_path = "appraisal__user_id"
    objects: Any = OfPerson()

    appraisal = field(
        models.ForeignKey(Appraisal, on_delete=models.CASCADE, related_name="book_reviews"),
        zh="考核",
        en="Appraisal",
        editable=False,
    )
    kind = field(choice_field(GuardKind), zh="复核事由", en="Why", listed=True, editable=False)
    tier = field(
        models.CharField(max_length=8, blank=True, default=""),
        zh="涉及客户级别",
        en="Tier",
        listed=True,
        editable=False,
    )
    value = number_field("实际值", "Value", listed=True)
    limit = number_field("界限值", "Limit", listed=True)
    state = field(
        choice_field(GuardState, default=GuardState.WAITING), zh="复核状态", en="State", listed=True, editable=False
    )
    note = field(models.CharField(max_length=300, blank=True, default=""), zh="复核结论", en="Finding", listed=True)
    decided_by = person_field("复核人", "Reviewed by", listed=True)
