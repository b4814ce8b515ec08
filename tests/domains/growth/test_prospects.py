"""Prospects: added once, followed by one, masked from the others, and converted to clients without retyping."""

from datetime import timedelta

import pytest

from dakehu.domains.clients.duplicates.detection import LikelyDuplicate
from dakehu.domains.clients.models import Client, Consent, Contact
from dakehu.domains.growth.calendar_source import next_contacts
from dakehu.domains.growth.models import Opportunity, Prospect, ProspectContact, Referral
from dakehu.domains.service.models import FollowUp, Interaction
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting

MOBILE = "13800138000"


def add(user, **details):
    with acting(user):
        return perform("growth.add_prospect", {"name": "陈志远", **details})


def log(user, prospect, **details):
    with acting(user):
        given = {"prospect": prospect.pk, "held_at": clock.now().isoformat(), "summary": "介绍指数增强产品", **details}
        return perform("growth.log_contact", given)


def names_seen_by(user):
    with acting(user):
        return [row["name"] for row in ask("growth.prospects", {})["rows"]]


def test_a_prospect_is_seen_by_its_owner_and_the_lead_and_nobody_of_another_team(lin, zhou, wang, he, an):
    prospect = add(lin, phone=MOBILE)
    assert names_seen_by(lin) == names_seen_by(zhou) == names_seen_by(he) == ["陈志远"]
    assert names_seen_by(an) == ["陈**"] and names_seen_by(wang) == []
    with acting(wang), pytest.raises(NotFound):
        ask("growth.prospect", {"prospect": prospect.pk})
    with acting(he), pytest.raises(NotAllowed):
        perform("growth.end_prospect", {"prospect": prospect.pk, "why": "no_interest"})


def test_a_client_of_ones_own_is_named_when_a_prospect_has_the_same_mobile(lin, zhang):
    with acting(lin):
        perform("clients.add_contact", {"client": "C0001", "kind": "mobile", "value": MOBILE})
    with pytest.raises(LikelyDuplicate, match="张三"):
        add(lin, phone="138 0013 8000")


def test_another_teams_client_is_only_said_to_be_known(lin, wang, qian):
    with acting(wang):
        perform("clients.add_contact", {"client": "C0002", "kind": "mobile", "value": MOBILE})
    with pytest.raises(LikelyDuplicate) as refused:
        add(lin, phone=MOBILE)
    said = str(refused.value)
    assert "请联系团队负责人" in said and "钱二" not in said and "C0002" not in said and "王" not in said


def test_a_prospect_of_another_team_is_only_said_to_be_known(lin, wang):
    add(wang, phone=MOBILE)
    with pytest.raises(LikelyDuplicate, match="已有同事在跟进") as refused:
        add(lin, name="陈先生", phone=MOBILE)
    assert "陈志远" not in str(refused.value)
    assert add(lin, name="陈先生", phone=MOBILE, anyway=True).pk


def test_a_refusal_goes_over_to_a_prospect_added_a_second_time(lin, wang):
    add(wang, phone=MOBILE, marketing="refused")
    assert str(add(lin, phone=MOBILE, anyway=True).marketing) == "refused"


def test_who_refused_is_not_contacted_but_may_contact_us(lin):
    prospect = add(lin, marketing="refused")
    with pytest.raises(Refused, match="拒绝联系"):
        log(lin, prospect)
    assert log(lin, prospect, is_inbound=True).pk


def test_a_number_that_cannot_be_right_is_refused_with_its_field(lin):
    with pytest.raises(Refused) as refused:
        add(lin, phone="123")
    assert list(refused.value.messages) == ["phone"]


def test_a_prospect_becomes_a_client_without_retyping_and_keeps_the_history(lin, zhang):
    prospect = add(
        lin, phone=MOBILE, mail="chen@example.com", employer="明远科技", marketing="given", referred_by="C0001"
    )
    with acting(lin):
        perform("growth.open_opportunity", {"prospect": prospect.pk, "subject": "首笔 300 万", "amount": "3000000"})
    week_ago = (clock.now() - timedelta(days=7)).isoformat()
    log(lin, prospect, held_at=week_ago, summary="首次电话", channel="call")
    log(lin, prospect, channel="meeting", next_contact_on=(clock.today() + timedelta(days=3)).isoformat())
    with acting(lin):
        made = perform("growth.convert_prospect", {"prospect": prospect.pk})
        client = Client.objects.get(pk=made["client"])
        assert (client.name, client.employer) == ("陈志远", "明远科技")
        assert {str(contact.value) for contact in Contact.objects.filter(client=client)} == {
            "138****8000",
            "c***n@example.com",
        }
        timeline = ask("service.timeline", {"client": client.pk})
        assert [item["summary"] for item in timeline] == ["介绍指数增强产品", "首次电话"]
        assert {item["staff"] for item in timeline} == {"林晓"}
        assert Consent.objects.get(client=client).state == "given"
        assert Opportunity.objects.get(client=client).subject == "首笔 300 万"
        assert FollowUp.objects.get(client=client).due_on == clock.today() + timedelta(days=3)
        assert client.last_contact_on == clock.today()
        assert Referral.objects.get().prospect.client_id == client.pk
        with pytest.raises(Refused, match="已转为客户"):
            perform("growth.change_prospect", {"prospect": prospect.pk, "city": "上海"})


def test_a_conversion_is_undone_with_all_that_went_over(lin):
    prospect = add(lin, phone=MOBILE)
    log(lin, prospect)
    with acting(lin):
        perform("growth.convert_prospect", {"prospect": prospect.pk})
        offer = undo_entries.last_offer()
        perform("workbook.undo", {"batch": offer.number})
        again = Prospect.objects.get(pk=prospect.pk)
        assert (again.client_id, str(again.state)) == (None, "followed")
        assert not Client.objects.exists() and not Interaction.objects.exists()
        assert ProspectContact.objects.get().interaction_id is None


def test_a_prospect_can_be_a_client_who_is_there_already(lin, zhang):
    prospect = add(lin)
    with acting(lin):
        made = perform("growth.convert_prospect", {"prospect": prospect.pk, "existing": "C0001"})
    assert made["code"] == "C0001"


def test_a_referral_is_thanked_for_and_hidden_from_who_does_not_see_the_client(lin, zhang, zhou, wang):
    prospect = add(lin, referred_by="C0001")
    with acting(lin):
        (row,) = ask("growth.referrals", {"filters": {"thanked_on.empty": True}})["rows"]
        perform("growth.thank_referral", {"referral": row["id"], "how": "感谢信"})
        assert ask("growth.prospect_page", {"prospect": prospect.pk})["referrals"][0]["thanked"]
    with acting(wang):
        assert ask("growth.referrals", {})["count"] == 0


def test_numbers_are_shown_in_full_for_a_reason_on_the_record(lin):
    prospect = add(lin, phone=MOBILE)
    with acting(lin):
        shown = perform("growth.open_prospect_contact", {"prospect": prospect.pk, "reason": "回电"})
        assert shown["phone"] == MOBILE and shown["link"] == f"tel:+86{MOBILE}"
        assert ask("growth.prospect", {"prospect": prospect.pk})["phone"] == "138****8000"


def test_the_next_contact_stands_in_the_owners_calendar(lin, zhou, wang):
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    add(lin, next_contact_on=tomorrow)
    for user, titles in ((lin, ["陈志远"]), (zhou, ["陈志远"]), (wang, [])):
        with acting(user):
            entries = next_contacts(clock.today(), clock.today() + timedelta(days=7), None)
            assert [entry.title for entry in entries] == titles
