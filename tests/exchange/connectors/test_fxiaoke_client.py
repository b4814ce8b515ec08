"""The 纷享销客 server of these tests is verified with a public client: fxiaoke-python 0.0.3 signs in to it and reads it."""

import warnings

import pytest

from tests.exchange.connectors.desks import fxiaoke  # noqa: F401


def test_a_public_client_reads_rows_by_a_filter(fxiaoke):  # noqa: F811
    reason = "the public client fxiaoke-python 0.0.3 is not installed: it read nothing"
    api = pytest.importorskip("fxiaoke.api", reason=reason)
    requests = pytest.importorskip("requests")
    from fxiaoke.op_query import queryObj

    for number in range(1, 151):
        fxiaoke.put("AccountObj", number, name=f"滨江科技{number:04}", minutes=number)

    class Here(requests.adapters.HTTPAdapter):
        """Redirects the client's requests to this server, as its base URL is fixed."""

        def send(self, request, **options):
            request.url = request.url.replace("https://open.fxiaoke.com", fxiaoke.url)
            return super().send(request, **options)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client = api.FxiaokeApi.init(app_id="app", app_secret="secret", permanent_code="good", open_user_id="FSUID_LIN")
        client._session.requests.mount("https://open.fxiaoke.com", Here())
        window = {
            "field_name": "last_modified_time",
            "field_values": [1757000000000, 1757000000000 + 120 * 60_000],
            "operator": "BETWEEN",
        }
        rows = list(queryObj().execute(dataObjectApiName="AccountObj", filters=[window], limit=100, offset=0))
        client._session.requests.close()
    assert [row["name"] for row in rows] == [f"滨江科技{number:04}" for number in range(1, 121)]
    assert fxiaoke.styles == {"corporate"}
