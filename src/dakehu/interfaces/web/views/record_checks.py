"""Checks of service records: records to be read, and the results of people and readers in a month."""

import re
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.foundation.schema.fields import labels_of

MONTH = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])")
MONTHS = 6  # to choose from


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """?month=2026-10: the checks of a month, by default the last one."""
    given = request.GET.get("month", "")
    asked = {"month": f"{given}-01"} if MONTH.fullmatch(given) else {}
    found = ask("care.record_checks", asked)
    content = {
        **found,
        "page_title": bilingual("服务记录抽检", "Checks of service records"),
        "month": found["month"][:7],
        "months": months_before(clock.today()),
        "labels": labels_of("service.Interaction"),
    }
    return render(request, "record_checks/page.html", content)


def months_before(day: date) -> list[str]:
    """Return the months before that of a day, the latest first, as 2026-10."""
    number = day.year * 12 + day.month - 1
    return [f"{n // 12}-{n % 12 + 1:02}" for n in range(number - 1, number - 1 - MONTHS, -1)]
