"""Notifications of trials: next steps of the owner, pending decisions, trials with the reader's clients."""

from collections import Counter
from datetime import timedelta
from typing import Any

from dakehu.domains.innovation.choices import TrialGroup, TrialOutcome, TrialState
from dakehu.domains.innovation.models import ServiceVersion, Trial, TrialDecision, TrialMember
from dakehu.domains.innovation.trials.store import authors_of
from dakehu.domains.innovation.visibility import is_seen_whole
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

TRIALS = "innovation.trial_notices"
NEWS_DAYS = 14  # for which a start is shown to the people who serve the clients


@query(TRIALS, needs=Permission.TRIAL_READ, zh="试点提醒", en="Notices of trials")
def trial_notices() -> list[dict[str, Any]]:
    """Return notices: own trials that may begin, are over or were decided; those awaiting the reader's decision; those with the
    reader's own clients that began within two weeks."""
    return [*_own(), *_to_decide(), *_serving()]


def _notice(row: Trial, what: str, text: Bilingual, tone: str = "", count: int = 1) -> dict[str, Any]:
    key, url = f"{TRIALS}:{row.pk}:{what}", f"/trials/{row.pk}/"
    return notice(key, text, at=clock.today().isoformat(), url=url, tone=tone, count=count)


def _own() -> list[dict[str, Any]]:
    notices, today = list[dict[str, Any]](), clock.today()
    rows = Trial.objects.filter(owner_id=current_actor().user_id)
    for row in rows.filter(state=TrialState.APPROVED.value):
        text = bilingual(
            "试点“{what}”已批准，可以抽取分组", "Trial “{what}” is approved: draw the groups", what=row.name
        )
        notices.append(_notice(row, f"start:{row.row_version}", text))
    for row in rows.filter(state=TrialState.RUNNING.value, ends_on__lt=today):
        if not row.result:
            text = bilingual("试点“{what}”已结束，请测量结果", "Trial “{what}” is over: measure it", what=row.name)
            notices.append(_notice(row, f"measure:{row.ends_on}", text, "warn"))
    return [*notices, *_decided(rows)]


def _decided(rows: Any) -> list[dict[str, Any]]:
    """Return own trials that were decided within two weeks, and adopted ones not yet referenced by a catalogue version."""
    notices, since = list[dict[str, Any]](), clock.today() - timedelta(days=NEWS_DAYS)
    found = TrialDecision.objects.filter(trial__in=rows.values("pk")).select_related("trial").order_by("pk")
    versions = set(ServiceVersion.objects.exclude(based_on=None).values_list("based_on_id", flat=True))
    for one in found:
        if one.outcome == TrialOutcome.ADOPT and one.trial_id not in versions:
            text = bilingual(
                "试点“{what}”已采纳，请更新服务目录",
                "Trial “{what}” was adopted: bring it into the catalogue",
                what=one.trial.name,
            )
            notices.append(_notice(one.trial, f"catalogue:{one.pk}", text))
        elif one.decided_on >= since:
            text = bilingual(
                "试点“{what}”：{how}",
                "Trial “{what}”: {how}",
                what=one.trial.name,
                how=TrialOutcome.text_of(str(one.outcome)),
            )
            notices.append(_notice(one.trial, f"decided:{one.pk}", text))
    return notices


def _to_decide() -> list[dict[str, Any]]:
    actor = current_actor()
    if not actor.may(Permission.TRIAL_DECIDE):
        return []
    rows = Trial.objects.filter(state=TrialState.RUNNING.value, ends_on__lt=clock.today()).exclude(result={})
    return [
        _notice(
            row,
            f"decide:{row.measured_on}",
            bilingual("试点“{what}”等您决定", "Trial “{what}” waits for your decision", what=row.name),
            "warn",
        )
        for row in rows.order_by("pk")
        if actor.user_id not in authors_of(row) and is_seen_whole(row)
    ]


def _serving() -> list[dict[str, Any]]:
    """Return trials that began within two weeks, with the number of the reader's clients in the treatment group."""
    actor = current_actor()
    if actor.reach is not Reach.COVERED:
        return []
    rows = TrialMember.objects.filter(
        trial__state=TrialState.RUNNING.value,
        trial__started_on__gte=clock.today() - timedelta(days=NEWS_DAYS),
        group=TrialGroup.TREATMENT.value,
    ).exclude(trial__owner_id=actor.user_id)
    counts = Counter(rows.values_list("trial_id", flat=True))
    return [
        _notice(
            row,
            "began",
            bilingual(
                "试点“{what}”已开始：{n} 位您可见的客户在试点组",
                "Trial “{what}” began: {n} clients in your sight are in the trial group",
                what=row.name,
                n=counts[row.pk],
            ),
        )
        for row in Trial.objects.filter(pk__in=counts).order_by("pk")
    ]


declare(NoticeSource(TRIALS, bilingual("试点", "Trials"), "git-compare", order=47))
