"""The knowledge base: articles, their versions, their files, and read confirmations by version."""

from typing import Any

from django.db import models

from dakehu.domains.learning.choices import ArticleState, Topic, VersionState
from dakehu.domains.learning.visibility import OfLearners
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.search.lookup import SearchWords


class Article(Recorded):
    """An article of the knowledge base; readers see its latest approved version.

    `pages`: addresses of the desk's pages that it concerns, such as /clients/. `words`: search tokens of the approved version.
    """

    names = Names("知识库文章", "Article", "Articles")

    code = field(
        models.CharField(max_length=40, unique=True), zh="文章编号", en="Article code", listed=True, example="KB-001"
    )
    title = field(models.CharField(max_length=160), zh="文章标题", en="Title of the article", listed=True)
    topic = field(choice_field(Topic, default=Topic.LAW), zh="文章主题", en="Topic of the article", listed=True)
    owner = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"),
        zh="文章负责人",
        en="Owner of the article",
        listed=True,
    )
    review_by = field(models.DateField(), zh="复审日期", en="Review by", listed=True)
    must_confirm = field(
        models.BooleanField(default=False), zh="须确认已读", en="Reading must be confirmed", listed=True
    )
    pages = field(
        models.CharField(max_length=300, blank=True, default=""),
        zh="相关页面",
        en="Pages it concerns",
        help_zh="页面地址，用空格分开，例如 /clients/ /advice/",
        help_en="Addresses separated by spaces, such as /clients/ /advice/",
    )
    state = field(choice_field(ArticleState, default=ArticleState.DRAFT), zh="文章状态", en="State of the article", listed=True,
                  editable=False)  # fmt: skip
    words = SearchWords(blank=True, default="")

    def __str__(self) -> str:
        return self.title


class ArticleVersion(Recorded):
    """One version of the text of an article. An approved one never changes."""

    names = Names("文章版本", "Article version", "Article versions")

    article = field(
        models.ForeignKey(Article, on_delete=models.CASCADE, related_name="versions"), zh="知识库文章", en="Article"
    )
    number = field(models.PositiveIntegerField(), zh="版本号", en="Number of the version", editable=False)
    title = field(models.CharField(max_length=160), zh="版本标题", en="Title of the version", editable=False)
    text = field(models.TextField(), zh="正文", en="Text", help_zh="可用 Markdown 格式", help_en="Markdown may be used")
    state = field(
        choice_field(VersionState, default=VersionState.DRAFT), zh="版本状态", en="State of the version", editable=False
    )
    author_ids = models.JSONField(default=list)
    approved_by = field(
        models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
        zh="批准人",
        en="Approved by",
        editable=False,
    )
    approved_at = field(models.DateTimeField(null=True, blank=True), zh="批准时间", en="Approved at", editable=False)

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="one_article_version_of_a_number")]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"


class ArticleFile(Recorded):
    """A file that belongs to an article."""

    names = Names("文章附件", "Article file", "Article files")

    article = field(
        models.ForeignKey(Article, on_delete=models.CASCADE, related_name="files"), zh="知识库文章", en="Article"
    )
    name = field(models.CharField(max_length=200), zh="附件名称", en="Name of the file", editable=False)
    size = field(models.PositiveBigIntegerField(), zh="附件大小", en="Size", unit="B", editable=False)
    file_key = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name


class ReadConfirmation(Recorded):
    """A person's confirmation of having read one version of an article."""

    names = Names("阅读确认", "Read confirmation", "Read confirmations")
    objects: Any = OfLearners()

    user = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"),
        zh="阅读人",
        en="Reader",
        listed=True,
    )
    article_version = field(
        models.ForeignKey(ArticleVersion, on_delete=models.CASCADE, related_name="confirmations"), zh="文章版本", en="Article version",
        listed=True,
    )  # fmt: skip
    confirmed_at = field(models.DateTimeField(), zh="确认时间", en="Confirmed at", listed=True)

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["user", "article_version"], name="one_confirmation_a_version")]
