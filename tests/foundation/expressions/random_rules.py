"""Random rules with correct grammar and types."""

import random


def random_amount(draw: random.Random, depth: int) -> str:
    plain = ["总资产", "两融负债", "20日日均总资产"]
    if depth == 0 or draw.random() < 0.4:
        return draw.choice([*plain, f"{draw.randint(0, 900)}万"])
    inner = [random_amount(draw, depth - 1) for _ in range(2)]
    return draw.choice(
        [
            f"({inner[0]} + {inner[1]})",
            f"({inner[0]} - {inner[1]})",
            f"{inner[0]} * 现金占比" if not inner[0][0].isdigit() else f"总资产 * {draw.randint(1, 9)}",
            f"min({inner[0]}, 总资产)",
            f"max({inner[0]}, {inner[1]}, 两融负债)",
            f"abs({plain[draw.randint(0, 2)]})",
            f"总资产 / {draw.randint(1, 9)}",
            "-两融负债",
            "总资产 / 近30天登录次数",
        ]
    )


def random_condition(draw: random.Random, depth: int) -> str:
    if depth and draw.random() < 0.6:
        parts = [random_condition(draw, depth - 1) for _ in range(draw.randint(2, 3))]
        return draw.choice([f"({' 且 '.join(parts)})", f"({' 或 '.join(parts)})", f"非 ({parts[0]})"])
    sign = draw.choice([">", "<", ">=", "<=", "=", "!="])
    return draw.choice(
        [
            f"两融负债 {sign} {random_amount(draw, 2)}",
            f"总资产 {sign} {random_amount(draw, 2)}",
            f"总资产 / 两融负债 {sign} {draw.randint(0, 3)}",
            f"距上次联系 {sign} {draw.choice(['30天', '约定联系间隔', '约定联系间隔 * 2'])}",
            f"合约到期日 - 开户日期 {sign} {draw.randint(-20, 20)}天",
            f"合约到期日 {sign} {draw.choice(['2026-11-30', '开户日期 + 3天', '开户日期 - 约定联系间隔'])}",
            f"现金占比 {sign} {draw.choice(['30%', '0.3', '警戒线', '警戒线 + 10%'])}",
            f"近30天登录次数 {sign} 3",
            draw.choice(["已销户", "非 已销户", "已销户 为空", "已销户 = 否"]),
            draw.choice(
                ["风险等级 属于 [C4, C5]", "风险等级 不属于 [C1]", "风险等级 = C4", "风险等级 != C4", "风险等级 为空"]
            ),
            draw.choice(['城市 = "上海"', '城市 属于 ["上海", "it\'s"]', "城市 不为空"]),
            f"总资产 介于 {draw.randint(0, 100)}万 和 {draw.choice(['500万', '两融负债 + 100万'])}",
            draw.choice(["近30天登录次数 属于 [1, 3]", "总资产 / 两融负债 为空", "合约到期日 属于 [2026-11-30]"]),
        ]
    )
