"""Links of an anonymous survey to be handed out at an event: one slip a guest, without a list of recipients."""

from typing import Any

from dakehu.domains.care.permissions import SURVEY_WRITE
from dakehu.domains.care.surveys import rules, tokens
from dakehu.domains.care.surveys.choices import Anonymity, BatchOrigin
from dakehu.domains.care.surveys.parameters import COUNT, EVENT, EXPIRES_ON, SURVEY
from dakehu.domains.care.surveys.sending import TOO_FEW, add_batch, address_of, check_days, get_sendable
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual

MOST = 500


@action(
    "care.make_event_links",
    needs=SURVEY_WRITE,
    zh="生成现场链接",
    en="Make links for an event",
    parameters=(SURVEY, COUNT, EVENT, EXPIRES_ON),
    irreversible=bilingual(
        "链接只显示这一次，系统不保存；需要时请重新生成。",
        "The links are shown once and stored nowhere; make new ones if needed.",
    ),
)
def make_event_links(*, survey: int, count: int, event: int | None = None, expires_on: Any = None) -> dict[str, Any]:
    """Return {batch, links} with links, each valid for one answer. Raises Refused unless the survey is anonymous."""
    row = get_sendable(survey)
    if row.anonymity != Anonymity.ANONYMOUS:
        raise refusal(
            "survey",
            "现场链接没有收件人，只用于匿名问卷。",
            "Links of an event name nobody: for anonymous surveys only.",
        )
    if not rules.is_anonymous_possible(count) or count > MOST:
        raise refusal("count", TOO_FEW.zh, TOO_FEW.en, n=rules.LEAST_ANONYMOUS)
    batch = add_batch(row, BatchOrigin.EVENT, check_days(row, expires_on), invited=count, event_ref=event)
    drawn = [tokens.draw_token(batch.pk, batch.secret)[0] for _ in range(count)]
    return {"batch": batch.pk, "links": [address_of(one) for one in drawn]}
