"""Addresses of mails: set aside, mailboxes, templates, writing to a client."""

from django.urls import path

from dakehu.interfaces.web.views.mail import boxes, compose, set_aside

urlpatterns = [
    path("mail/", set_aside.listed, name="mail"),
    path("mail/aside/<int:pk>/", set_aside.one, name="mail-aside-one"),
    path("mail/boxes/", boxes.listed, name="mailboxes"),
    path("mail/boxes/<int:pk>/", boxes.one, name="mailbox"),
    path("mail/templates/", compose.templates, name="mail-templates"),
    path("mail/<int:pk>/source", set_aside.source, name="mail-source"),
    path("clients/<int:client_id>/write", compose.write, name="write-mail"),
]
