"""Address of the rows behind a number."""

from django.urls import path

from dakehu.interfaces.web.views import rows

urlpatterns = [path("rows/<str:name>", rows.rows_page, name="rows")]
