"""Queries: the models with their back-tests, and their predictions for a client."""

from typing import Any

from dakehu.domains.insight.predictions import rules, training, words
from dakehu.domains.insight.predictions.choices import ModelState, PredictionBand, PredictionKind
from dakehu.domains.insight.predictions.features import FEATURES, OF_KIND
from dakehu.domains.insight.predictions.models import ClientPrediction, PredictionModel
from dakehu.domains.insight.predictions.scoring import is_model_in_use, models_in_use
from dakehu.domains.team.queries import names_of
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.client_cards import ClientCard, declare
from dakehu.foundation.schema.parameters import parameters_of

CARD = "insight.prediction_card"
CLIENT = parameters_of("insight.ClientPrediction", "client")
TONES = {"elevated": "bad", "usual": "", "low": ""}
VERSIONS = 10


@query("insight.prediction_models", needs=Permission.MODEL_READ, zh="预测模型", en="Prediction models")
def prediction_models() -> dict[str, Any]:
    """Return the state of each kind of prediction.

    {installed, how_to (what to install if it is not), notice, feedback, random, kinds: [{kind, label, outcome, rule, features:
    [label], state, current: the version in use or else the newest, None before any; versions: [version]}]}. A version: {id, version, state,
    state_label, trained_on, trained_by, switched_by, switched_on, reason, report, failures: [sentence], passes, last_check, drift:
    [sentence]}.
    """
    rows = list(PredictionModel.objects.order_by("kind", "-version"))
    names = names_of({one for row in rows for one in (row.trained_by_id, row.switched_by_id) if one is not None})
    return {
        "installed": training.is_installed(),
        "how_to": str(training.HOW_TO),
        "notice": str(words.NOTICE),
        "feedback": str(words.FEEDBACK),
        "random": str(words.RANDOM),
        "kinds": [_kind(one.value, [row for row in rows if row.kind == one], names) for one in PredictionKind],
    }


def _kind(kind: str, rows: list[PredictionModel], names: dict[int, str]) -> dict[str, Any]:
    versions = [_version(row, names) for row in rows[:VERSIONS]]
    in_use = [one for one in versions if one["state"] in (ModelState.ON.value, ModelState.SUSPENDED.value)]
    current = (in_use or versions or [None])[0]
    return {
        "kind": kind,
        "label": str(words.LABELS[kind]),
        "outcome": str(words.OUTCOMES[kind]),
        "rule": str(words.RULES[kind]),
        "features": [str(FEATURES[name].label) for name in OF_KIND[kind]],
        "state": current["state"] if current else "none",
        "current": current,
        "versions": versions,
    }


def _version(row: PredictionModel, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": row.pk,
        "version": row.version,
        "state": str(row.state),
        "state_label": ModelState.text_of(row.state),
        "trained_on": row.trained_on,
        "trained_by": names.get(row.trained_by_id or 0, ""),
        "switched_by": names.get(row.switched_by_id or 0, ""),
        "switched_on": row.switched_on,
        "reason": row.reason,
        "report": row.report,
        "failures": [words.failure_words(name) for name in row.failures],
        "passes": not row.failures and bool(row.definition),
        "last_check": row.last_check,
        "drift": _drift(row.last_check),
    }


def _drift(check: dict[str, Any]) -> list[str]:
    """Return the findings of the last drift check, in sentences; [] before any."""
    if not check:
        return []
    shifted = [f"{FEATURES[name].label} {size:.2f}" for name, size in check["shifts"].items() if size > rules.SHIFTED]
    found = []
    if shifted:
        what = str(bilingual("、", ", ")).join(shifted)
        found.append(str(bilingual("分布已偏移（PSI）：{what}。", "Shifted (PSI): {what}.", what=what)))
    quarter = check["quarter"]
    if quarter["is_lost"]:
        found.append(str(bilingual("最近一季校准失效。", "Calibration was lost in the last quarter.")))
    elif quarter["cases"] < rules.LEAST_CHECK or quarter["events"] < rules.LEAST_EVENTS:
        found.append(
            str(
                bilingual(
                    "最近一季结果太少，尚不能判断校准。", "Too few outcomes in the last quarter to judge calibration."
                )
            )
        )
    return found


@query(CARD, needs=Permission.MODEL_READ, zh="客户预测卡片", en="Card of a client's predictions", parameters=CLIENT)
def prediction_card(*, client: Any) -> dict[str, Any]:
    """Return the predictions of the models in use for a client, the reasons, and their past reliability (foundation.schema.client_cards)."""
    page = {"text": str(bilingual("模型与回测", "Models and back-tests")), "url": "/predictions/"}
    row = ClientPrediction.objects.filter(client=client).first()
    used = {str(one.kind): one for one in models_in_use()} if row is not None else {}
    if not used and not is_model_in_use():
        return {"notes": [str(bilingual("没有启用的预测模型。", "No prediction model is in use."))], "page": page}
    if row is None:
        left_out = bilingual(
            "没有这位客户的预测：未同意画像分析，或不在预测范围内。",
            "Nothing is predicted of this client: no consent to profiling, or outside what is predicted.",
        )
        return {"notes": [str(left_out)], "page": page}
    if current_actor().clearance < PERSONAL:
        return {
            "notes": [str(bilingual("您的权限看不到个人预测。", "You are not cleared for predictions of people."))],
            "page": page,
        }
    found = [_render_prediction(kind, row, used[kind]) for kind in used if getattr(row, f"{kind}_band")]
    if not found:
        return {"notes": [str(bilingual("目前没有适用的预测。", "No prediction applies at present."))], "page": page}
    lines = [{"what": one["lead"], "text": one["text"], "tone": one["tone"]} for one in found]
    notes = [
        str(bilingual("截至 {day}。{notice}", "As of {day}. {notice}", day=row.day.isoformat(), notice=words.NOTICE))
    ]
    return {"lead": found[0]["lead"], "tone": found[0]["tone"], "lines": lines, "notes": notes, "page": page}


def _render_prediction(kind: str, row: ClientPrediction, model: PredictionModel) -> dict[str, str]:
    """Return the prediction for a client as text: {lead, text, tone}."""
    band, chance = str(getattr(row, f"{kind}_band")), getattr(row, f"{kind}_probability")
    basis = row.basis.get(kind, {})
    title = bilingual(
        "{label}可能：{band}", "{label}: {band}", label=words.LABELS[kind], band=PredictionBand.text_of(band).lower()
    )
    tone = TONES[band] if kind == "churn" else ""
    if basis.get("by") == "rule":
        text = bilingual(
            "模型已自动停用，按规则：{rule}", "The model is off by itself; by the rule: {rule}", rule=words.RULES[kind]
        )
        return {"lead": str(title), "text": str(text), "tone": tone}
    share = "" if chance is None else f"{float(chance):.0%}"
    because = "；".join(words.reasons(basis)) or str(bilingual("各项均接近通常水平", "everything is near the usual"))
    text = bilingual(
        "{share}，因为：{because}。{reliability}",
        "{share}, because: {because}. {reliability}",
        share=share,
        because=because,
        reliability=words.reliability(band, model.report),
    )
    return {"lead": str(title), "text": str(text), "tone": tone}


declare(ClientCard(CARD, "预测", "Predictions", CARD, order=90))
