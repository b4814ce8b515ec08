"""The default scheme (domain.md 6, all [D]): the start of a new scheme if there is none to copy."""

from decimal import Decimal

# (code, Chinese, English, [(measure, weight)])
PARTS: tuple[tuple[str, str, str, tuple[tuple[str, int], ...]], ...] = (
    ("satisfaction", "客户满意度", "Client satisfaction", (("satisfaction", 25),)),
    (
        "service",
        "服务质量与时效",
        "Service quality and time",
        (("mandatory_moments", 10), ("promises_kept", 5), ("requests_on_time", 5), ("first_answer", 5)),
    ),
    (
        "conduct",
        "适当性与合规",
        "Suitability and conduct",
        (("profile_completeness", 6), ("valid_tests", 8), ("training_hours", 6), ("complaints_upheld", 0)),
    ),
    ("outcome", "客户长期结果", "Long-term results of clients", (("retention", 8), ("net_inflow", 7))),
    ("efficiency", "效率", "Efficiency", (("coverage", 10),)),
    ("team", "团队与投教", "Team and education", (("education_events", 5),)),
    ("volume", "业务量", "Volume", (("trade_volume", 0), ("new_accounts", 0))),
)
# Leads are responsible for the team's clients; their own book has slightly lower targets.
LEAD_TARGETS = {"coverage": (Decimal("0.40"), Decimal("0.90"))}
