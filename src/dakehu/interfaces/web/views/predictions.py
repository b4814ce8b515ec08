"""Prediction models with their back-tests, enabled and disabled here; and the what-if of the contact rhythm."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform

HERE = "/predictions/"
TONES = {"on": "good", "suspended": "bad", "off": "", "replaced": "", "none": ""}
NONE = bilingual("尚未训练", "Not trained yet")
SOURCES = {
    "trades": bilingual("交易", "Trades"),
    "contacts": bilingual("服务记录", "Interactions"),
    "activity": bilingual("登录", "Sign-ins"),
    "balances": bilingual("日终资产", "Balances"),
    "attempts": bilingual("致电结果", "Attempts to call"),
}
WAYS = {
    "logistic": bilingual("逻辑回归", "logistic regression"),
    "boosted": bilingual("可加提升树", "additive boosted trees"),
}
BANDS = {
    "elevated": bilingual("偏高", "Elevated"),
    "usual": bilingual("通常", "Usual"),
    "low": bilingual("偏低", "Low"),
}
GROUPS = {
    "male": bilingual("男", "Men"),
    "female": bilingual("女", "Women"),
    "under_40": bilingual("40 岁以下", "Under 40"),
    "40_to_59": bilingual("40 至 59 岁", "40 to 59"),
    "from_60": bilingual("60 岁及以上", "60 and over"),
}
RHYTHM_BANDS = {
    "none": bilingual("没有联系", "No contact"),
    "one": bilingual("1 次", "1"),
    "two": bilingual("2 次", "2"),
    "more": bilingual("3 次及以上", "3 and more"),
}
PERCENTS = (50, 75, 100, 150, 200)
EPOCH = date(1970, 1, 1)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every kind of prediction: its state, why it is disabled, its back-test compared with the rule."""
    found = ask("insight.prediction_models", {})
    kinds = [_kind(one) for one in found["kinds"]]
    content = {
        "page_title": bilingual("预测模型", "Prediction models"),
        "found": found,
        "kinds": kinds,
        "pictures": [one for one in kinds if one["picture"]],
    }
    return render(request, "insight/predictions.html", content)


def _kind(kind: dict[str, Any]) -> dict[str, Any]:
    """Return a kind with the parts of its report as tables."""
    current = kind["current"]
    report = current["report"] if current else {}
    pooled = report.get("pooled")
    return {
        **kind,
        "state_label": current["state_label"] if current else NONE,
        "tone": TONES[kind["state"]],
        "report": report,
        "pooled": pooled,
        "picture": f"calibration-{kind['kind']}" if pooled else "",
        "calibration": _calibration(pooled["table"]) if pooled else None,
        "bands": [{"label": BANDS[name], **row} for name, row in pooled["bands"].items()] if pooled else [],
        "periods": [
            {**one, "from": EPOCH + timedelta(days=one["first"]), "to": EPOCH + timedelta(days=one["last"])}
            for one in report.get("periods", ())
        ],
        "groups": [{**row, "label": GROUPS[row["group"]]} for row in report.get("groups", ())],
        "history": [{"label": SOURCES[name], **row} for name, row in report.get("history", {}).items()],
        "ways": [{"label": WAYS[name], "brier": size} for name, size in (report.get("ways") or {}).items()],
    }


def _calibration(table: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the calibration picture: observed against predicted, with its interval; perfect calibration is the diagonal."""
    said = [round(row["predicted"], 4) for row in table]
    outer = str(bilingual("95% 区间", "95 % interval"))
    tips = [f"{row['low']:.1%}–{row['high']:.1%}" for row in table]
    fan = [
        {"name": "", "values": [row["low"] for row in table], "fan": 0},
        {"name": outer, "values": [row["high"] - row["low"] for row in table], "fan": 0.18, "tips": tips},
    ]
    lines = [
        {"name": str(bilingual("实际发生", "Came")), "values": [row["observed"] for row in table]},
        {"name": str(bilingual("预测概率", "Predicted")), "values": said, "dashed": True},
    ]
    return {
        "x": [f"{row['predicted']:.1%}" for row in table],
        "series": [
            *({**one, "unit": "share"} for one in lines),
            *({**one, "unit": "share", "stack": "fan", "tone": "accent"} for one in fan),
        ],
    }


@require_POST
def train(request: HttpRequest) -> HttpResponse:
    """Train one kind in the background."""
    done = bilingual(
        "正在训练与回测，完成后刷新本页。", "Training and testing on the past; reload this page when it is done."
    )
    return _perform_and_redirect(request, "insight.train_model", {"kind": request.POST.get("kind", "")}, done)


@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Enable or disable a version, with a reason."""
    is_on = request.POST.get("to") == "on"
    done = (
        bilingual("模型已启用，今晚起计算。", "The model is on, from tonight.")
        if is_on
        else bilingual("模型已停用。", "The model is off.")
    )
    verb = "insight.switch_on_model" if is_on else "insight.switch_off_model"
    return _perform_and_redirect(request, verb, {"model": pk, "reason": request.POST.get("reason", "")}, done)


def _perform_and_redirect(request: HttpRequest, verb: str, given: dict[str, Any], done: Any) -> HttpResponse:
    try:
        perform(verb, given)
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        messages.error(request, "；".join(texts[0] for texts in refused.as_plain().values()))
    else:
        messages.success(request, str(done))
    return HttpResponseRedirect(HERE)


@require_safe
def rhythm(request: HttpRequest) -> HttpResponse:
    """?percent=50: the effort of contacts at half of today's intervals."""
    asked, fault = request.GET.get("percent", "75"), ""
    try:
        found = ask("insight.rhythm_what_if", {"percent": asked})
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        fault = "；".join(texts[0] for texts in refused.as_plain().values())
        found = ask("insight.rhythm_what_if", {})
    bands = [{**row, "label": RHYTHM_BANDS[row["band"]]} for row in found["bands"]]
    content = {
        "page_title": bilingual("联系节奏试算", "Rhythm of contacts"),
        "found": found,
        "fault": fault,
        "percents": sorted({*PERCENTS, found["percent"]}),
        "bands": bands,
        "picture": _rhythm_picture([row for row in bands if row["share"] is not None]),
    }
    return render(request, "insight/rhythm.html", content)


def _rhythm_picture(bands: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the share of clients who left by contact frequency, with its interval; None without any."""
    if not bands:
        return None
    tips = [f"{row['low']:.1%}–{row['high']:.1%}" for row in bands]
    fan = [
        {"name": "", "values": [row["low"] for row in bands], "fan": 0},
        {
            "name": str(bilingual("95% 区间", "95 % interval")),
            "values": [row["high"] - row["low"] for row in bands],
            "fan": 0.18,
            "tips": tips,
        },
    ]
    line = {
        "name": str(bilingual("流失比例", "Share who left")),
        "values": [row["share"] for row in bands],
        "unit": "share",
    }
    return {
        "x": [str(row["label"]) for row in bands],
        "series": [line, *({**one, "unit": "share", "stack": "fan", "tone": "accent"} for one in fan)],
    }
