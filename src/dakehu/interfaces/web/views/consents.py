"""The purposes of use with their notices, and the rules that the desk applies."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.gates import ask
from dakehu.interfaces.web.views.compliance_tabs import tabs_at

STATES = {
    "in_force": (bilingual("生效中", "In force"), "good"),
    "to_come": (bilingual("尚未生效", "To come"), "accent"),
    "replaced": (bilingual("已被替换", "Replaced"), ""),
}
TAG_TONES = {"V": "good", "S": "accent", "K": "warn", "D": ""}
AREAS = {
    "wording": bilingual("用语", "Wording"),
    "registrations": bilingual("执业登记", "Registrations"),
    "consents": bilingual("同意管理", "Consents"),
    "aml": bilingual("反洗钱", "Anti-money laundering"),
    "read_log": bilingual("查阅与导出", "Reading and export"),
    "retention": bilingual("保存期限", "Retention"),
    "privacy": bilingual("个人信息权利", "Privacy"),
    "complaints": bilingual("投诉", "Complaints"),
    "conflicts": bilingual("利益冲突", "Conflicts"),
    "approvals": bilingual("审批", "Approvals"),
    "suitability": bilingual("适当性", "Suitability"),
    "advice": bilingual("投资建议", "Advice"),
    "limits": bilingual("限额", "Limits"),
    "risk": bilingual("风险控制", "Risk"),
}


@require_safe
def purposes(request: HttpRequest) -> HttpResponse:
    """The purposes of use: legal basis, notice in force, clients' statements."""
    code = language()
    rows = ask("compliance.purposes", {})
    for row in rows:
        text = row["text"]
        row["notice"] = (text["en"] if code == "en" and text["en"] else text["zh"]) if text else ""
    content = {
        "page_title": bilingual("同意管理", "Consents"),
        **tabs_at("/compliance/consents/"),
        "rows": rows,
    }
    return render(request, "compliance/consents.html", content)


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """?area=wording&tag=K: the rules that the desk applies, each with version, source and certainty."""
    given = {name: request.GET.get(name, "") for name in ("area", "tag")}
    every = ask("compliance.rules", {})
    areas = sorted({row["area"] for row in every})
    content = {
        "page_title": bilingual("规则与出处", "Rules and sources"),
        **tabs_at("/compliance/rules/"),
        "rows": [
            {
                **row,
                "area_text": AREAS.get(row["area"], row["area"]),
                "state_text": STATES[row["state"]][0],
                "tone": STATES[row["state"]][1],
                "tag_tone": TAG_TONES[row["tag"]],
            }
            for row in every
            if given["area"] in ("", row["area"]) and given["tag"] in ("", row["tag"])
        ],
        "given": given,
        "areas": [("", bilingual("所有领域", "Every area")), *((one, AREAS.get(one, one)) for one in areas)],
        "tags": [
            ("", bilingual("所有可靠程度", "Every certainty")),
            *{row["tag"]: row["certainty"] for row in every}.items(),
        ],
    }
    return render(request, "compliance/rules.html", content)
