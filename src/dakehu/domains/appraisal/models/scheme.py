"""Schemes (考核方案): parts, measures with their weight, and targets by role. Data of the firm, approved by a second person."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.domains.appraisal.choices import SchemeState
from dakehu.domains.team.roles import RoleName
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names

PERCENT = (MinValueValidator(0), MaxValueValidator(100))
SHARE = (MinValueValidator(0), MaxValueValidator(1))


class Scheme(Recorded):
    """An edition of a scheme. `strength` is m of the shrinkage; `least_rated` the share of rated weight required for a score.

    `author_ids` are all its authors: none of them approves it.
    """

    names = Names("考核方案", "Appraisal scheme", "Appraisal schemes")
    is_chosen_from_list = True

    name = field(
        models.CharField(max_length=80), zh="考核方案名称", en="Name of the scheme", listed=True, example="季度考核"
    )
    edition = field(models.PositiveSmallIntegerField(default=1), zh="版次", en="Edition", listed=True, editable=False)
    state = field(
        choice_field(SchemeState, default=SchemeState.DRAFT), zh="方案状态", en="State", listed=True, editable=False
    )
    strength = field(
        models.DecimalField(max_digits=5, decimal_places=1, default=Decimal(20), validators=PERCENT),
        zh="收缩强度",
        en="Strength of shrinkage",
        help_zh="样本少时向营业部平均靠拢：(k + m·μ) ÷ (n + m) 中的 m；内部默认 20",
        help_en="m in (k + m·μ) ÷ (n + m): few cases are drawn towards the branch; house default 20",
    )
    least_rated = field(
        models.DecimalField(max_digits=3, decimal_places=2, default=Decimal("0.60"), validators=SHARE),
        zh="最低有效权重",
        en="Least share of rated weight",
        help_zh="可评权重低于此比例时整体为“数据不足”；内部默认 0.60",
        help_en="Below this share the whole score is “insufficient data”; house default 0.60",
    )
    volume_reason = field(
        models.CharField(max_length=300, blank=True, default=""),
        zh="成交量计入理由",
        en="Why volume counts",
        help_zh="成交量、新开户默认权重为 0；计入须写明理由，合计不超过 20%",
        help_en="Trading volume and new accounts weigh 0 unless a reason is stated, 20% together at most",
    )
    author_ids = models.JSONField(default=list)

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["name", "edition"], name="one_scheme_an_edition")]
        ordering = ["name", "-edition"]

    def __str__(self) -> str:
        return self.choice_label

    @property
    def label(self) -> Bilingual:
        """Return the name with the edition."""
        return bilingual("{name} 第 {n} 版", "{name}, edition {n}", name=self.name, n=self.edition)

    @property
    def choice_label(self) -> str:
        return str(self.label)


class SchemePart(Recorded):
    """A part of a scheme, within which the weight of measures that cannot be rated is redistributed."""

    names = Names("考核部分", "Part of a scheme", "Parts of schemes")

    scheme = field(
        models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="parts"),
        zh="考核方案",
        en="Scheme",
        editable=False,
    )
    code = field(models.CharField(max_length=24), zh="部分编号", en="Code of the part", example="service")
    name = field(models.CharField(max_length=60), zh="部分名称", en="Name of the part", example="服务质量与时效")
    name_en = field(
        models.CharField(max_length=60, blank=True, default=""), zh="部分英文名称", en="Name of the part in English"
    )
    position = field(models.PositiveSmallIntegerField(default=10), zh="部分次序", en="Position of the part")

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="one_part_a_code")]
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return str(bilingual(self.name, self.name_en or self.name))


class SchemeMeasure(Recorded):
    """A measure of a scheme with its weight out of 100 and the minimum n for a rating."""

    names = Names("考核指标", "Measure of a scheme", "Measures of schemes")

    scheme = field(
        models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="measures"),
        zh="考核方案",
        en="Scheme",
        editable=False,
    )
    part = field(
        models.ForeignKey(SchemePart, on_delete=models.CASCADE, related_name="measures"), zh="所属部分", en="Part"
    )
    measure = field(models.CharField(max_length=40), zh="指标编号", en="Code of the measure")
    weight = field(models.DecimalField(max_digits=5, decimal_places=2, validators=PERCENT), zh="权重", en="Weight")
    min_n = field(models.PositiveIntegerField(default=20), zh="最小样本量", en="Minimum n")

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["scheme", "measure"], name="one_measure_a_scheme")]
        ordering = ["part__position", "part", "pk"]


class SchemeTarget(Recorded):
    """Floor and target of a measure for one role, or for all (`role` empty). The target is below the floor if less is better."""

    names = Names("考核目标", "Target of a measure", "Targets of measures")

    scheme_measure = field(models.ForeignKey(SchemeMeasure, on_delete=models.CASCADE, related_name="targets"), zh="考核指标", en="Measure",
                           editable=False)  # fmt: skip
    role = field(choice_field(RoleName, blank=True, default=""), zh="适用角色", en="For the role", help_zh="空白适用于全部角色",
                 help_en="Empty: for all roles")  # fmt: skip
    floor = field(models.DecimalField(max_digits=14, decimal_places=4), zh="下限值", en="Floor", help_zh="达到此值得 0 分",
                  help_en="0 points at this value")  # fmt: skip
    target = field(models.DecimalField(max_digits=14, decimal_places=4), zh="目标值", en="Target", help_zh="达到此值得 100 分",
                   help_en="100 points at this value")  # fmt: skip

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["scheme_measure", "role"], name="one_target_a_role")]
