"""Offer the undo of a request's act, for every view: in the toast it sends, or on the next page."""

import json
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.labels import act_label
from dakehu.foundation.base.i18n import bilingual

HEADER = "X-Undo"
TAG = "undo"  # of the message that passes an offer to the next page
API = "/api/"


class UndoOffers:
    """Middleware of every view. A script reads the header `X-Undo`, {number, text, redo}; the API sends only the number."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        undo_entries.forget_last()
        response = self.get_response(request)
        offer = undo_entries.last_offer()
        undo_entries.forget_last()
        if offer is None or response.status_code >= 400:
            return response
        if request.path.startswith(API):
            response[HEADER] = str(offer.number)
            return response
        made = {"number": offer.number, "text": text_of(offer), "redo": offer.is_undo}
        if "toast" in response.get("HX-Trigger", ""):
            trigger = json.loads(response["HX-Trigger"])
            trigger["toast"]["undo"] = made
            response["HX-Trigger"] = json.dumps(trigger)
        elif (
            300 <= response.status_code < 400 or response.has_header("HX-Refresh") or response.has_header("HX-Redirect")
        ):
            messages.success(request, json.dumps(made), extra_tags=TAG)
        else:
            response[HEADER] = json.dumps(made)
        return response


def text_of(offer: undo_entries.Offer) -> str:
    if offer.is_undo:
        return str(bilingual("已撤销。", "Undone."))
    return str(bilingual("已完成：{what}。", "Done: {what}.", what=act_label(offer.action)))
