"""The checks of a piece of advice at the moment of submission and of delivery, and the text as the client reads it."""

from typing import Any

from dakehu.domains.advice.drift import rules as drift_rules
from dakehu.domains.advice.model_portfolios.store import model_on
from dakehu.domains.advice.models import Advice
from dakehu.domains.advice.policies.store import find_policy
from dakehu.domains.advice.records import rules
from dakehu.domains.advice.suitability import queries as suitability
from dakehu.domains.advice.suitability.actions import record_check
from dakehu.domains.compliance.approvals.rules import digest
from dakehu.domains.compliance.conflicts.rules import Entry
from dakehu.domains.compliance.conflicts.store import conflicts_of_text
from dakehu.domains.compliance.registrations.holders import find_number
from dakehu.domains.compliance.wording.queries import check_wording
from dakehu.domains.ledger.performance import portfolio
from dakehu.domains.ledger.products.registry import product_names
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual

ADVISER = "investment_adviser"  # kind of registration required to advise


def letter_of(row: Advice) -> str:
    """Return the full text to the client, in Chinese, as submitted; for a draft as it would be submitted now."""
    if row.letter:
        return row.letter
    return rules.letter_text(
        rules.Letter(
            row.text, row.adviser.name, find_number(row.adviser_id), portfolio.valuation_date(), row.disclosure
        )
    )


def content_digest(row: Advice) -> str:
    """Return the digest of what is approved: client, subject, text and disclosure."""
    return digest(
        {
            "client": row.client_id,
            "kind": str(row.kind),
            "subject": row.subject,
            "product": row.product_id,
            "initiative": str(row.initiative),
            "basis": row.basis,
            "text": row.text,
            "adviser": row.adviser_id,
            "letter": row.letter,
        }
    )


def write_letter(row: Advice) -> None:
    """Set the full letter with the disclosure of conflicts of interest, by the current register."""
    row.letter, row.disclosure = "", rules.disclosure(_conflicts(row))
    row.letter = letter_of(row)


def check(row: Advice) -> dict[str, Any]:
    """Return {suitability, wording, conflicts, versions} of a piece of advice now. Raises Refused with every reason against it.

    Every disclosure that the register requires must be in `disclosure`: if it changed since submission, the advice must be resubmitted.
    """
    conflicts = _conflicts(row)
    policy = find_policy(row.client)
    level = str(policy.risk_level) if policy else str(row.client.risk_level)
    fit = _suitability(row, level)
    wording, bare = check_wording(text=letter_of(row)), check_wording(text=row.text)
    errors = rules.kind_errors(str(row.kind), row.product_id is not None)
    errors += rules.suitability_errors(fit["outcome"], str(row.initiative), fit["reason"])
    errors += rules.conflict_errors(conflicts, row.disclosure)
    errors += rules.security_errors(str(row.kind), bare["hits"]) or rules.text_errors(wording["hits"])
    if errors:
        found: dict[str, Any] = {}
        for name, zh, en in errors:
            found.setdefault(name, []).append(bilingual(zh, en))
        refused = Refused(found)
        refused.recorded_as = "advice.refused"  # the attempt is recorded in the audit
        raise refused
    today = clock.today()
    kept = ("outcome", "rule", "reason", "source", "certainty", "duties", "missing", "taken", "version", "on")
    return {
        "suitability": {name: fit[name] for name in kept},
        "wording": {
            "severity": wording["severity"],
            "hits": [{name: hit[name] for name in ("rule", "version", "severity", "text")} for hit in wording["hits"]],
            "as_of": wording["as_of"],
        },
        "conflicts": [
            {"id": one.id, "kind": one.kind, "effect": one.effect, "disclosure": one.disclosure} for one in conflicts
        ],
        "versions": {
            "suitability": fit["version"],
            "wording": wording["as_of"],
            "advice": rules.VERSION,
            "drift": drift_rules.VERSION,
            "model": model_on(level, today).version if level else "",
            "policy": policy.edition if policy else None,
        },
    }


def _conflicts(row: Advice) -> list[Entry]:
    """Return the conflicts on the register for the adviser, the client and the product, named or mentioned."""
    named = product_names([row.product_id]).get(row.product_id) if row.product_id else None
    products = [named["code"], f"{named['code']}.{named['market']}", named["name"]] if named else []
    return conflicts_of_text(row.adviser_id, [row.client_id], products, row.text)


def save_suitability_check(row: Advice) -> None:
    """Store the suitability check of the product with its duties, and reference it in the checks. Call inside an action."""
    if row.product_id is None:
        return
    kept = record_check(client=row.client, product=row.product, purpose="advice", initiative=str(row.initiative))
    row.checks = {**row.checks, "suitability": {**row.checks["suitability"], "check": kept.pk}}


def _suitability(row: Advice, level: str) -> dict[str, Any]:
    """Return the suitability check of the product; of an allocation at a risk level, that of a product of the same level."""
    stated = {"initiative": str(row.initiative)}
    if row.product_id is None and level:
        stated["product_risk"] = level.replace("C", "R")
    case = suitability.evaluate(clock.today(), row.client, row.product, stated)
    return suitability.render_decision(*case)
