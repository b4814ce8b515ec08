"""Resources of pages, API and workbook: prospects, referrals, pools and opportunities."""

from dakehu.domains.growth.campaigns import bulk_import as campaign_import
from dakehu.domains.growth.events import bulk_import as event_import
from dakehu.domains.growth.opportunities import bulk_import as opportunity_import
from dakehu.domains.growth.prospects import bulk_import as prospect_import
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.resources import Resource, SheetOf, declare

declare(
    Resource(
        "growth.Prospect",
        path="prospects",
        key="prospect",
        list="growth.prospects",
        get="growth.prospect",
        create="growth.add_prospect",
        update="growth.change_prospect",
        asked_first=("name", "phone", "employer", "source", "interests", "marketing"),
        worksheet=SheetOf(
            "prospects",
            bilingual("线索", "Prospects"),
            position=60,
            evaluate=prospect_import.evaluate_prospects,
            import_rows=prospect_import.import_prospects,
            import_only=("referred_by", "anyway"),
            kept=bilingual(
                "线索不能用表格删除；请在线索页面标记无效。",
                "Prospects are not deleted by a worksheet; mark them invalid.",
            ),
            clients="none",
        ),
    ),
    Resource(
        "growth.Opportunity",
        path="opportunities",
        key="opportunity",
        list="growth.opportunities",
        of_client="growth.client_opportunities",
        get="growth.opportunity",
        create="growth.open_opportunity",
        update="growth.change_opportunity",
        delete="growth.remove_opportunity",
        tab=True,
        asked_first=("client", "subject", "amount", "pipeline", "stage", "close_on", "next_step"),
        worksheet=SheetOf(
            "opportunities",
            bilingual("商机", "Opportunities"),
            position=70,
            evaluate=opportunity_import.evaluate_opportunities,
            import_rows=opportunity_import.import_opportunities,
            kept=bilingual(
                "商机不能用表格删除；请改为输单，或在看板上删除。", "Move them to lost, or remove them on the board."
            ),
            clients="some",
        ),
    ),
    Resource("growth.Referral", key="referral", list="growth.referrals", of_client="growth.client_referrals"),
    Resource(
        "growth.Pool",
        path="pools",
        key="pool_id",
        list="growth.pools",
        create="growth.add_pool",
        update="growth.change_pool",
    ),
    Resource("growth.Pipeline", key="pipeline_id", create="growth.add_pipeline", update="growth.change_pipeline"),
    Resource(
        "growth.Stage",
        path="stages",
        key="stage_id",
        list="growth.stages",
        create="growth.add_stage",
        update="growth.change_stage",
        delete="growth.remove_stage",
    ),
)

declare(
    Resource(
        "growth.Campaign",
        path="campaigns",
        key="campaign",
        list="growth.campaigns",
        get="growth.campaign",
        create="growth.add_campaign",
        update="growth.change_campaign",
        delete="growth.remove_campaign",
        asked_first=("name", "kind", "aim", "outcome"),
        worksheet=SheetOf(
            "campaigns",
            bilingual("营销活动", "Campaigns"),
            position=80,
            evaluate=campaign_import.evaluate_campaigns,
            import_rows=campaign_import.import_campaigns,
            import_only=("text",),
            kept=bilingual("营销活动请在活动页面删除。", "Campaigns are removed on their page."),
            clients="none",
        ),
    ),
    Resource("growth.CampaignMember", of_client="growth.client_campaigns", tab=True),
    Resource(
        "growth.Event",
        path="events",
        key="event",
        list="growth.events",
        get="growth.event",
        create="growth.add_event",
        update="growth.change_event",
        asked_first=("name", "kind", "starts_at", "place", "subject", "body"),
        worksheet=SheetOf(
            "client_events",
            bilingual("客户活动", "Client events"),
            position=85,
            evaluate=event_import.evaluate_events,
            import_rows=event_import.import_events,
            kept=bilingual(
                "客户活动须留存；不再举行的请在活动页面取消。", "Events are kept; cancel them on their page."
            ),
            clients="none",
        ),
    ),
    Resource(
        "growth.Invitation",
        path="invitations",
        key="invitation",
        list="growth.invitations",
        of_client="growth.client_invitations",
        create="growth.invite_client",
        update="growth.answer_invitation",
        delete="growth.remove_invitation",
    ),
)
