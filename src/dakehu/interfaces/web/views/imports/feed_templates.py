"""The empty files of daily feeds."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from dakehu.exchange.feeds import template as feed_template
from dakehu.exchange.feeds.layouts import get_feed_by_name
from dakehu.exchange.imports import service as imports
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.interfaces.web.views.imports.wizard import download_response


@require_GET
def template(request: HttpRequest, name: str) -> HttpResponse:
    """Send the empty file of a feed, in the reader's language."""
    imports.can_import()
    feed = get_feed_by_name(name)
    filename = f"{feed.label}-{bilingual('模板', 'template')}.xlsx"
    return download_response(filename, feed_template.template_of(feed, language()))
