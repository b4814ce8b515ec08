"""Resources of risk for pages, API and workbook."""

from dakehu.domains.risk.limits import bulk_import as limit_import
from dakehu.domains.risk.lines import bulk_import as line_import
from dakehu.domains.risk.margin import bulk_import as margin_import
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.resources import Resource, SheetOf, declare

declare(
    Resource(
        "risk.HouseLimit",
        path="house-limits",
        key="house_limit",
        list="risk.house_limits",
        create="risk.set_house_limit",
        update="risk.change_house_limit",
        is_merged=False,
        delete="risk.withdraw_house_limit",
        asked_first=("measure", "value", "effective_from", "risk_level", "tier", "security", "industry"),
    ),
    Resource(
        "risk.ClientLimit",
        path="client-limits",
        key="client_limit",
        list="risk.client_limits",
        of_client="risk.limits_of_client",
        create="risk.set_client_limit",
        update="risk.change_client_limit",
        is_merged=False,
        delete="risk.withdraw_client_limit",
        worksheet=SheetOf(
            "client_limits",
            bilingual("客户限额", "Limits of clients"),
            position=80,
            evaluate=limit_import.evaluate_limits,
            import_rows=limit_import.import_client_limits,
            kept=bilingual(
                "限额不能用表格停用；请在风险页面停用。", "Limits are withdrawn on the risk page, not by a worksheet."
            ),
        ),
    ),
    Resource(
        "risk.Line",
        path="reminder-lines",
        key="line",
        list="risk.lines",
        of_client="risk.lines_of_client",
        create="risk.set_line",
        update="risk.change_line",
        delete="risk.withdraw_line",
        asked_first=("client", "security", "kind", "basis", "threshold", "set_on", "channel"),
        worksheet=SheetOf(
            "reminder_lines",
            bilingual("客户提醒线", "Reminder lines"),
            position=81,
            evaluate=line_import.evaluate_lines,
            import_rows=line_import.import_lines,
            kept=bilingual(
                "提醒线不能用表格撤销；请按客户意思在风险页面撤销。",
                "Lines are withdrawn on the risk page, as the client wishes.",
            ),
        ),
    ),
    Resource(
        "risk.MarginTerms",
        path="margin-terms",
        key="margin_terms",
        list="risk.margin_terms",
        of_client="risk.terms_of_client",
        create="risk.add_margin_terms",
        update="risk.change_margin_terms",
        delete="risk.remove_margin_terms",
        asked_first=("client", "contract", "warn_line", "close_line", "target_ratio", "topup_days"),
        worksheet=SheetOf(
            "margin_terms",
            bilingual("两融合同约定", "Margin terms"),
            position=82,
            evaluate=margin_import.evaluate_terms,
            import_rows=margin_import.import_margin_terms,
            kept=bilingual("合同约定不能用表格删除。", "Terms of contracts are not deleted by a worksheet."),
        ),
    ),
    Resource(
        "risk.SecurityProfile",
        path="security-profiles",
        key="security_profile",
        list="risk.security_profiles",
        create="risk.add_security_profile",
        update="risk.change_security_profile",
    ),
    Resource(
        "risk.StressScenario",
        key="stress_scenario",
        list="risk.own_scenarios",
        create="risk.add_scenario",
        delete="risk.withdraw_scenario",
    ),
    Resource(
        "risk.Breach",
        key="breach",
        list="risk.breaches",
        of_client="risk.breaches_of_client",
        get="risk.breach",
        update="risk.acknowledge_breach",
    ),
    Resource("risk.Standing", key="risk_standing", list="risk.standings"),
    Resource("risk.RiskFigures", key="risk_figures", list="risk.figures"),
    Resource("risk.LineEvent", key="line_event", list="risk.line_events"),
    Resource(
        "risk.StrategyReview",
        path="strategy-reviews",
        key="review",
        list="risk.strategy_reviews",
        of_client="risk.reviews_of_client",
        create="risk.plan_review",
        update="risk.write_review",
        asked_first=("client", "due_on"),
        offers=("risk.set_line", "risk.set_client_limit", "risk.add_margin_terms"),
    ),
)
