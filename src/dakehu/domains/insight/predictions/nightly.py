"""The nightly step that stores the predictions of the models in use."""

from typing import Any

from django.db.models import Count, Max

from dakehu.domains.insight.predictions.models import PredictionModel
from dakehu.domains.insight.predictions.scoring import score_night
from dakehu.domains.ledger.nightly import IMPORT, data_state
from dakehu.domains.team.audit_queries import SIGN_INS
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.nightly.run import desk_state
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

STEP = "insight.predictions"


def _run(night: Night) -> dict[str, Any]:
    result = score_night(night.day)
    if not result["models"]:
        return {
            **result,
            "unchanged": True,
            "words": bilingual("没有启用的预测模型。", "No prediction model is in use."),
        }
    words = bilingual(
        "{models} 个模型，{clients} 位客户；{suspended} 个模型因校准失效自动停用。",
        "{models} models, {clients} clients; {suspended} models off by themselves for lost calibration.",
        **{name: result[name] for name in ("models", "clients", "suspended")},
    )
    return {**result, "words": words}


def _inputs(night: Night) -> dict[str, Any]:
    """Return the inputs of predictions: feeds, closes, models, and any change by users."""
    models = PredictionModel.objects.aggregate(count=Count("pk"), changed=Max("changed_at"))
    return {**data_state(), "models": models, "desk": desk_state(SIGN_INS)}


declare_step(NightlyStep(STEP, "客户预测", "Predictions", order=70, run=_run, inputs=_inputs, depends=(IMPORT,)))
