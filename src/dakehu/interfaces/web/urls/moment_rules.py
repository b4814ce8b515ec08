"""Addresses of the rules of moments: list, editor, back-test, and the editor's requests during input."""

from django.urls import path

from dakehu.interfaces.web.views import moment_rules

urlpatterns = [
    path("moments/rules/", moment_rules.listed, name="moment-rules"),
    path("moments/rules/copy", moment_rules.copy, name="moment-rule-copy"),
    path("moments/rules/check", moment_rules.check, name="moment-rule-check"),
    path("moments/rules/complete", moment_rules.completion, name="moment-rule-complete"),
    path("moments/rules/<str:kind>/", moment_rules.editor, name="moment-rule"),
    path("moments/rules/<str:kind>/switch", moment_rules.switch, name="moment-rule-switch"),
    path("moments/rules/<str:kind>/back-test", moment_rules.back_test, name="moment-rule-back-test"),
]
