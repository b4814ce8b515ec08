"""Every page and its address: one module per section."""

from django.urls import URLPattern, URLResolver, include, path

SECTIONS = (
    "today",
    "tasks",
    "hand_over",
    "rows",
    "sign_in",
    "account",
    "clients",
    "client",
    "comments",
    "calendar",
    "calendars",
    "mail",
    "complaints",
    "moment_rules",
    "action_form",
    "undo",
    "notices",
    "messages",
    "imports",
    "connections",
    "market",
    "tiers",
    "growth",
    "risk",
    "plans",
    "compliance",
    "suitability",
    "tendencies",
    "exports",
    "staff",
    "audit",
    "system",
    "live",
    "guide",
    "moved",
)

urlpatterns: list[URLPattern | URLResolver] = [path("", include(f"{__name__}.{section}")) for section in SECTIONS]
