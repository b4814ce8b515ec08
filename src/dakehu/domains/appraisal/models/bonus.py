"""Bonuses as records: pools, awards and deferred tranches. No payroll: amounts come from outside."""

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.domains.appraisal.choices import PoolState, TrancheState
from dakehu.domains.appraisal.models.period import Period, number_field, person_field
from dakehu.domains.appraisal.models.scheme import SHARE
from dakehu.domains.appraisal.visibility import OfBonus
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names


def _amount(zh: str, en: str, **more: Any) -> Any:
    return field(models.DecimalField(max_digits=16, decimal_places=2, default=Decimal(0)), zh=zh, en=en, unit="CNY", editable=False,
                 **more)  # fmt: skip


class BonusPool(Recorded):
    """An amount for the people of a period, of one team or of all. First the team part, then the rest by score × role weight.

    `role_weights`: {role: weight as text}; `deferred_roles`: roles of which a part is deferred. Shares are fractions.
    """

    names = Names("奖金池", "Bonus pool", "Bonus pools")
    person_path = ""
    objects: Any = OfBonus()

    name = field(models.CharField(max_length=80), zh="奖金池名称", en="Name of the pool", listed=True)
    period = field(
        models.ForeignKey(Period, on_delete=models.PROTECT, related_name="pools"), zh="考核期", en="Period", listed=True
    )
    team = field(models.ForeignKey("team.Team", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="团队", en="Team",
                 listed=True, help_zh="空白为全体", help_en="Empty: everybody")  # fmt: skip
    amount = field(models.DecimalField(max_digits=16, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]), zh="奖金总额",
                   en="Amount of the pool", unit="CNY", listed=True)  # fmt: skip
    team_share = field(models.DecimalField(max_digits=4, decimal_places=3, default=Decimal("0.3"), validators=SHARE), zh="团队部分比例",
                       en="Team part", help_zh="内部默认 0.3", help_en="House default 0.3")  # fmt: skip
    deferred_share = field(models.DecimalField(max_digits=4, decimal_places=3, default=Decimal("0.4"), validators=SHARE), zh="递延比例",
                           en="Deferred part", help_zh="内部默认 0.4，依据待核实", help_en="House default 0.4; the rule is to be verified")  # fmt: skip
    deferred_years = field(models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1), MaxValueValidator(10)]), zh="递延年数",
                           en="Years of deferral", help_zh="内部默认 3 年，等额", help_en="House default 3, equal parts")  # fmt: skip
    role_weights = models.JSONField(default=dict)
    deferred_roles = models.JSONField(default=list)
    state = field(
        choice_field(PoolState, default=PoolState.DRAFT), zh="奖金池状态", en="State", listed=True, editable=False
    )
    rule_version = field(
        models.CharField(max_length=20, blank=True, default=""),
        zh="分配规则版本",
        en="Version of the rule",
        editable=False,
    )
    author_ids = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.name


class Award(Recorded):
    """One person's share of a pool."""

    names = Names("个人奖金", "Award", "Awards")
    person_path, pool_path = "user_id", "pool__state"
    objects: Any = OfBonus()

    pool = field(
        models.ForeignKey(BonusPool, on_delete=models.CASCADE, related_name="awards"),
        zh="奖金池",
        en="Pool",
        editable=False,
    )
    user = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"),
        zh="获奖人",
        en="Person",
        listed=True,
        editable=False,
    )
    score = number_field("所用得分", "Score used", listed=True)
    role_weight = number_field("角色系数", "Weight of the role", listed=True)
    team_amount = _amount("团队部分", "Of the team part", listed=True)
    own_amount = _amount("个人部分", "Of the own part", listed=True)
    amount = _amount("奖金", "Award", listed=True)
    deferred = _amount("递延金额", "Deferred", listed=True)

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["pool", "user"], name="one_award_a_pool")]


class Tranche(Recorded):
    """A deferred part of an award. The proposer of a change never decides it; `claim` is the amount clawed back beyond the tranche."""

    names = Names("递延奖金", "Tranche", "Tranches")
    person_path, pool_path = "award__user_id", "award__pool__state"
    objects: Any = OfBonus()

    award = field(
        models.ForeignKey(Award, on_delete=models.CASCADE, related_name="tranches"),
        zh="个人奖金",
        en="Award",
        editable=False,
    )
    due_on = field(models.DateField(), zh="应发日期", en="Due on", listed=True, editable=False)
    amount = _amount("递延金额", "Deferred", listed=True)
    paid = _amount("实发金额", "Paid", listed=True)
    claim = _amount("待追索金额", "Still to be claimed", listed=True)
    state = field(
        choice_field(TrancheState, default=TrancheState.HELD), zh="递延状态", en="State", listed=True, editable=False
    )
    proposed_state = field(
        choice_field(TrancheState, blank=True, default=""), zh="拟变更为", en="Proposed", editable=False
    )
    proposed_amount = _amount("拟扣减或追回金额", "Amount of the proposal")
    proposed_by = person_field("提议人", "Proposed by", listed=True)
    reason = field(
        models.CharField(max_length=300, blank=True, default=""), zh="变更理由", en="Reason of the change", listed=True
    )
    decided_by = person_field("决定人", "Decided by", listed=True)
    decided_on = field(models.DateField(null=True, blank=True), zh="决定日期", en="Decided on", editable=False)

    class Meta(Recorded.Meta):
        ordering = ["due_on", "pk"]
