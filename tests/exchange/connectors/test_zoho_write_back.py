"""Values that differ on the desk are written back to Zoho: ticked fields only, named in the audit, and never twice."""

import pytest

from dakehu.domains.clients.models import Client
from dakehu.exchange.connectors import write_back
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system
from tests.exchange.connectors.desks import connect, fill, pull, without_waiting, zoho  # noqa: F401
from tests.homes import own_home

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_only_ticked_fields_that_differ_leave_the_desk(settings, tmp_path, zoho, admin, zhou):  # noqa: F811
    own_home(settings, tmp_path / "home")
    fill(zoho, accounts=3)
    connection = connect(admin, zoho, "zoho")
    pull(zhou, connection)
    with acting(zhou):
        person = Client.objects.get(name="陈静怡")
        perform("clients.change", {"client": person.pk, "occupation": "首席财务官", "birth_on": "1981-06-01"})
    with acting(admin):
        with pytest.raises(Refused):
            perform("connections.choose_fields", {"connection": connection.pk, "fields": "Contacts.Mobile"})
        connection = perform("connections.choose_fields", {"connection": connection.pk, "fields": "Contacts.Title"})
    with acting(zhou):
        assert write_back.write_back(connection)["written"] == 1
        assert write_back.write_back(connection)["written"] == 0
    assert zoho.written == [("Contacts", [{"Title": "首席财务官", "id": "4150868000000005001"}])]
    with as_system():
        entry = AuditEntry.objects.filter(action="connections.write").get()
    assert "Title" in str(entry.body)
    assert "首席财务官" not in str(entry.body)
