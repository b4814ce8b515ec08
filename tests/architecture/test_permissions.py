"""Every required permission is granted to a role, and every permission is required somewhere."""

import re
from pathlib import Path

import pytest

from dakehu.domains.team.roles import ROLES
from dakehu.foundation.access.permissions import Permission, declare
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.gates import QUERIES

SOURCE = Path(__file__).parents[2] / "src" / "dakehu"
ENTRIES = {**{f"do {n}": a for n, a in ACTIONS.items()}, **{f"ask {n}": q for n, q in QUERIES.items()}}
# Actions and queries without a permission, listed so that a new one is a deliberate decision.
FOR_EVERYBODY = {
    "ask compliance.check_wording",
    "ask compliance.my_registrations",  # one's own
    "do insight.record_run",
    "do clients.update_contact_dates",
    "do clients.update_contact_dates_of",
    "do team.change_my_password",
    "do team.delete_view",
    "do team.create_token",
    "do team.revoke_token",
    "do team.save_view",
    "do team.set_preferences",
    "do team.record_sign_in",
    "do sealed.look_up",  # the audit entry of a look-up, called by the look-up
    "ask team.me",
    # one's own sign-in: called by the sign-in pages only, never by name
    "do team.add_passkey",
    "do team.remove_factor",
    "do team.end_other_sessions",
    "do team.end_session",
    "do team.create_recovery_codes",
    "do team.read_notice",
    "do team.read_notices",
    "do team.record_failed_sign_in",
    "do team.link_account",
    "do team.record_token_use",
    "do team.turn_on_codes",
    "do team.use_code",
    "do team.use_passkey",
    "ask team.factors",
    "ask team.notices",  # one's own; what other domains add to them requires their rights
    "ask team.sign_in_notices",
    "ask workbook.ended_jobs",
    "ask calendars.new_bookings",
    "ask team.sessions",
    "ask team.tokens",
    "ask team.views",
    # one's own reminders
    "ask service.desk_messages",
    "ask service.notice_settings",
    "do service.add_notice_address",
    "do service.confirm_notice_address",
    "do service.remove_notice_address",
    "do service.send_notice_code",
    "do service.set_notice_preferences",
    "do service.snooze_notices",
    "do service.switch_notice_address",
    "do service.queue_delivery",  # called by code that queues a message; refuses a client outside one's scope
    "do team.record_arrow_pull",  # called by the API once a query has checked its own right
    "do workbook.undo",  # itself refuses users who may not do what is undone
    "ask workbook.undoable",
    "do team.export_audit",  # itself refuses users without both audit.read and data.export
    "ask team.verify_audit",  # itself refuses users with neither audit.read nor system.read
}


@pytest.mark.parametrize("entry", sorted(ENTRIES))
def test_whatever_is_needed_is_granted_to_some_role(entry):
    needs = ENTRIES[entry].needs
    assert not needs or any(needs in role.permissions for role in ROLES.values()), f"nobody holds {needs}"
    assert not needs or needs in set(Permission), f"{needs} is not a permission"


def test_only_what_is_listed_here_needs_no_right():
    assert {name for name, entry in ENTRIES.items() if not entry.needs} == FOR_EVERYBODY


def test_every_permission_is_needed_somewhere():
    used = {entry.needs for entry in ENTRIES.values()}
    elsewhere = "\n".join(
        path.read_text(encoding="utf-8")
        for path in SOURCE.rglob("*.py")
        if path.name not in ("permissions.py", "roles.py")
    )
    idle = [p for p in Permission if p not in used and not re.search(rf'Permission\.{p.name}\b|"{p.value}"', elsewhere)]
    assert idle == []


GRANTS = {
    "client.read": "manager lead compliance analyst admin",
    "client.write": "manager lead",
    "client.assign": "lead admin",
    "client.wall": "compliance",
    "sealed.open": "manager lead compliance",
    "service.read": "manager lead compliance analyst",
    "service.log": "manager lead",
    "service.plan": "manager lead",
    "service.request": "manager lead compliance",
    "service.moment": "manager lead compliance",
    "service.assign_moments": "lead",
    "service.goals": "lead",
    "service.moment_rules": "lead compliance",
    "service.deliveries": "lead compliance admin",
    "service.send_again": "lead admin",
    "ledger.read": "manager lead compliance analyst",
    "ledger.write": "manager lead",
    "ledger.import_feeds": "admin",
    "ledger.supervision": "compliance",
    "tiers.read": "manager lead compliance analyst admin",
    "tiers.edit": "lead admin",
    "tiers.what_if": "lead compliance",
    "tiers.override": "lead",
    "compliance.read": "manager lead compliance analyst admin",
    "compliance.lexicon": "compliance",
    "compliance.review": "compliance",
    "compliance.approvals": "manager lead compliance analyst admin",
    "compliance.declare_conflict": "manager lead compliance analyst",
    "compliance.conflicts": "compliance",
    "care.sentiment": "manager lead compliance analyst admin",
    "care.tendencies": "manager lead compliance",
    "care.surveys_read": "manager lead compliance analyst",
    "care.surveys_write": "lead compliance",
    "care.surveys_phone": "manager lead",
    "care.survey_office": "compliance",
    "care.feedback": "manager lead compliance analyst",
    "care.handle_feedback": "manager lead compliance",
    "care.improvements": "manager lead compliance analyst",
    "care.handle_improvements": "manager lead compliance analyst",
    "care.close_improvements": "lead compliance",
    "care.outreach": "manager lead compliance",
    "care.outreach_call": "manager lead",
    "care.outreach_scripts": "lead compliance",
    "care.close_distress": "lead compliance",
    "advice.check": "manager lead compliance analyst admin",
    "advice.read": "manager lead compliance",
    "advice.suitability": "manager lead",
    "advice.review": "compliance",
    "advice.questionnaires": "analyst compliance",
    "advice.classes": "lead compliance",
    "advice.call_backs": "lead compliance",
    "advice.grades": "compliance",
    "compliance.complaints": "manager lead compliance analyst",
    "compliance.handle_complaints": "manager lead compliance",
    "compliance.decide_complaints": "lead compliance",
    "compliance.complaint_settings": "compliance",
    "advice.policies_read": "manager lead compliance",
    "advice.policies_write": "manager lead",
    "advice.models": "lead",
    "advice.write": "manager lead",
    "advice.approve": "lead compliance",
    "learning.read": "manager lead compliance analyst admin",
    "learning.articles": "manager lead compliance",
    "learning.article_approve": "lead compliance",
    "learning.courses": "lead compliance",
    "learning.questions": "compliance",
    "learning.training": "lead compliance",
    "learning.certificates": "compliance",
    "support.ask": "manager lead compliance analyst admin",
    "support.answer": "admin",
    "support.counts": "lead admin",
    "care.record_checks": "lead compliance",
    "learning.ladder": "compliance",
    "learning.promotion_decide": "lead compliance",
    "insight.read": "manager lead compliance analyst admin",
    "insight.refresh": "lead compliance analyst admin",
    "insight.share": "lead compliance analyst admin",
    "insight.model_read": "manager lead compliance analyst admin",
    "insight.model_train": "analyst admin",
    "insight.model_switch": "lead compliance",
    "innovation.ideas": "manager lead compliance analyst admin",
    "innovation.sponsor": "lead compliance admin",
    "innovation.trials": "manager lead compliance analyst",
    "innovation.run_trials": "lead analyst",
    "innovation.decide_trials": "lead compliance",
    "innovation.sensitive_trials": "compliance",
    "innovation.catalogue": "manager lead compliance analyst admin",
    "innovation.edit_catalogue": "lead admin",
    "appraisal.own": "manager lead compliance analyst admin",
    "appraisal.team": "lead",
    "appraisal.all": "compliance admin",
    "appraisal.keep": "admin",
    "appraisal.approve": "compliance admin",
    "appraisal.conduct": "compliance",
    "appraisal.bonus": "admin",
    "appraisal.bonus_decide": "compliance admin",
    "privacy.open": "manager lead compliance",
    "privacy.write": "compliance",
    "data.import": "manager lead",
    "data.export": "manager lead compliance analyst",
    "audit.read": "lead compliance admin",
    "team.read": "manager lead compliance analyst admin",
    "team.write": "admin",
    "team.confirm": "compliance admin",
    "system.read": "compliance admin",
    "system.write": "admin",
    "odata": "manager lead compliance analyst",
    "service.checklists": "lead",
    "service.comment": "compliance lead manager",
    "sql": "manager lead compliance analyst",
    "connection.read": "lead compliance admin",
    "connection.run": "lead",
    "connection.write": "admin",
    "service.sort_mail": "lead compliance",
    "service.mail_templates": "lead",
    "mailbox.read": "manager lead compliance admin",
    "mailbox.own": "manager lead admin",
    "mailbox.run": "manager lead admin",
    "mailbox.write": "admin",
    "calendar": "manager lead",
    "calendars.own": "manager lead",
    "calendars.read": "manager lead compliance admin",
    "calendars.write": "admin",
    "growth.read": "manager lead compliance analyst",
    "growth.prospects": "manager lead",
    "growth.claim": "manager lead",
    "growth.pool_rules": "lead",
    "growth.opportunities": "manager lead",
    "growth.pipeline_rules": "lead",
    "growth.campaigns": "manager lead",
    "growth.campaign_approve": "lead compliance",
    "risk.read": "manager lead compliance analyst",
    "risk.lines": "manager lead",
    "risk.limits": "lead",
    "risk.reviews": "manager lead",
    "risk.review_sign": "lead compliance",
    "compliance.registrations": "manager lead compliance analyst admin",
    "compliance.registrations_write": "compliance",
    "compliance.consents": "manager lead compliance",
    "compliance.consent_texts": "compliance",
    "compliance.aml": "compliance",
    "compliance.read_log": "compliance",
    "compliance.approve_export": "lead compliance",
    "compliance.self_checks": "compliance",
    "compliance.sign_self_checks": "lead compliance",
    "sheet.read": "manager lead compliance admin",
    "sheet.run": "manager lead",
    "webhook.own": "manager lead compliance analyst admin",
    "evidence.create": "lead compliance",
}


def test_the_roles_hold_what_they_held_when_permissions_were_one_enum():
    assert {str(p): set(p.granted_to) for p in Permission} == {code: set(who.split()) for code, who in GRANTS.items()}


def test_every_permission_has_a_name_in_both_languages_and_a_role_that_holds_it():
    for permission in Permission:
        assert permission.label.zh and permission.label.en.isascii()
        assert permission.granted_to and permission.granted_to <= set(ROLES), permission


def test_a_permission_declared_twice_is_refused():
    again = Permission("client.read", "查看客户", "See clients", granted_to=("manager",))
    with pytest.raises(ValueError, match="declared twice"):
        declare({"ANOTHER_NAME": again})


def test_a_permission_that_no_domain_declares_is_no_attribute():
    with pytest.raises(AttributeError, match="no domain declares"):
        Permission.CLIENT_SELL  # noqa: B018


def test_every_role_has_rights_and_a_sentence_in_both_languages():
    for role in ROLES.values():
        assert role.permissions and role.zh and role.en


def test_no_single_role_both_runs_the_desk_and_reads_clients_in_clear():
    for name, role in ROLES.items():
        if Permission.SYSTEM_WRITE in role.permissions:
            assert role.clearance.name == "PUBLIC", name
