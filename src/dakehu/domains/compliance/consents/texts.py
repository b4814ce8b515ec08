"""The notice of a purpose that is in force on a day."""

from datetime import date

from dakehu.domains.compliance.consents.models import ConsentText


def find_text(purpose: str, day: date) -> ConsentText | None:
    """Return the notice of a purpose in force on a day, None before the first."""
    rows = ConsentText.objects.filter(purpose=purpose, effective_from__lte=day)
    found: ConsentText | None = rows.order_by("-effective_from").first()
    return found


def texts_in_force(day: date) -> dict[str, ConsentText]:
    """Return {purpose: its notice in force on a day}."""
    rows = ConsentText.objects.filter(effective_from__lte=day).order_by("effective_from")
    return {str(row.purpose): row for row in rows}
