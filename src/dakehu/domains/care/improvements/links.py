"""Links between issues and what clients said, read from either side."""

from typing import Any

from dakehu.domains.care.improvements.choices import Stage
from dakehu.domains.care.improvements.link_kinds import find_kind
from dakehu.domains.care.models import IssueLink
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import render_rows


def issues_of(kind: str, ref: int) -> list[dict[str, Any]]:
    """Return the issues that a record is linked to: [{id, title, stage, is_closed}]."""
    links = IssueLink.objects.filter(kind=kind, ref=ref).select_related("issue").order_by("pk")
    return [
        {
            "id": link.issue_id,
            "title": link.issue.title,
            "stage": Stage.text_of(str(link.issue.stage)),
            "is_closed": link.issue.closed_on is not None,
        }
        for link in links
    ]


def described_links(issue: int) -> list[dict[str, Any]]:
    """Return the visible links of an issue: [{id, kind, kind_label, ref, url, client: {id, name} or None, has_person: whether there is
    somebody to inform, title, informed_on, informed_how, informed_by}], by kind and number."""
    links = list(IssueLink.objects.filter(issue=issue).select_related("client", "informed_by").order_by("kind", "ref"))
    titles = _titles(links)
    made = []
    for link, plain, shown in zip(links, render_rows(links), render_rows(links, shown=True), strict=True):
        kind = find_kind(link.kind)
        made.append(
            {
                "id": link.pk,
                "kind": link.kind,
                "kind_label": str(kind.label) if kind else link.kind,
                "ref": link.ref,
                "url": kind.url.format(id=link.ref, client=link.client_id) if kind else "",
                "client": plain["client"],
                "has_person": kind is not None and bool(kind.client),
                "title": titles.get((link.kind, link.ref), ""),
                "informed_on": shown["informed_on"],
                "informed_how": shown["informed_how"],
                "informed_by": shown["informed_by"],
            }
        )
    return made


def _titles(links: list[IssueLink]) -> dict[tuple[str, int], str]:
    """Return {(kind, id): what the record is about}, as far as the reader's clearance allows."""
    found: dict[tuple[str, int], str] = {}
    for name in {link.kind for link in links}:
        kind = find_kind(name)
        if kind is None:
            continue
        rows = list(kind.visible_rows().filter(pk__among=[link.ref for link in links if link.kind == name]))
        for row, shown in zip(rows, render_rows(rows, (kind.title,), shown=True), strict=True):
            found[(name, row.pk)] = str(shown[kind.title] or bilingual("（无标题）", "(no title)"))[:120]
    return found
