"""Scheduled reports: one's own schedules, and the files created for oneself."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from dakehu.domains.insight.choices import FileKind, ReportMail, Rhythm
from dakehu.domains.team import queries as team
from dakehu.exchange.scheduled_reports import service
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform
from dakehu.interfaces.web.views.imports.wizard import download_response


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The schedules, the files, and the form of a new schedule; ?report=3 chooses the report."""
    actor = current_actor()
    settings = ask("insight.settings", {})
    may_send = actor.may(Permission.INSIGHT_SHARE)
    content = {
        "page_title": bilingual("定期报表", "Scheduled reports"),
        "schedules": ask("insight.schedules", {}),
        "files": ask("insight.report_files", {}),
        "reports": ask("insight.reports", {}),
        "given": request.GET.get("report", ""),
        "rhythms": [(one.value, one.text) for one in Rhythm],
        "kinds": [(one.value, one.text) for one in FileKind],
        "people": team.active_people() if may_send else [],
        "own_id": actor.user_id,
        "settings_address": urlencode({name: value for name, value in settings.items() if value is not None}),
        "mail_choice": ReportMail.text_of(str(settings["report_mail"])),
    }
    return render(request, "insight/schedules.html", content)


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Schedule a report."""
    given = {name: request.POST.get(name, "") for name in ("report", "rhythm", "file_kind")}
    recipients = request.POST.getlist("recipients")
    try:
        by_mail = bool(request.POST.get("by_mail"))
        perform("insight.add_schedule", {**given, "recipients": recipients, "by_mail": by_mail})
        messages.success(request, str(bilingual("定期报表已建立。", "The report is scheduled.")))
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        messages.error(request, "；".join(texts[0] for texts in refused.as_plain().values()))
    return HttpResponseRedirect("/schedules/")


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a schedule."""
    perform("insight.end_schedule", {"schedule": pk})
    messages.success(request, str(bilingual("已停止。", "Ended.")))
    return HttpResponseRedirect("/schedules/")


@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Create one's own file now."""
    run = service.send_test(pk)
    if run.fault:
        messages.error(request, run.fault)
    else:
        messages.success(
            request, str(bilingual("已生成您自己的版本，见下方文件。", "Your own version is among the files below."))
        )
    return HttpResponseRedirect("/schedules/")


@require_POST
def fetch(request: HttpRequest, pk: int) -> HttpResponse:
    """Download a file created for oneself."""
    try:
        name, content = service.open_report_file(pk)
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        messages.error(request, "；".join(texts[0] for texts in refused.as_plain().values()))
        return HttpResponseRedirect("/schedules/")
    return download_response(name, content)
