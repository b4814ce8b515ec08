"""Resources of suitability and advice for pages, API and workbook."""

from dakehu.domains.advice.policies import bulk_import as policy_import
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.parameters import Parameter
from dakehu.foundation.schema.resources import Resource, SheetOf, declare

ADVICE_COURSE = (
    "adviser",
    "state",
    "channel",
    "decision",
    "decided_on",
    "decision_note",
)  # shown in the worksheet only

declare(
    Resource(
        "advice.SuitabilityCheck",
        key="suitability",
        list="advice.checks",
        of_client="advice.client_checks",
        offers=("advice.record_check", "advice.send_questionnaire", "advice.apply_for_class"),
        tab=True,
        is_merged=False,
    ),
    Resource(
        "advice.Assessment", list="advice.assessments", of_client="advice.client_assessments", tab=True, is_merged=False
    ),
    Resource(
        "advice.QuestionnaireVersion",
        list="advice.questionnaire_versions",
        create="advice.draft_questionnaire",
        is_merged=False,
    ),
    Resource(
        "advice.ClassApplication",
        key="application",
        list="advice.class_applications",
        of_client="advice.client_class_applications",
        is_merged=False,
    ),
    Resource("advice.CallBack", key="call_back", of_client="advice.client_call_backs", is_merged=False),
    Resource("advice.ProductGrade", list="advice.product_grades", is_merged=False),
    Resource(
        "advice.InvestmentGoal",
        path="investment-goals",
        key="goal",
        list="advice.goals",
        of_client="advice.client_goals",
        get="advice.goal",
        create="advice.add_goal",
        update="advice.change_goal",
        delete="advice.remove_goal",
        tab=True,
        asked_first=("client", "name", "purpose", "amount", "due_on", "saved", "monthly"),
        worksheet=SheetOf(
            "investment_goals",
            bilingual("投资目标", "Investment goals"),
            position=101,
            evaluate=policy_import.evaluate_goals,
            import_rows=policy_import.import_goals,
            more=(Parameter("state", "advice.InvestmentGoal", "state", required=False),),
            kept=bilingual("投资目标请在客户页面删除。", "Goals are removed on the client's page."),
            needs=Permission.POLICY_READ,
        ),
    ),
    Resource(
        "advice.InvestmentPolicy",
        path="investment-policies",
        key="policy",
        list="advice.policies",
        of_client="advice.client_policies",
        get="advice.policy",
        create="advice.draft_policy",
        update="advice.change_policy",
        delete="advice.remove_policy",
        asked_first=("client", "risk_level", "horizon", "review_on", "liquidity_need", "excluded"),
        worksheet=SheetOf(
            "investment_policies",
            bilingual("投资方案", "Investment policies"),
            position=102,
            evaluate=policy_import.evaluate_policies,
            import_rows=policy_import.import_policies,
            kept=bilingual(
                "方案须留存；草稿请在客户页面删除。", "Policies are kept; drafts are removed on the client's page."
            ),
            needs=Permission.POLICY_READ,
        ),
    ),
    Resource(
        "advice.AdvisoryContract",
        key="contract",
        list="advice.contracts",
        of_client="advice.client_contracts",
        create="advice.record_contract",
        is_merged=False,
        asked_first=("client", "number", "signed_on", "ends_on", "fee_terms"),
    ),
    Resource(
        "advice.ModelPortfolio",
        list="advice.model_portfolios",
        create="advice.add_model_portfolio",
    ),
    Resource(
        "advice.ProductAssetClass",
        list="advice.asset_classes",
        create="advice.set_asset_class",
    ),
    Resource(
        "advice.Advice",
        path="advice",
        key="advice",
        list="advice.advice_list",
        of_client="advice.client_advice",
        get="advice.advice",
        create="advice.draft_advice",
        update="advice.change_advice",
        offers=("advice.draft_rebalancing",),
        tab=True,
        asked_first=("client", "kind", "subject", "product", "basis", "text"),
        worksheet=SheetOf(
            "advice",
            bilingual("投资建议记录", "Advice record"),
            position=103,
            more=tuple(Parameter(name, "advice.Advice", name, required=False) for name in ADVICE_COURSE),
            kept=bilingual("投资建议逐份起草、核对、审批。", "Advice is written, checked and approved one by one."),
            needs=Permission.POLICY_READ,
            is_read_only=True,
        ),
    ),
    Resource("advice.AdviceOutcome", of_client="advice.client_outcomes"),
)
