"""Every page and its address."""

from django.urls import URLPattern, URLResolver, include, path

from dakehu.doors.web.views import cells, client, clients, doing, frame, grid, many, me, palette, signin, today

urlpatterns: list[URLPattern | URLResolver] = [
    path("", today.today_page, name="today"),
    path("sign-in", signin.sign_in, name="sign-in"),
    path("sign-out", signin.sign_out, name="sign-out"),
    path("language", frame.language, name="language"),
    path("health", frame.health, name="health"),
    path("palette", palette.palette, name="palette"),
    path("me", me.me_page, name="me"),
    path("me/settings", me.settings_of_mine, name="my-settings"),
    path("me/password", me.password, name="my-password"),
    path("me/tokens", me.make_token, name="my-tokens"),
    path("me/tokens/<int:token_id>/revoke", me.revoke_token, name="revoke-token"),
    path("clients/", clients.client_list, name="clients"),
    path("clients/rows", grid.rows, name="client-rows"),
    path("clients/sums", grid.sums, name="client-sums"),
    path("clients/columns", grid.own_columns, name="client-columns"),
    path("clients/paste", cells.paste, name="client-paste"),
    path("clients/many/<str:name>", many.ask_many, name="client-many"),
    path("clients/undo/<int:batch>", cells.take_back, name="client-undo"),
    path("clients/<int:client_id>/cells", cells.change, name="client-cells"),
    path("clients/views", clients.save_view, name="save-view"),
    path("clients/views/<int:view_id>/drop", clients.drop_view, name="drop-view"),
    path("clients/<int:client_id>/", client.client_page, name="client"),
    path("clients/<int:client_id>/peek", client.peek, name="peek"),
    path("clients/<int:client_id>/do/<str:name>", doing.do, name="do-client"),
    path("do/<str:name>", doing.do, name="do"),
    path("", include("dakehu.doors.web.urls_rounds")),
]
