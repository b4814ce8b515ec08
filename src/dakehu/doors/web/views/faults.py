"""Pages for when something goes wrong: what, where and how to mend it, never a stack trace."""


def stale_form(request, reason=""):
    raise SystemExit
