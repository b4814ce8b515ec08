"""The knowledge base: the list with search, one article with its draft, and its files."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from dakehu.domains.learning.knowledge import queries as knowledge
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.schema.fields import labels_of
from dakehu.interfaces.web.markdown import html_of
from dakehu.interfaces.web.views.learning.sending import send_file

TITLE = bilingual("知识库", "Knowledge base")
CRUMBS = [{"label": TITLE, "url": "/knowledge/"}]
TONES = {"current": "good", "overdue": "warn", "hidden": "bad"}
STATE_TONES = {"draft": "", "published": "good", "retired": "bad"}


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """?q=双录&about=/clients/: the articles that the reader sees, by search words, or those about a page."""
    asked, about = request.GET.get("q", "").strip(), request.GET.get("about", "").strip()
    rows = ask("learning.article_list", {"text": asked} if asked else {})
    if about:
        wanted = {one["id"] for one in ask("learning.articles_about", {"path": about})}
        rows = [row for row in rows if row["id"] in wanted]
    content = {
        "page_title": TITLE,
        "labels": labels_of("learning.Article"),
        "rows": [
            {**row, "tone": TONES[row["standing"]], "state_tone": STATE_TONES.get(row["state_code"], "")}
            for row in rows
        ],
        "asked": asked,
    }
    return render(request, "learning/knowledge.html", content)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One article as approved, its files, and for writers the draft."""
    found = ask("learning.article_page", {"article": pk})
    if found["version"] is not None:
        found["version"]["html"] = html_of(found["version"]["text"])
    if found["draft"] is not None:
        found["draft"]["html"] = html_of(found["draft"]["text"])
    content = {
        **found,
        "page_title": found["shown"]["title"],
        "crumbs": CRUMBS,
        "tone": TONES[found["standing"]],
        "labels": labels_of("learning.Article"),
        "may_write": current_actor().may(Permission.ARTICLE_WRITE),
    }
    return render(request, "learning/article.html", content)


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor of an article: its draft, or a new version that begins with the approved text."""
    found = ask("learning.article_page", {"article": pk})
    if not current_actor().may(Permission.ARTICLE_WRITE):
        raise NotAllowed(TITLE, Permission.ARTICLE_WRITE)
    begun = found["draft"] or found["version"] or {"text": ""}
    text, faults, status = begun["text"], [], 200
    if request.method == "POST":
        text = request.POST.get("text", "").replace("\r\n", "\n")
        try:
            perform("learning.write_article", {"article": pk, "text": text})
        except NotAllowed:
            raise
        except Refused as refused:
            faults, status = [str(refused)], 422
        else:
            messages.success(request, str(bilingual("已保存草稿。", "The draft is saved.")))
            return HttpResponseRedirect(f"/knowledge/{pk}/")
    content = {
        "page_title": bilingual("编写文章", "Write an article"),
        "crumbs": [*CRUMBS, {"label": found["shown"]["title"], "url": f"/knowledge/{pk}/"}],
        "article": found["shown"],
        "text": text,
        "preview": html_of(text),
        "faults": faults,
    }
    return render(request, "learning/editor.html", content, status=status)


@require_safe
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """Redirect to the article of a version, the target of an approval."""
    found = ask("learning.version_article", {"article_version": pk})
    return HttpResponseRedirect(f"/knowledge/{found['article']}/")


@require_safe
def file(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Download a file of an article."""
    return send_file(*knowledge.article_file(article_file=pk))
