"""Lines under or between the rows of a table that are not rows: totals, remarks, signatures and dates. Pure."""

import re

TOTAL, NOTE = "total", "note"
TOTAL_TEXT = (
    r"(?i)^(?:本页|以上|上述|全部|本月|本年|本期|当页|当前|部门|各项|买入|卖出|收入|支出|转入|转出|借方|贷方|费用|资金|市值|资产|客户|金额|人民币|港币|美元)?\s*(?:合\s*计|总\s*计|小\s*计|共\s*计|累\s*计|汇\s*总)"
    r"\s*(?:金额|数量|人数|户数|笔数|数)?\s*(?:[:：(（\d].*)?$|^(?:以上|本页|本表)?\s*(?:共|共计|合计|总共|总计)\s*有?\s*\d+\s*[户人位名笔条行家]|"
    r"^(?:其中|平均|平均值|均值|户均|人均|最大值|最小值|占比|比例)\s*(?:[:：].*)?$|"
    r"^(?:期初|期末|上期|本期|上日|本日|昨日|当日|上月|本月|年初|年末)\s*(?:资金|可用|账户|股份|证券)?\s*(?:余额|结余|结转|结存|市值|资产)\s*(?:[:：].*)?$|"
    r"^(?:grand totals?|sub-?totals?|totals?|sum)\s*(?:[:：(（\d].*)?$"
)
_LABELS = (
    r"注|备\s*注|附\s*注|注\s*释|说\s*明|备\s*考|审\s*核|复\s*核|审\s*批|批\s*准|审\s*定|校\s*对|制\s*表|制\s*单|填\s*表|填\s*报|填\s*写|编\s*制|经\s*办|"
    r"负责|单位负责|部门负责|主\s*管|签\s*字|签\s*名|签\s*章|盖\s*章|打印|导出|统计|截止|截至|报送|提交|更新|生成|数据来源|资料来源|来源|页码|联系"
)
NOTE_TEXT = (
    rf"(?i)^[(（【\[*※]*\s*(?:{_LABELS})\s*(?:人|员|者|日期|时间|单位|部门|方式|电话)?\s*\d*\s*[:：]|"
    r"^[(（]?\s*注\s*\d*\s*[、.．:：]|^数据截[至止]|^以下空白|^第\s*\d+\s*页|^共\s*\d+\s*页|^page\s+\d+|"
    r"^[(（【]?\s*(?:本表|本页|此表|本资料|本报表|以上数据|以上信息|上述(?:数据|信息|资料)|内部(?:资料|使用|文件)|仅供|版权所有|免责声明|特别提示|温馨提示|友情提示|"
    r"风险提示|未完待续|续表|接下页|转下页)[^\d]{0,60}[)）】]?$|"
    r"^[-=_*—]{3,}$|^(?:notes?|remarks?|prepared by|checked by|reviewed by|approved by|printed|exported|source|as of|signature)\s*[:：]"
)
_TOTAL, _NOTE = re.compile(TOTAL_TEXT), re.compile(NOTE_TEXT)
_DAY_ALONE = re.compile(r"^\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?$")
_LABEL_ALONE = re.compile(rf"^(?:{_LABELS})\s*(?:人|员|者|日期|时间)$")
LOOKED_AT = 3  # leftmost columns searched for the label of a total


def kind_of_line(cells: list[str]) -> str:
    """Return TOTAL for a total line, NOTE for a remark or signature, "" for a row of the table (or a blank line).

    `cells` are those of the table's columns. A remark line fills at most half of them, or all its cells are remarks.
    """
    if any(_TOTAL.match(cell.strip()) for cell in cells[:LOOKED_AT]):
        return TOTAL
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return ""
    remarks = [bool(_NOTE.match(cell) or _DAY_ALONE.match(cell)) for cell in filled]
    if _NOTE.match(filled[0]) and (all(remarks) or len(filled) <= max(1, len(cells) // 2)):
        return NOTE
    return NOTE if _LABEL_ALONE.match(filled[0]) and len(filled) <= max(2, len(cells) // 2) else ""
