"""The registrations of staff: holder, kind, expiry, and what each is required for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.compliance.registrations import queries as registrations
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, render_rows
from dakehu.foundation.gates.output import columns_of
from dakehu.foundation.schema.fields import labels_of, model_of
from dakehu.interfaces.web.views.compliance_tabs import tabs_at

SHOWN = ("user", "kind", "number", "state", "valid_from", "valid_to", "evidence")
TONES = {"valid": "good", "unverified": "warn", "suspended": "bad", "cancelled": ""}


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """?kind=investment_adviser&state=valid: the registrations of staff, by person."""
    given = {name: request.GET.get(name, "") for name in ("kind", "state")}
    rows = list(registrations.registrations(filters={name: value for name, value in given.items() if value}))
    shown = render_rows(rows, SHOWN, shown=True)
    kind, state = columns_of(model_of("compliance.StaffRegistration"), ("kind", "state"))
    mine, today = ask("compliance.my_registrations", {}), clock.today()
    content = {
        "page_title": bilingual("执业登记", "Registrations of staff"),
        **tabs_at("/compliance/registrations/"),
        "labels": labels_of("compliance.StaffRegistration"),
        "rows": [
            {
                **text,
                "id": row.pk,
                "tone": TONES.get(str(row.state), ""),
                "is_over": row.valid_to is not None and row.valid_to < today,
            }
            for row, text in zip(rows, shown, strict=True)
        ],
        "given": given,
        "kinds": [("", bilingual("所有类别", "Every kind")), *((one.value, one.text) for one in kind.choice_set)],
        "states": [("", bilingual("所有状态", "Every state")), *((one.value, one.text) for one in state.choice_set)],
        "number": mine["number"],
        "held": [kind.choice_set.text_of(one) for one in mine["held"]],
        "needed": [(kind.choice_set.text_of(one), one in mine["held"], names) for one, names in mine["needed"].items()],
    }
    return render(request, "compliance/registrations.html", content)
