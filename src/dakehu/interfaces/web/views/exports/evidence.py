"""The evidence pack of a client: started by one click, downloaded from the exports page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dakehu.domains.clients import queries as clients
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import perform


@require_POST
def start(request: HttpRequest, client_id: int) -> HttpResponse:
    """Start creating the pack of a client and a period, all of the past by default."""
    client = clients.get_client(client_id)
    days = {name: request.POST[name] for name in ("since", "until") if request.POST.get(name)}
    try:
        return redirect("export-job", pk=perform("evidence.create", {"client": client.pk, **days})["job"])
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(f"/clients/{client.pk}/?tab=audit")
