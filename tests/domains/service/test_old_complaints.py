"""Complaints that a former version stored among the requests become cases, with an audit entry."""

import pytest
from django.db import connection

from dakehu.domains.compliance.models import Complaint, ComplaintEvent
from dakehu.domains.service import old_complaints
from dakehu.domains.service.models import Request
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system

pytestmark = pytest.mark.django_db


def test_a_complaint_among_the_requests_becomes_a_case_and_that_stands_in_the_audit(lin, zhang):
    with acting(lin):
        perform("service.open_request", {"client": zhang.pk, "kind": "request", "subject": "响应慢"})
    with connection.cursor() as cursor:  # as a former version left it
        cursor.execute("UPDATE service_request SET kind = 'complaint', state = 'replied'")
    with as_system():
        assert old_complaints.take_over_complaints() == 1
        assert not Request.objects.exists()
        case = Complaint.objects.get()
        assert (case.client_id, case.subject, case.owner_id, case.state) == (zhang.pk, "响应慢", lin.pk, "replied")
        assert case.accepted_on is not None and ComplaintEvent.objects.get().complaint_id == case.pk
        assert AuditEntry.objects.filter(action="service.take_over_complaints").count() == 1
        assert old_complaints.take_over_complaints() == 0
