"""Actions on the lexicon's entries and on texts that wait."""

from datetime import date
from typing import Any

from dakehu.domains.compliance.choices import ReviewState
from dakehu.domains.compliance.models import TextReview, WordingEntry
from dakehu.domains.compliance.wording import store
from dakehu.domains.compliance.wording.patterns import fault_of
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CODE = Parameter("code", spec=FieldSpec("词条编号", "Code of the entry", example="W01.1"))
REVIEW = Parameter("review", kind="integer", spec=FieldSpec("复核编号", "Number of the review"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
NOTE = parameters_of("compliance.WordingEntry", optional=("effective_from", "note"))
REASON = parameters_of("compliance.TextReview", "reason")
SENT_ALREADY = bilingual(
    "放行后文本可能已经发出，不能撤销。", "Once released the text may have been sent; this is not undone."
)


@action(
    "compliance.add_wording_entry",
    needs=Permission.WORDING_WRITE,
    zh="新增词条",
    en="Add a wording entry",
    parameters=(parameters_of("compliance.WordingEntry", "group", "pattern"), NOTE),
)
def add_wording_entry(
    *, group: str, pattern: str, effective_from: date | None = None, note: str | None = None
) -> WordingEntry:
    """Add a word or pattern to a group, in force from a day (default: today). Raises Refused for an invalid pattern."""
    return _new_version(store.next_code(str(group)), 1, str(group), pattern, effective_from, note)


@action(
    "compliance.change_wording_entry",
    needs=Permission.WORDING_WRITE,
    zh="修改词条",
    en="Change a wording entry",
    parameters=(CODE, parameters_of("compliance.WordingEntry", "pattern"), NOTE),
)
def change_wording_entry(
    *, code: str, pattern: str, effective_from: date | None = None, note: str | None = None
) -> WordingEntry:
    """Add the next version of an entry with another pattern. Raises NotFound, and Refused for an invalid pattern."""
    latest = _get_latest(code)
    return _new_version(code, latest.version + 1, str(latest.group), pattern, effective_from, note)


@action(
    "compliance.end_wording_entry",
    needs=Permission.WORDING_WRITE,
    zh="停用词条",
    en="Switch a wording entry off",
    parameters=(CODE, NOTE),
)
def end_wording_entry(*, code: str, effective_from: date | None = None, note: str | None = None) -> WordingEntry:
    """Switch an entry off from a day by a further version. Raises NotFound, and Refused if it is already off."""
    latest = _get_latest(code)
    if getattr(latest, "is_off", False):
        raise refusal("code", "该词条已经停用。", "This entry is off already.")
    return _new_version(code, latest.version + 1, str(latest.group), latest.pattern, effective_from, note, is_off=True)


def _get_latest(code: str) -> Any:
    """Return the latest version of an entry. Raises NotFound."""
    found = store.latest(code)
    if found is None:
        raise NotFound(bilingual("词条", "entry"), code)
    return found


def _new_version(
    code: str, version: int, group: str, pattern: str, day: date | None, note: str | None, is_off: bool = False
) -> WordingEntry:
    """Store a version. Raises Refused for an invalid pattern, or a day before the version it follows."""
    fault = None if is_off else fault_of(pattern)
    if fault is not None:
        raise Refused({"pattern": [Bilingual(*fault)]})
    day = day or clock.today()
    if day < clock.today():
        raise refusal("effective_from", "生效日期不能早于今天。", "It cannot take effect before today.")
    row = WordingEntry(
        code=code, version=version, group=group, pattern=pattern, effective_from=day, note=note or "", is_off=is_off
    )
    row.save()
    return row


@action(
    "compliance.release_text",
    needs=Permission.WORDING_REVIEW,
    zh="放行文本",
    en="Release a text",
    parameters=(REVIEW, REASON, VERSION),
    irreversible=SENT_ALREADY,
)
def release_text(*, review: int, reason: str, version: int | None = None) -> TextReview:
    """Release a waiting text. Raises NotFound, and Refused if it has been decided."""
    return _decide(review, ReviewState.RELEASED, reason, version)


@action(
    "compliance.refuse_text",
    needs=Permission.WORDING_REVIEW,
    zh="不予放行",
    en="Refuse a text",
    parameters=(REVIEW, REASON, VERSION),
)
def refuse_text(*, review: int, reason: str, version: int | None = None) -> TextReview:
    """Refuse a waiting text. Raises NotFound, and Refused if it has been decided."""
    return _decide(review, ReviewState.REFUSED, reason, version)


def _decide(review: int, state: ReviewState, reason: str, version: int | None) -> TextReview:
    """Store a decision and notify the sender's domain. Raises NotFound and Refused."""
    row = _get_review(review)
    check_version(row, version)
    if row.state != ReviewState.WAITING:
        raise Refused(bilingual("这段文本已经复核过。", "This text has been decided already."))
    row.state, row.reason = state.value, reason
    row.decided_by, row.decided_at = team.current_user(), clock.now()
    row.save()
    publish_event("text.reviewed", review=row.pk)
    return row


def _get_review(pk: int) -> TextReview:
    """Return a review. Raises NotFound."""
    row: TextReview | None = TextReview.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("文本复核", "text review"), pk)
    return row


@action(
    "compliance.open_reviewed_text",
    needs=Permission.WORDING_REVIEW,
    zh="查看待复核文本",
    en="Open a text to be reviewed",
    parameters=(REVIEW,),
    offers_undo=False,
)
def open_reviewed_text(*, review: int) -> dict[str, Any]:
    """Return the decrypted text of a review; the audit records that it was opened."""
    row = _get_review(review)
    return {"id": row.pk, "text": row.text.open(), "kind": row.kind, "hits": row.hits}
