"""Actions: train a model, switch it on after its back-test, switch it off."""

from typing import Any

from dakehu.domains.insight.predictions import training, versions
from dakehu.domains.insight.predictions.choices import ModelState, PredictionKind
from dakehu.domains.insight.predictions.models import PredictionModel
from dakehu.domains.insight.predictions.words import failure_words
from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.jobs.progress import Progress
from dakehu.foundation.jobs.queue import job, start
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

JOB = "insight.train_model"
KIND = Parameter("kind", choice_set=PredictionKind, spec=FieldSpec("预测内容", "What is predicted"))
MODEL = Parameter("model", kind="integer", spec=FieldSpec("模型编号", "Number of the model"))
REASON = parameters_of("insight.PredictionModel", "reason")
IN_USE = (ModelState.ON.value, ModelState.SUSPENDED.value)


@action(
    "insight.train_model",
    needs=Permission.MODEL_TRAIN,
    zh="训练预测模型",
    en="Train a prediction model",
    parameters=(KIND,),
    irreversible=bilingual(
        "训练只新增一个未启用的版本。", "Training adds a version that is off; there is nothing to undo."
    ),
)
def train_model(*, kind: str) -> int:
    """Train and back-test a model in the background; it stays off. Returns the number of the job. Raises Refused without the
    extra for training."""
    if not training.is_installed():
        raise Refused({"kind": [training.HOW_TO]})
    return start(JOB, predicted=kind, by=current_actor().user_id)


@job(JOB)
def train_in_background(progress: Progress, *, predicted: str, by: int | None = None) -> dict[str, Any]:
    """Train a version on the history of eligible clients, and store it with its back-test. Returns {model, failures}."""
    with acting_as(system_actor("train a prediction model on the history of the desk")):
        trained = versions.train(predicted, versions.read_material(trading_days.last_complete_day()))
        progress(0.9, bilingual("正在保存模型与回测", "Storing the model and its back-test"))
        row = record_model(kind=predicted, trained=trained, by=by)
    return {"model": row.pk, "failures": row.failures}


@action(
    "insight.record_model",
    needs=Permission.SYSTEM_WRITE,
    zh="保存预测模型",
    en="Store a prediction model",
    is_public=False,
    offers_undo=False,
)
def record_model(*, kind: str, trained: versions.Trained, by: int | None) -> PredictionModel:
    """Store a trained version, off."""
    last = PredictionModel.objects.filter(kind=kind).order_by("-version").first()
    row = PredictionModel(
        kind=kind,
        version=last.version + 1 if last is not None else 1,
        trained_on=clock.today(),
        trained_by_id=by,
        definition=trained.card.as_plain() if trained.card is not None else {},
        report=trained.report,
        failures=trained.failures,
        used_until=trained.used_until,
    )
    row.save()
    return row


@action(
    "insight.switch_on_model",
    needs=Permission.MODEL_SWITCH,
    zh="启用预测模型",
    en="Switch a prediction model on",
    parameters=(MODEL, REASON),
)
def switch_on_model(*, model: int, reason: str) -> PredictionModel:
    """Use a version from the next nightly run; the one in use is replaced. Raises Refused for a version that does not beat
    the rule in the back-test, for one trained by the person who switches it on, and without a reason."""
    row = get_model(model)
    if row.failures or not row.definition:
        why = "；".join(failure_words(name) for name in row.failures)
        raise Refused(
            {"model": [bilingual("该版本未通过回测：{why}", "This version did not pass its back-test: {why}", why=why)]}
        )
    if row.state == ModelState.ON:
        raise refusal("model", "该版本已经启用。", "This version is on already.")
    if row.trained_by_id is not None and row.trained_by_id == current_actor().user_id:
        raise refusal("model", "训练人不能启用自己训练的模型。", "Whoever trained a model does not switch it on.")
    _check_reason(reason)
    for other in PredictionModel.objects.filter(kind=row.kind, state__in=IN_USE).exclude(pk=row.pk):
        _switch(other, ModelState.REPLACED, reason)
    _switch(row, ModelState.ON, reason)
    return row


@action(
    "insight.switch_off_model",
    needs=Permission.MODEL_SWITCH,
    zh="停用预测模型",
    en="Switch a prediction model off",
    parameters=(MODEL, REASON),
)
def switch_off_model(*, model: int, reason: str) -> PredictionModel:
    """Stop using a version; its predictions are removed by the next nightly run. Raises Refused if it is not in use."""
    row = get_model(model)
    if row.state not in IN_USE:
        raise refusal("model", "该版本没有启用。", "This version is not in use.")
    _check_reason(reason)
    _switch(row, ModelState.OFF, reason)
    return row


@action(
    "insight.check_model",
    needs=Permission.SYSTEM_WRITE,
    zh="检查预测模型",
    en="Check a prediction model",
    is_public=False,
    offers_undo=False,
)
def check_model(*, row: PredictionModel, check: dict[str, Any]) -> None:
    """Store the nightly check of a version in use; one that lost calibration is switched off in favour of the rule."""
    row.last_check = check
    if check["quarter"]["is_lost"]:
        row.state, row.switched_on, row.switched_by_id = ModelState.SUSPENDED.value, clock.today(), None
        row.reason = str(bilingual("校准失效，自动停用", "Calibration is lost; off by itself"))
    row.save()
    add_audit_note(model=row.pk, state=str(row.state))


def get_model(number: int) -> PredictionModel:
    """Return a model. Raises NotFound."""
    row: PredictionModel | None = PredictionModel.objects.filter(pk=number).first()
    if row is None:
        raise NotFound(bilingual("预测模型", "prediction model"), number)
    return row


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise refusal("reason", "请写明原因。", "Write a reason.")


def _switch(row: PredictionModel, state: ModelState, reason: str) -> None:
    row.state, row.switched_on, row.switched_by_id = state.value, clock.today(), current_actor().user_id
    row.reason = reason
    row.save()
