"""Find articles and their versions."""

from typing import Any

from dakehu.domains.compliance.approvals.rules import digest
from dakehu.domains.learning.choices import VersionState
from dakehu.domains.learning.models import Article, ArticleVersion
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual


def get_article(pk: int) -> Article:
    """Return an article. Raises NotFound."""
    row: Article | None = Article.objects.select_related("owner").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("文章", "article"))
    return row


def get_version(pk: int) -> ArticleVersion:
    """Return a version of an article. Raises NotFound."""
    row: ArticleVersion | None = ArticleVersion.objects.select_related("article").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("文章版本", "version"))
    return row


def find_approved(article: Article) -> ArticleVersion | None:
    """Return the latest approved version of an article, None without one."""
    return _latest(article, state=VersionState.APPROVED.value)


def find_draft(article: Article) -> ArticleVersion | None:
    """Return the version of an article that is a draft or waits for approval, None without one."""
    states = (VersionState.DRAFT.value, VersionState.WAITING.value)
    return _latest(article, state__in=states)


def _latest(article: Article, **condition: Any) -> ArticleVersion | None:
    rows = ArticleVersion.objects.filter(article=article, **condition)
    found: ArticleVersion | None = rows.order_by("-number").first()
    return found


def content_digest(version: ArticleVersion) -> str:
    """Return the digest of the approved content: title and text."""
    return digest({"title": version.title, "text": version.text})
