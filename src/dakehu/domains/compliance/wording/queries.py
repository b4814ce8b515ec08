"""Queries: check a text, the lexicon in force, the versions, the texts that wait."""

from typing import Any

from dakehu.domains.compliance.choices import ReviewState
from dakehu.domains.compliance.models import TextReview, WordingEntry
from dakehu.domains.compliance.wording import store
from dakehu.domains.compliance.wording.groups import COMPANIONS, GROUPS
from dakehu.domains.compliance.wording.measures import MEASURED
from dakehu.domains.compliance.wording.rules import MAX_LENGTH, Hit, severity_of
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

TEXT = Parameter("text", spec=FieldSpec("文本", "Text"))
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))


@query("compliance.check_wording", needs="", zh="检查用语", en="Check the wording", parameters=(TEXT,))
def check_wording(*, text: str) -> dict[str, Any]:
    """Return whether a text may be sent to a client; no side effects.

    {severity: "BLOCK" (no), "COND" (only with the companion texts), "WARN" (needs substantiation), "REVIEW" (a person
    decides) or None; hits: [{group, name, severity, rule, version, text, start, end, reason: {zh, en}, suggestion: {zh, en},
    missing: companion texts, is_negated, is_quoted, source, certainty}]; as_of}. Certainty: V text read, S secondary source,
    K to be checked, D house default. `start` and `end` count characters of the given text.
    """
    if len(text) > MAX_LENGTH:
        raise refusal(
            "text",
            "文本超过 {n} 字，请分段检查。",
            "The text is longer than {n} characters; check it in parts.",
            n=MAX_LENGTH,
        )
    day = clock.today()
    hits = store.hits_on(text, day)
    return {"severity": severity_of(hits), "hits": [render_hit(hit) for hit in hits], "as_of": day.isoformat()}


def render_hit(hit: Hit) -> dict[str, Any]:
    """Return a hit as plain values with its reasons."""
    group = hit.group
    return {
        "group": group.code,
        "name": str(bilingual(group.zh, group.en)),
        "severity": hit.severity,
        "rule": hit.rule,
        "version": hit.version,
        "text": hit.text,
        "start": hit.start,
        "end": hit.end,
        "reason": {"zh": group.why_zh, "en": group.why_en},
        "suggestion": {"zh": group.suggestion_zh, "en": group.suggestion_en},
        "missing": [str(bilingual(*COMPANIONS[name][:2])) for name in hit.missing],
        "is_negated": hit.is_negated,
        "is_quoted": hit.is_quoted,
        "source": group.source,
        "certainty": group.certainty,
    }


@query("compliance.lexicon", needs=Permission.COMPLIANCE_READ, zh="用语词库", en="Lexicon of wording")
def lexicon() -> dict[str, Any]:
    """Return the lexicon in force today: {groups: [{code, severity, name, reason, suggestion, source, certainty, companions,
    entries: [{code, pattern, version, effective_from, is_default}]}], rates, as_of}."""
    day = clock.today()
    entries = store.entries_on(day)
    return {
        "groups": [
            {
                "code": group.code,
                "severity": group.severity,
                "name": str(bilingual(group.zh, group.en)),
                "reason": str(bilingual(group.why_zh, group.why_en)),
                "suggestion": str(bilingual(group.suggestion_zh, group.suggestion_en)),
                "source": group.source,
                "certainty": group.certainty,
                "companions": [str(bilingual(*COMPANIONS[name][:2])) for name in group.companions],
                "entries": [
                    {
                        "code": entry.code,
                        "pattern": entry.pattern,
                        "version": entry.version,
                        "effective_from": entry.effective_from.isoformat(),
                        "is_default": entry.is_default,
                    }
                    for entry in entries
                    if entry.group == group.code
                ],
            }
            for group in GROUPS
        ],
        "rates": {
            "forbidden": MEASURED.forbidden,
            "missed": MEASURED.missed,
            "missed_share": MEASURED.missed / MEASURED.forbidden,
            "allowed": MEASURED.allowed,
            "false_alarms": MEASURED.false_alarms,
            "false_alarms_share": MEASURED.false_alarms / MEASURED.allowed,
            "reviewed": MEASURED.reviewed,
        },
        "as_of": day.isoformat(),
    }


@query(
    "compliance.wording_entries",
    needs=Permission.COMPLIANCE_READ,
    zh="词条版本",
    en="Versions of wording entries",
    parameters=(FILTERS, ORDER),
)
def wording_entries(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the stored versions of entries, the newest first."""
    return filter_rows(WordingEntry.objects.all(), filters or {}, order or "-effective_from,-version")


@query("compliance.text_reviews", needs=Permission.WORDING_REVIEW, zh="待复核文本", en="Texts waiting for review")
def text_reviews() -> list[dict[str, Any]]:
    """Return the texts that wait, oldest first: [{id, row_version, kind, asked_at, hits}]. The text is read by an action."""
    rows = TextReview.objects.filter(state=ReviewState.WAITING.value).order_by("asked_at", "pk")[:200]
    return [
        {
            "id": row.pk,
            "row_version": row.row_version,
            "kind": row.kind,
            "asked_at": clock.local(row.asked_at).strftime("%Y-%m-%d %H:%M"),
            "hits": row.hits,
        }
        for row in rows
    ]
