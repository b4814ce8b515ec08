"""The register of conflicts of interest: one's own entries, all of them for compliance."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.compliance.conflicts import queries as conflicts
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import render_rows
from dakehu.foundation.schema.fields import labels_of
from dakehu.interfaces.web.views.compliance_tabs import tabs_at

SIZE = 200
SHOWN = (
    "kind",
    "staff",
    "product",
    "product_name",
    "client",
    "description",
    "effect",
    "disclosure",
    "from_on",
    "until_on",
)


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """?ended=1: the visible entries, those in force first unless the ended ones are requested."""
    today, ended = clock.today(), bool(request.GET.get("ended"))
    rows = list(conflicts.conflict_register().select_related("staff", "client")[:SIZE])
    rows = [row for row in rows if (row.until_on is not None and row.until_on < today) == ended]
    shown = render_rows(rows, SHOWN, shown=True)
    content = {
        "page_title": bilingual("利益冲突登记", "Conflicts of interest"),
        **tabs_at("/compliance/conflicts/"),
        "labels": labels_of("compliance.Conflict"),
        "rows": [
            {**text, "client_id": row.client_id, "tone": "bad" if row.effect == "block" else "warn"}
            for row, text in zip(rows, shown, strict=True)
        ],
        "ended": ended,
    }
    return render(request, "compliance/conflicts.html", content)
