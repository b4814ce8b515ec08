"""For each type of moment, facts of one row that fire it and facts that must not."""

from datetime import date
from typing import Any

Facts = dict[str, Any]
# {kind: (facts that fire it, [changes after which it does not fire])}
CASES: dict[str, tuple[Facts, list[Facts]]] = {
    "M01": ({"ratio": 1.29, "close_line": 1.3}, [{"ratio": 1.3}, {"ratio": None}, {"close_line": None}]),
    "M02": (
        {"ratio": 1.35, "close_line": 1.3, "warn_line": 1.4},
        [{"ratio": 1.29}, {"ratio": 1.4}, {"warn_line": None}],
    ),
    "M03": (
        {"ratio": 1.47, "warn_line": 1.4, "warn_distance": 0.048},
        [{"ratio": 1.6, "warn_distance": 0.125}, {"ratio": 1.39}],
    ),
    "M04": ({"contract_ends_in": 10.0, "contract_debt": 1000.0}, [{"contract_ends_in": 11.0}, {"contract_debt": 0.0}]),
    "M05": (
        {"paid": False, "pay_in": 1, "cash": 100.0, "amount_due": 9850.0},
        [{"paid": True}, {"cash": 9850.0}, {"pay_in": -1}],
    ),
    "M06": ({"risk_valid_in": 60}, [{"risk_valid_in": 61}, {"risk_valid_in": None}]),
    "M07": ({"id_expires_in": 90}, [{"id_expires_in": 91}, {"id_expires_in": None}]),
    "M08": ({"completeness": 0.9}, [{"completeness": 1.0}]),
    "M09": (
        {"deposits": 600_000.0, "assets_20": 1_000_000.0},
        [{"deposits": 499_999.0}, {"assets_20": 4_000_000.0}],
    ),
    "M10": (
        {"withdrawals": 600_000.0, "assets_20": 1_000_000.0},
        [{"withdrawals": 499_999.0}, {"assets_20": 4_000_000.0}],
    ),
    "M11": (
        {"net_inflow_20": -300_000.0, "assets_20_before": 1_000_000.0},
        [{"net_inflow_20": -299_999.0}, {"net_inflow_20": 0.0, "assets_20_before": 0.0}],
    ),
    "M12": ({"churn_score": 0.7}, [{"churn_score": 0.69}, {"churn_score": None}]),
    "M13": (
        {"index_return": -0.031, "index_return_5": 0.0, "small_index_return": None, "securities_value": 1.0},
        [{"index_return": -0.029}, {"securities_value": 0.0}],
    ),
    "M14": (
        {"account_return": -0.05, "account_sigma_60": 0.01, "account_loss": 100.0},
        [{"account_return": -0.03}, {"account_return": 0.01, "account_loss": 0.0}],
    ),
    "M15": ({"return_1": -0.07, "held_weight": 0.1}, [{"return_1": -0.069}, {"held_weight": 0.099}]),
    "M16": ({"limit_down": True, "return_3": -0.1}, [{"limit_down": False}, {"limit_down": None, "return_3": -0.149}]),
    "M17": (
        {"held_weight": 0.1, "return_1": 0.095, "return_5": 0.1},
        [{"return_1": 0.09}, {"held_weight": 0.09}],
    ),
    "M18": ({"account_drawdown_60": 0.1, "loss_limit": 0.1}, [{"account_drawdown_60": 0.09}, {"loss_limit": None}]),
    "M19": (
        {"concentrated": True, "top_weight": 0.4, "hhi": 0.2, "top_weight_limit": 0.4, "hhi_limit": 0.35},
        [{"concentrated": False}, {"top_weight": 0.3, "hhi": 0.3}],
    ),
    "M20": ({"line_hit": True}, [{"line_hit": False}, {"line_hit": None}]),
    "M21": (
        {"announcement_kind": "st", "published_days": 0},
        [{"announcement_kind": "report"}, {"published_days": 11}],
    ),
    "M22": (
        {"announcement_kind": "forecast", "published_days": 1, "announcement_weight": 0.05},
        [{"announcement_weight": 0.04}, {"announcement_kind": "st"}, {"published_days": 6}],
    ),
    "M23": ({"event_kind": "unlock", "event_in": 5.0}, [{"event_in": 6.0}, {"event_kind": "call"}, {"event_in": -1.0}]),
    "M24": ({"event_kind": "call", "event_in": 5.0}, [{"event_in": 6.0}, {"event_kind": "unlock"}]),
    "M25": ({"product_event_in": 10.0}, [{"product_event_in": 11.0}, {"product_event_in": -1.0}]),
    "M26": (
        {"nav_line_hit": False, "product_loss_limit": 0.1, "nav_drawdown": 0.1},
        [{"nav_drawdown": 0.09}, {"product_loss_limit": 0.15}, {"product_loss_limit": None, "nav_line_hit": None}],
    ),
    "M27": ({"risk_gap": 1.0, "investor_class": "ordinary"}, [{"risk_gap": 0.0}, {"investor_class": "B"}]),
    "M28": (
        {"opened_days": 3, "called_back": False},
        [{"called_back": True}, {"opened_days": 91}, {"opened_days": -1}],
    ),
    "M29": ({"business_days": 3}, [{"business_days": 11}]),
    "M30": ({"opening_step": 7.0}, [{"opening_step": None}]),
    "M31": (
        {"trade_days": 180, "login_days": 90, "total_assets": 10_000.0},
        [{"trade_days": 179}, {"login_days": 89}, {"total_assets": 9_999.0}],
    ),
    "M32": (
        {"trade_days": 180, "logins_7": 3.0, "login_gap": 90},
        [{"logins_7": 2.0}, {"login_gap": 89}, {"trade_days": 100}],
    ),
    "M33": ({"occasion_due": True}, [{"occasion_due": False}, {"occasion_due": None}]),
    "M34": ({"senior_age": 65.0}, [{"senior_age": None}]),
    "M35": ({"grievance_kind": "complaint"}, [{"grievance_kind": None}]),
    "M36": ({"promise_due_in": 1}, [{"promise_due_in": 2}]),
    "M37": (
        {"contact_days": 31, "contact_every_days": 30, "opened_days": 400},
        [{"contact_days": 30}, {"contact_every_days": None}, {"contact_days": None, "opened_days": 30}],
    ),
    "M38": ({"letter_days": 0}, [{"letter_days": None}]),
    "M39": ({"turnover": 20.0, "cost_rate": 0.01}, [{"turnover": 19.9}, {"turnover": None}]),
    "M40": ({"cash": 300_000.0, "idle_cash_days": 20.0}, [{"cash": 299_999.0}, {"idle_cash_days": 19.0}]),
    "M41": (
        {"investor_class": "B", "class_expires_in": 30},
        [{"class_expires_in": 31}, {"investor_class": "ordinary"}, {"class_expires_in": None}],
    ),
    "M42": ({"parties_changed_days": 0}, [{"parties_changed_days": 31}, {"parties_changed_days": None}]),
    "M43": ({"review_due_in": 10}, [{"review_due_in": 11}, {"review_due_in": None}]),
}
DAY = date(2026, 11, 27)
