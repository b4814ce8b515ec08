"""Topics of what clients say to a broker, as data: code, name, words. Pure. The words are house defaults [D]."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """A topic and its patterns over the comparable text."""

    code: str
    zh: str
    en: str
    patterns: tuple[str, ...]


TOPICS: tuple[Topic, ...] = (
    Topic(
        "commission",
        "佣金费用",
        "Commission and fees",
        (
            r"佣金|手续费|费率|万(?:一|二|三|五|0|[1-9])(?!元|块|股|多|人|份)(?:点?\d)?|交易费|过户费|印花税|管理费|融资利率|利率|收费|commission|\bfees?\b|\brates?\b",
        ),
    ),
    Topic(
        "speed",
        "服务速度",
        "Speed of service",
        (
            r"等了|太慢|很慢|真慢|慢死|回得?(?:很)?慢|半天|拖|没(?:有)?(?:回音|消息|回复|下文|人理|人接|人管|人回)|不回|迟迟|排队|多久|催|及时|很快|挺快|真快|快捷|效率|没人给我?打电话|\bslow\b|waited|waiting|\bquick|prompt",
        ),
    ),
    Topic(
        "product",
        "产品",
        "Products",
        (
            r"基金|理财|产品|债券|私募|资管|收益凭证|新股|打新|可转债|etf|期权|国债|逆回购|定投|港股通|\bfunds?\b|\bbonds?\b|product",
        ),
    ),
    Topic(
        "loss",
        "亏损",
        "Losses",
        (
            r"亏(?!待)|赔(?:了|光|钱|本)|套牢|被套|套住|腰斩|缩水|跌|浮亏|爆仓|平仓|割肉|回撤|血本|\bloss(?:es)?\b|\blost\b|\bdown \d",
        ),
    ),
    Topic(
        "system",
        "软件系统",
        "App and system",
        (
            r"app|软件|系统|登(?:录|陆)?不(?:上|了|进)|登录|登陆|闪退|卡(?:顿|死|得|住了)|打不开|黑屏|界面|行情延迟|网页|客户端|升级后|验证码收不|下单失败|委托失败|\blog ?in\b|crash|\bsystem\b",
        ),
    ),
    Topic(
        "staff",
        "人员",
        "Staff",
        (
            r"客户经理|经理|投顾|顾问|柜台|客服|工作人员|员工|小[林周王何安李张刘陈赵]|态度|接待|服务(?:态度|人员)|营业部的人|前台|你们的人|adviser|advisor|\bstaff\b|manager",
        ),
    ),
    Topic(
        "complaint",
        "投诉",
        "Complaint",
        (
            r"投诉|举报|12386|证监会|差评|不满|要说法|讨(?:个)?说法|给(?:我)?(?:个|一个)说法|赔偿|误导|曝光|维权|complain",
        ),
    ),
    Topic(
        "praise",
        "表扬",
        "Praise",
        (
            r"谢谢|感谢|多谢|表扬|点赞|锦旗|很满意|非常满意|真好|很好|太好了|专业|耐心|贴心|好评|辛苦了|帮了大忙|推荐给|thanks?\b|thank you|great (?:service|job|help)|excellent",
        ),
    ),
    Topic(
        "account",
        "账户业务",
        "Account",
        (
            r"账户|账号|开户|销户|密码|银行卡|三方存管|银证|转账|转出|转入|到账|取款|提现|资金(?:到|没到)|身份证|过期|更新资料|地址|手机号|开通|权限|两融|融资融券|信用账户|测评|account|password|transfer|withdraw",
        ),
    ),
    Topic(
        "information",
        "咨询与资讯",
        "Questions and information",
        (
            r"请问|咨询|想了解|了解一下|想问|问一下|什么时候|几点|怎么(?:办理|开|弄|操作|买|查|填)|如何|流程|材料|研报|报告|资料|讲座|活动|通知|解释一下|说明一下|what is|how do|how can|when (?:is|will)|information|report",
        ),
    ),
)
