"""29,090 real clients of a large European bank (FAR-Trans), from the original file: the newest row applies."""

from pathlib import Path

import pytest

from dakehu.domains.clients.models import Client, History
from dakehu.domains.clients.queries import segments
from dakehu.exchange.imports import service as imports
from dakehu.foundation.access.actor import acting_as, system_actor

FILE = Path(__file__).parents[2] / "../shared/data/far-trans/customer_information.csv"
pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_the_real_file_gives_its_known_counts_and_a_second_run_changes_nothing():
    if not FILE.exists():
        pytest.skip(f"The real data {FILE.name} is not here (it lies in ../shared/data), so its counts go unchecked.")
    with acting_as(system_actor("import the customers of FAR-Trans")):
        first = imports.run_import(FILE)
        assert {name: first[name] for name in ("created", "updated", "unchanged", "skipped", "errors")} == {
            "created": 29090,
            "updated": 0,
            "unchanged": 0,
            "skipped": 0,
            "errors": 0,
        }
        assert first["parts"]["history"]["created"] == 32468 - 29090 == History.objects.count()
        assert {row["segment"]: row["count"] for row in segments()} == {
            "Mass": 18610,
            "Premium": 8906,
            "Professional": 1327,
            "Legal Entity": 39,
            "Inactive": 208,
        }
        assert Client.objects.filter(kind="institution").count() == 39
        moved = Client.objects.get(code="DED5BF19E23CCCFEE322")
        assert (moved.name, moved.risk_level, moved.risk_basis, moved.capacity) == (
            moved.code,
            "C3",
            "tested",
            "80k_300k",
        )
        assert [h.as_of_on.isoformat() for h in History.objects.filter(client=moved)] == ["2021-03-19"]
        guessed = Client.objects.filter(risk_basis="estimated").first()
        assert guessed is not None and guessed.risk_level
        second = imports.run_import(FILE)
        assert (second["created"], second["updated"], second["unchanged"]) == (0, 0, 29090)
        assert second["parts"]["history"]["unchanged"] == 3378


def test_the_grown_file_of_a_source_that_tells_its_last_day_again_is_taken_in(tmp_path):
    head = "customerID,customerType,riskLevel,investmentCapacity,lastQuestionnaireDate,timestamp\n"
    days = [
        f"C1,Premium,{level},CAP_80K_300K,2021-11-30,{day}\n"
        for level, day in (("Balanced", "2021-03-19"), ("Balanced", "2022-01-21"), ("Aggressive", "2023-02-01"))
    ]
    path = tmp_path / "customer_information.csv"
    with acting_as(system_actor("import the customers of FAR-Trans")):
        path.write_text(head + "".join(days[:2]))
        assert imports.run_import(path)["created"] == 1
        path.write_text(head + "".join(days))
        assert imports.run_import(path)["updated"] == 1
        assert [h.as_of_on.isoformat() for h in History.objects.order_by("as_of_on")] == ["2021-03-19", "2022-01-21"]
        assert History.objects.get(as_of_on="2022-01-21").known["risk_level"] == "C3" != Client.objects.get().risk_level
