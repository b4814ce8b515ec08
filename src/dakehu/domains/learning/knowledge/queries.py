"""Queries of the knowledge base: the list with search, one article for readers, its editor, articles for a page."""

from datetime import date
from typing import Any

from django.db.models import Q

from dakehu.domains.compliance.approvals import requests as approvals
from dakehu.domains.compliance.approvals.queries import can_decide
from dakehu.domains.learning.choices import ArticleState, ReviewStanding
from dakehu.domains.learning.knowledge import rules, store
from dakehu.domains.learning.knowledge.actions import SUBJECT
from dakehu.domains.learning.models import Article, ArticleFile, ArticleVersion, ReadConfirmation
from dakehu.domains.learning.parameters import ARTICLE, ARTICLE_FILE, FILTERS, ORDER, SEARCH
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.database.kept_statements import kept_statement
from dakehu.foundation.files import store as files
from dakehu.foundation.files.store import Content
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter
from dakehu.foundation.search import text as search
from dakehu.foundation.search.lookup import SearchText

PATH = Parameter("path", spec=FieldSpec("页面地址", "Address of the page"))


def readable() -> Any:
    """Return the articles that the reader sees: published and not hidden, their own, and for approvers all."""
    rows, actor = Article.objects.select_related("owner"), current_actor()
    if actor.may(Permission.ARTICLE_APPROVE):
        return rows
    shown = Q(state=ArticleState.PUBLISHED.value, review_by__gte=clock.today() - rules.HIDDEN_AFTER)
    return rows.filter(shown | Q(owner_id=actor.user_id))


@query(
    "learning.articles",
    needs=Permission.LEARNING_READ,
    zh="知识库",
    en="Articles",
    parameters=(SEARCH, FILTERS, ORDER),
)
def articles(*, text: str | None = None, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the articles that the reader sees, by code; `text` searches the approved version, also by pinyin of its title.

    Owners and approvers also see drafts and hidden ones, but the search covers only approved text.
    """
    rows = filter_rows(readable(), filters or {}, order or "")
    wanted = search.fragment(text) if text and text.strip() else None
    if wanted is not None:
        spelled = search.pinyin_condition(text or "")
        found = rows.filter(words__finds=SearchText(wanted, each=True))
        rows = found | rows.filter(words__finds=SearchText(spelled, each=True)) if spelled is not None else found
    return rows if order else rows.order_by("code")


@query(
    "learning.article_list",
    needs=Permission.LEARNING_READ,
    zh="知识库列表",
    en="List of articles",
    parameters=(SEARCH,),
)
def article_list(*, text: str | None = None) -> list[dict[str, Any]]:
    """Return the articles of the list page: [{id, …, standing, is_confirmed: True, False, or None if none is required}]."""
    rows = list(articles(text=text))
    confirmed = set(
        ReadConfirmation.objects.filter(user_id=current_actor().user_id).values_list("article_version_id", flat=True)
    )
    newest: dict[int, int] = {}
    for article, pk in ArticleVersion.objects.filter(state="approved").order_by("number").values_list("article", "pk"):
        newest[article] = pk
    today = clock.today()
    return [
        {
            **shown,
            "id": row.pk,
            "state_code": str(row.state),
            "standing": rules.standing_of(row.review_by, today).value,
            "standing_text": rules.standing_of(row.review_by, today).text,
            "is_confirmed": newest.get(row.pk) in confirmed if row.must_confirm and row.pk in newest else None,
        }
        for row, shown in zip(rows, render_rows(rows, shown=True), strict=True)
    ]


@query("learning.article", needs=Permission.LEARNING_READ, zh="一篇文章", en="An article", parameters=(ARTICLE,))
def article_row(*, article: int) -> Article:
    """Return an article that the reader sees. Raises NotFound."""
    row: Article | None = readable().filter(pk=article).first()
    if row is None:
        raise NotFound(bilingual("文章", "article"))
    return row


@query(
    "learning.article_page",
    needs=Permission.LEARNING_READ,
    zh="文章页面",
    en="Page of an article",
    parameters=(ARTICLE,),
)
def article_page(*, article: int) -> dict[str, Any]:
    """Return the data of an article page.

    {shown, standing, text (of the approved version) or None, version, approved_by, approved_at, files: [{id, name, size}],
    confirmation: day or None, draft: {text, state, number, approval_id} or None for writers, confirmed: count, can: {…}}.
    """
    row = article_row(article=article)
    approved, actor = store.find_approved(row), current_actor()
    draft = (
        store.find_draft(row) if actor.may(Permission.ARTICLE_WRITE) or actor.may(Permission.ARTICLE_APPROVE) else None
    )
    own = ReadConfirmation.objects.filter(user_id=actor.user_id, article_version=approved).first() if approved else None
    standing = rules.standing_of(row.review_by, clock.today())
    return {
        "shown": {**render_row(row, shown=True), "id": row.pk, "state_code": str(row.state)},
        "standing": standing.value,
        "standing_text": standing.text,
        "is_overdue": standing is not ReviewStanding.CURRENT,
        "version": None if approved is None else {**render_row(approved, shown=True), "text": approved.text},
        "files": [
            {"id": one.pk, "name": one.name, "size": one.size} for one in ArticleFile.objects.filter(article=row)
        ],
        "confirmation": None if own is None else render_row(own, ("confirmed_at",), shown=True)["confirmed_at"],
        "draft": None if draft is None else _draft(draft),
        "numbers": list(
            ArticleVersion.objects.filter(article=row).order_by("-number").values_list("number", flat=True)
        ),
    }


def _draft(row: ArticleVersion) -> dict[str, Any]:
    approval = approvals.find_approval(SUBJECT, row.pk) if str(row.state) == "waiting" else None
    return {
        **render_row(row, shown=True),
        "text": row.text,
        "state_code": str(row.state),
        "approval": approval.pk if approval is not None else None,
        "can_decide": approval is not None and can_decide(approval),
    }


@query(
    "learning.version_article",
    needs=Permission.LEARNING_READ,
    zh="版本所属文章",
    en="Article of a version",
    parameters=(Parameter("article_version", kind="integer", spec=FieldSpec("文章版本", "Article version")),),
)
def version_article(*, article_version: int) -> dict[str, int]:
    """Return {article} that a version belongs to. Raises NotFound."""
    return {"article": store.get_version(article_version).article_id}


@query(
    "learning.articles_about",
    needs=Permission.LEARNING_READ,
    zh="相关知识",
    en="Articles about a page",
    parameters=(PATH,),
)
def articles_about(*, path: str) -> list[dict[str, Any]]:
    """Return the published articles that concern a page of the desk: [{id, title, is_overdue}], by code. Hidden ones are left out."""
    today = clock.today()
    return [
        {"id": pk, "title": title, "is_overdue": review_by < today}
        for pk, title, pages, review_by in _articles_of_pages(today - rules.HIDDEN_AFTER)
        if rules.is_about_page(pages, path)
    ]


def _published_with_pages(review_by: date) -> Any:
    """Return (id, title, pages, review by) of the published articles that concern some page, by code."""
    rows = Article.objects.filter(state=ArticleState.PUBLISHED.value, review_by__gte=review_by).exclude(pages="")
    return rows.order_by("code").values_list("pk", "title", "pages", "review_by")


_articles_of_pages = kept_statement(Article, _published_with_pages)


@query(
    "learning.article_file",
    needs=Permission.LEARNING_READ,
    zh="文章附件",
    en="A file of an article",
    parameters=(ARTICLE_FILE,),
)
def article_file(*, article_file: int) -> tuple[str, Content]:
    """Return (name, content) of a file of an article that the reader sees. Raises NotFound."""
    row = ArticleFile.objects.filter(pk=article_file, article__in=readable().order_by().values("pk")).first()
    if row is None:
        raise NotFound(bilingual("附件", "file"))
    return row.name, files.content_of(row.file_key)
