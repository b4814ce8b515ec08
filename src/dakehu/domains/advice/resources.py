"""What pages, API and workbook show of suitability and advice."""

from dakehu.foundation.schema.resources import Resource, declare

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
    ),
    Resource("advice.AdviceOutcome", of_client="advice.client_outcomes"),
)
