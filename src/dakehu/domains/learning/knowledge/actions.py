"""Actions on articles: write a version, submit it, approve it through the approvals, review, retire, confirm as read."""

from datetime import date
from typing import Any

from dakehu.domains.compliance.approvals import requests as approvals
from dakehu.domains.learning.choices import ArticleState, VersionState
from dakehu.domains.learning.knowledge import rules, store
from dakehu.domains.learning.models import Article, ArticleFile, ArticleVersion, ReadConfirmation
from dakehu.domains.learning.parameters import ARTICLE, ARTICLE_FILE, FILE, VERSION
from dakehu.domains.service.attachments import check_media_type
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files import store as files
from dakehu.foundation.files.store import Upload
from dakehu.foundation.schema.parameters import Fields, parameters_of
from dakehu.foundation.search.text import name_tokens, tokens

SUBJECT = "learning.article_version"  # of approvals
TEXT = parameters_of("learning.ArticleVersion", "text")
ABOUT = ("title", "topic", "owner", "review_by", "must_confirm", "pages")


@action(
    "learning.add_article",
    needs=Permission.ARTICLE_WRITE,
    zh="新建知识库文章",
    en="Add an article",
    parameters=(Fields("learning.Article", required=("code", "title", "review_by"), new=True), TEXT),
)
def add_article(*, code: str, title: str, review_by: date, text: str, **values: Any) -> Article:
    """Add an article with its first draft; its owner is the actor by default. Raises Refused for a code that is taken."""
    given = {name: value for name, value in values.items() if value is not None}
    row = Article(code=code.strip(), title=title, review_by=review_by, **{"owner": team.current_user(), **given})
    if Article.objects.filter(code=row.code).exists():
        raise refusal("code", "已有这个编号。", "There is this code already.")
    _check(row)
    row.save()
    _write(row, text)
    return row


@action(
    "learning.change_article",
    needs=Permission.ARTICLE_WRITE,
    zh="修改文章信息",
    en="Change what an article is",
    parameters=(ARTICLE, VERSION, parameters_of("learning.Article", optional=ABOUT)),
)
def change_article(*, article: int, version: int | None = None, **values: Any) -> Article:
    """Change title, topic, owner, pages and review date of an article. A new title is shown with the next approved version."""
    row = store.get_article(article)
    check_version(row, version)
    for name, value in values.items():
        setattr(row, name, "" if value is None and name == "pages" else value)
    _check(row)
    row.save()
    return row


def _check(row: Article) -> None:
    fault = rules.pages_fault(row.pages)
    if fault is not None:
        raise Refused({"pages": [fault]})


@action(
    "learning.write_article",
    needs=Permission.ARTICLE_WRITE,
    zh="编写新版本",
    en="Write a version of an article",
    parameters=(ARTICLE, TEXT),
)
def write_article(*, article: int, text: str) -> ArticleVersion:
    """Write the draft of an article, or a new version if there is no draft; one waiting for approval becomes a draft again."""
    return _write(store.get_article(article), text)


def _write(article: Article, text: str) -> ArticleVersion:
    fault = rules.text_fault(text)
    if fault is not None:
        raise Refused({"text": [fault]})
    row = store.find_draft(article)
    if row is None:
        numbers = ArticleVersion.objects.filter(article=article).values_list("number", flat=True)
        row = ArticleVersion(article=article, number=rules.next_number(numbers), author_ids=[])
    elif row.state == VersionState.WAITING:
        approvals.void_approvals(SUBJECT, row.pk)
    me = current_actor().user_id
    row.title, row.text, row.state = article.title, text, VersionState.DRAFT.value
    row.author_ids = [*row.author_ids, me] if me is not None and me not in row.author_ids else row.author_ids
    row.save()
    return row


@action(
    "learning.submit_article",
    needs=Permission.ARTICLE_WRITE,
    zh="提交文章审批",
    en="Submit an article for approval",
    parameters=(ARTICLE,),
)
def submit_article(*, article: int) -> ArticleVersion:
    """Request a second person's approval of the draft of an article. Raises Refused without a draft."""
    found = store.get_article(article)
    row = store.find_draft(found)
    if row is None or row.state != VersionState.DRAFT:
        raise refusal("article", "没有可提交的草稿。", "There is no draft to submit.")
    row.state = VersionState.WAITING.value
    row.save()
    summary = f"{found.title} v{row.number}"
    authors = [*row.author_ids, current_actor().user_id or 0]
    approvals.request_approval(SUBJECT, row.pk, summary, store.content_digest(row), authors)
    return row


def decide_version(version: int, is_approved: bool, note: str) -> None:
    """Apply the decision on a version: it is published, or becomes a draft again."""
    row = store.get_version(version)
    row.state = (VersionState.APPROVED if is_approved else VersionState.DRAFT).value
    if is_approved:
        row.approved_by, row.approved_at = team.current_user(), clock.now()
        article = row.article
        article.state = ArticleState.PUBLISHED.value
        article.words = f"{name_tokens(row.title)} {tokens(row.text)}"
        article.save()
    row.save()


@action(
    "learning.review_article",
    needs=Permission.ARTICLE_WRITE,
    zh="复审确认仍然有效",
    en="Confirm an article after review",
    parameters=(ARTICLE, parameters_of("learning.Article", "review_by")),
)
def review_article(*, article: int, review_by: date) -> Article:
    """Confirm an article as valid until a later day. Raises Refused for a day that is not in the future."""
    row = store.get_article(article)
    if review_by <= clock.today():
        raise refusal("review_by", "复审日期应晚于今天。", "The day must lie ahead.")
    row.review_by = review_by
    row.save()
    return row


@action(
    "learning.retire_article",
    needs=Permission.ARTICLE_APPROVE,
    zh="下线文章",
    en="Retire an article",
    parameters=(ARTICLE,),
)
def retire_article(*, article: int) -> Article:
    """Retire an article; its versions and confirmations are kept."""
    row = store.get_article(article)
    row.state = ArticleState.RETIRED.value
    row.save()
    return row


@action(
    "learning.confirm_reading",
    needs=Permission.LEARNING_READ,
    zh="确认已读",
    en="Confirm having read an article",
    parameters=(ARTICLE,),
    irreversible=bilingual("确认记录会保留。", "The confirmation is kept."),
)
def confirm_reading(*, article: int) -> ReadConfirmation:
    """Confirm having read the approved version of an article; idempotent. Raises Refused without an approved version."""
    row, user = store.find_approved(store.get_article(article)), team.current_user()
    if row is None or user is None:
        raise refusal("article", "没有可确认的版本。", "There is no version to confirm.")
    known: ReadConfirmation | None = ReadConfirmation.objects.filter(user=user, article_version=row).first()
    if known is not None:
        return known
    confirmation = ReadConfirmation(user=user, article_version=row, confirmed_at=clock.now())
    confirmation.save()
    return confirmation


@action(
    "learning.add_article_file",
    needs=Permission.ARTICLE_WRITE,
    zh="添加文章附件",
    en="Add a file to an article",
    parameters=(ARTICLE, FILE),
)
def add_article_file(*, article: int, file: Upload) -> ArticleFile:
    """Add a file to an article. Raises Refused for a file that is empty, too large or of a type not accepted."""
    found = store.get_article(article)
    check_media_type(file)
    with file.opened() as content:
        stored = files.save(file.name, content, days=None)
    row = ArticleFile(article=found, name=file.name[-200:], size=stored.size, file_key=stored.key)
    row.save()
    return row


@action(
    "learning.remove_article_file",
    needs=Permission.ARTICLE_WRITE,
    zh="移除文章附件",
    en="Remove a file of an article",
    parameters=(ARTICLE_FILE,),
)
def remove_article_file(*, article_file: int) -> None:
    """Remove a file from an article. Raises NotFound."""
    row = ArticleFile.objects.filter(pk=article_file).first()
    if row is None:
        raise NotFound(bilingual("附件", "file"))
    row.delete()
