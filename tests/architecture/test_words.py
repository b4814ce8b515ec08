"""One word, one meaning: standard terms replaced invented ones in all texts that users read."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Former word: its replacement. A former heading may remain as an alias that an import reads.
REPLACED = {
    "今日台账": "今日工作台",
    "要做的事": "待办事项",
    "记下来": "保存记录",
    "资料完整度": "资料完整率",
    "最常缺的资料": "待补充资料",
    "如何得出": "计算过程",
    "算术": "计算",
    "取回": "转出",
    "同期收益率": "区间收益率",
    "费用拖累": "费用率（占平均市值）",
    "在险值": "风险价值（VaR）",
    "收益率根数": "资金加权收益率解的个数",
    "兑现比例": "卖出比例（处置效应）",
    "资金进出": "证券买卖资金流水",
    "一半在内": "50% 区间",
    "九成在内": "90% 区间",
    "持仓广度": "客户持仓概览",
    "差异试算": "导入预览",
    "拖回来": "上传",
    "再输一次": "确认密码",
    "可撤销的操作": "撤销操作",
    "相扣": "链式校验",
    "操作记录": "操作日志",
    "封印": "校验值",
    "把守": "控制",
    "团队长": "团队负责人",
    "不是您本人": "如非本人操作",
    "久未联系": "超期未联系",
    "测评待更新": "风险测评即将到期",
    "人员与角色": "人员与权限",
    "我的账户": "我的账号",
    "台账": "工作台",
}
ALIASES = {"团队长"}  # former choices that files may still contain
READ = [
    *ROOT.glob("src/dakehu/interfaces/web/templates/**/*.html"),
    *ROOT.glob("src/dakehu/interfaces/web/guide/zh/*.md"),
    *ROOT.glob("src/dakehu/**/*.py"),
    *ROOT.glob("src/dakehu/interfaces/web/static/dakehu/js/**/*.js"),
    ROOT / "README.zh.md",
]


@pytest.mark.parametrize("word", REPLACED)
def test_a_replaced_word_is_gone(word):
    places = []
    for path in READ:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if re.search(word, line) and not (word in ALIASES and 'LEAD = "lead"' in line):
                places.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert places == [], f"say {REPLACED[word]} instead of {word}"
