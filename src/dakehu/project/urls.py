"""URLs: the pages and the interfaces for programs."""

from django.urls import include, path

from dakehu.interfaces.api import assistants
from dakehu.project import checks

checks.install()

urlpatterns = [
    path("api/v1/", include("dakehu.interfaces.api.urls")),
    path("", include("dakehu.interfaces.odata.urls")),
    path("", include("dakehu.interfaces.calendar_feed.urls")),
    path("", include("dakehu.interfaces.operations.urls")),
    path("mcp", assistants.mcp_view, name="mcp"),
    path("", include("dakehu.interfaces.web.urls")),
]

handler400 = "dakehu.interfaces.web.views.errors.unreadable"
handler403 = "dakehu.interfaces.web.views.errors.forbidden"
handler404 = "dakehu.interfaces.web.views.errors.missing"
handler500 = "dakehu.interfaces.web.views.errors.broken"
