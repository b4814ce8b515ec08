"""The five example tables of the article on 大客户管理表, as a workbook in their original vertical layout."""

from pathlib import Path

from openpyxl import Workbook

CARDS: dict[str, list[tuple[str, ...]]] = {
    "基本信息": [
        ("字段名称", "示例数据"),
        ("客户姓名", "张三"),
        ("性别",),
        ("年龄", "35"),
        ("职业", "企业高管"),
        ("联系方式", "手机号码:138xxxxxx88 电子邮件:zhangsan@example.com"),
    ],
    "投资历史": [
        ("字段名称", "示例数据"),
        ("投资日期", "2023-01-15"),
        ("投资金额", "¥1,000,000"),
        ("投资产品", "股票 A"),
        ("投资周期", "长期"),
        ("预期收益", "每年 5%"),
        ("风险偏好", "稳健型"),
    ],
    "客户服务记录": [
        ("日期", "事件描述", "结果"),
        ("2023-01-20", "客户咨询关于股票投资的问题", "成功解答问题并提供进一步建议"),
        ("2023-02-10", "客户投诉关于服务响应速度慢", "向客户道歉并承诺改善"),
    ],
    "需求与偏好": [
        ("字段名称", "示例数据"),
        ("投资目标", "资产保值增值"),
        ("风险偏好", "稳健型"),
        ("产品或服务喜好", "股票投资组合管理"),
    ],
    "定期跟进计划": [
        ("日期", "计划事项"),
        ("2023-01-10", "与客户电话沟通,了解最新需求"),
        ("2023-02-15", "安排面对面会议,讨论投资策略调整"),
    ],
}


def write_article(path: Path) -> Path:
    """Write the tables into a workbook, one sheet each."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in CARDS.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for letter, width in zip("ABC", (24, 52, 44), strict=True):
            sheet.column_dimensions[letter].width = width
    book.save(path)
    return path
