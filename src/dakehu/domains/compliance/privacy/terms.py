"""The terms in force: those declared with each kind of record, and those that the firm set instead."""

from datetime import date

from dakehu.domains.compliance.privacy.models import PrivacyTerm
from dakehu.domains.compliance.privacy.rules import DEADLINE, Term
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.retention import TWENTY_YEARS, Retention, retention_table

# PIPL art. 50 requires an answer in good time and sets no number of days.
ANSWER = Retention(15, "《个人信息保护法》第五十条“及时”", "PIPL art. 50, “in good time”", "D")


def terms(day: date) -> dict[str, Term]:
    """Return {code: term in force on a day}, the deadline first."""
    declared = {DEADLINE: ANSWER, **{code: kept for code, kept in retention_table() if _is_record(code)}}
    found = {code: _declare_term(code, kept) for code, kept in declared.items()}
    for row in PrivacyTerm.objects.filter(effective_from__lte=day).order_by("effective_from", "pk"):
        if row.code in found:
            base = declared[row.code]
            found[row.code] = Term(
                row.code, row.amount, str(row.certainty), row.source, row.source, base.years, base.kind
            )
    return found


def _is_record(code: str) -> bool:
    """Return whether rows of a model are records of their own: not derived from others, and not the audit, which is redacted."""
    model = model_of(code)
    return not getattr(model, "derived", False) and issubclass(model, Recorded)


def is_usual(term: Term) -> bool:
    """Return whether a term is the legal one for all business records."""
    return term == _declare_term(term.code, TWENTY_YEARS)


def _declare_term(code: str, kept: Retention) -> Term:
    return Term(code, kept.years, kept.kind, kept.basis_zh, kept.basis_en, kept.years, kept.kind)


def years_of(model: type, known: dict[str, Term]) -> int:
    """Return the years of retention of a model's rows; undeclared models are kept like business records by law."""
    term = known.get(model._meta.label)  # type: ignore[attr-defined]
    return term.amount if term is not None else TWENTY_YEARS.years


def label_of(code: str) -> Bilingual:
    """Return what a term applies to, in words."""
    if code == DEADLINE:
        return bilingual("答复个人信息请求", "Answer to a privacy request")
    plural: Bilingual = model_of(code).names.plural
    return plural
