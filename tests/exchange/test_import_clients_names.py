"""A file without names does not rename existing clients."""

import pytest

from dakehu.domains.clients.models import Client
from dakehu.exchange.imports.service import run_import
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_a_file_of_codes_and_assets_keeps_known_names_and_calls_new_clients_by_their_code(lin, zhang, tmp_path):
    path = tmp_path / "资产.csv"
    path.write_text("客户号,总资产\nC0001,620万\nA003,45万\n", encoding="utf-8")
    with acting(lin):
        report = run_import(path)
    assert (report["created"], report["updated"], report["errors"]) == (1, 1, 0)
    with as_system():
        assert dict(Client.objects.values_list("code", "name")) == {"C0001": "张三", "A003": "A003"}
