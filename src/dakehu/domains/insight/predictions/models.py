"""The tables of predictions: each trained model with its back-test, and the predictions of each client."""

from typing import Any

from django.db import models

from dakehu.domains.insight.predictions.choices import ModelState, PredictionBand, PredictionKind
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS

BANDS = ("churn_band", "reactivation_band", "answer_band")  # columns that lists of clients are filtered by


class PredictionModel(Recorded):
    """A version of a model: cuts and points (analytics.scorecards), its back-test, and whether it is used.

    `report` as of predictions.back_test, with `excluded` and `clients`; `failures` name the failed criteria (predictions.rules);
    `last_check` is the last drift check. `used_until` is the last day of its training cases, in days since 1970-01-01.
    """

    names = Names("预测模型", "Prediction model", "Prediction models")
    retention = TWENTY_YEARS

    kind = field(choice_field(PredictionKind), zh="预测内容", en="What is predicted", listed=True, editable=False)
    version = field(
        models.PositiveIntegerField(default=1), zh="模型版本", en="Version of the model", listed=True, editable=False
    )
    state = field(
        choice_field(ModelState, default=ModelState.OFF),
        zh="模型状态",
        en="State of the model",
        listed=True,
        editable=False,
    )
    trained_on = field(models.DateField(), zh="训练日期", en="Trained on", listed=True, editable=False)
    trained_by = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="训练人",
                       en="Trained by", editable=False)  # fmt: skip
    used_until = models.IntegerField(default=0)
    definition: Any = field(models.JSONField(default=dict), zh="模型参数", en="Points of the model", editable=False)
    report: Any = field(models.JSONField(default=dict), zh="回测结果", en="Back-test", editable=False)
    failures: Any = field(models.JSONField(default=list), zh="未通过的条件", en="Conditions not met", editable=False)
    last_check: Any = field(models.JSONField(default=dict), zh="最近检查", en="Last check", editable=False)
    switched_by = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="启停人",
                        en="Switched by", editable=False)  # fmt: skip
    switched_on = field(models.DateField(null=True), zh="启停日期", en="Switched on or off on", editable=False)
    reason = field(models.CharField(max_length=500, blank=True, default=""), zh="启停原因", en="Reason for switching")

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="prediction_model_by_version")]


def _band(zh: str, en: str) -> Any:
    return field(
        choice_field(PredictionBand, default=""), zh=zh, en=en, listed=True, editable=False, sensitivity=PERSONAL
    )


def _probability(zh: str, en: str) -> Any:
    return field(models.DecimalField(max_digits=7, decimal_places=6, null=True), zh=zh, en=en, unit="%", editable=False,
                 sensitivity=PERSONAL)  # fmt: skip


class ClientPrediction(ClientRecorded):
    """The predictions of the models in use for one client after the last nightly run; empty if none is used or the client is excluded.

    `basis`: {kind: {by: model | rule, version, values and usual: {feature: value}, parts: {feature: log odds beyond the usual}}}. Used to order
    contacts; never prices, tiers, entitlements or appraisals.
    """

    names = Names("客户预测", "Prediction of a client", "Predictions of clients")
    field_groups = {"": bilingual("预测", "Predictions")}
    client_path = "client"
    derived = True
    replaceable = True
    retention = TWENTY_YEARS

    client = field(models.OneToOneField("clients.Client", on_delete=models.CASCADE, related_name="predictions", db_constraint=False),
                   zh="客户", en="Client", editable=False, listed=True)  # fmt: skip
    day = field(models.DateField(), zh="预测日期", en="Predictions of", editable=False, listed=True)
    churn_band = _band("流失可能", "Risk of leaving")
    churn_probability = _probability("流失概率", "Probability of leaving")
    reactivation_band = _band("重新交易可能", "Chance of trading again")
    reactivation_probability = _probability("重新交易概率", "Probability of trading again")
    answer_band = _band("接听可能", "Chance of answering")
    answer_probability = _probability("接听概率", "Probability of answering")
    basis: Any = field(
        models.JSONField(default=dict),
        zh="预测依据",
        en="Basis of the predictions",
        editable=False,
        sensitivity=PERSONAL,
    )

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=[name, "client"], name=f"predicted_{name}") for name in BANDS]
