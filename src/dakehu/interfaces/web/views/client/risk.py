"""The tab of a client's page about risk: measures and limits, lines, margin contracts, stress, reviews, breaches."""

from typing import Any

from django.http import HttpRequest

from dakehu.foundation.gates import ask

PERCENTS = ("ratio", "warn_line", "close_line", "drop_to_warn", "drop_to_close", "target")


def tab_risk(request: HttpRequest, client: Any) -> dict[str, Any]:
    """Return the risk measures of a client, ratios as percentages, and the stress losses of holdings."""
    found = ask("risk.client_page", {"client": client.pk})
    found["contracts"] = [
        {**one, **{f"{name}_text": _percent(one[name]) for name in PERCENTS}} for one in found["contracts"]
    ]
    return {
        "found": found,
        "stress": ask("risk.stress_of_client", {"client": client.pk}),
        "betas": ask("risk.betas_of_client", {"client": client.pk}),
        "value_at_risk": ask("risk.value_at_risk_of_client", {"client": client.pk}),
        "client_id": client.pk,
    }


def _percent(share: float | None) -> str:
    """Return a share as a percentage, "" where it is not known."""
    return "" if share is None else f"{share * 100:.1f}%"
