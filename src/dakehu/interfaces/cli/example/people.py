"""The invented staff and clients, drawn from a seeded generator so that every run gives the same ones."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from pypinyin import lazy_pinyin

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严"
MEN = (
    "伟",
    "建国",
    "志强",
    "浩然",
    "俊杰",
    "文博",
    "国栋",
    "明远",
    "永康",
    "子轩",
    "振华",
    "海涛",
    "思远",
    "家豪",
    "立群",
    "晓东",
    "鹏飞",
    "泽宇",
    "景行",
    "少安",
    "德明",
    "宏毅",
    "一鸣",
    "启航",
    "书恒",
    "正阳",
    "云帆",
    "天佑",
    "承志",
    "旭东",
)
WOMEN = (
    "芳",
    "秀英",
    "雨桐",
    "静怡",
    "慧敏",
    "丽华",
    "欣然",
    "晓燕",
    "佳宁",
    "梦洁",
    "若兰",
    "淑珍",
    "婉清",
    "诗涵",
    "玉梅",
    "思琪",
    "美玲",
    "海燕",
    "可心",
    "雅琴",
    "文静",
    "春晓",
    "紫萱",
    "安琪",
    "桂芳",
    "语嫣",
    "冬梅",
    "知夏",
    "书瑶",
    "明慧",
)
JOBS = (
    "企业高管",
    "私营业主",
    "外科医生",
    "大学教授",
    "软件工程师",
    "律师",
    "退休教师",
    "建筑设计师",
    "自由职业",
    "会计师",
    "餐饮店主",
    "外贸经理",
    "公务员",
    "中学教师",
    "制片人",
    "药企研发主管",
    "民宿经营者",
    "工程承包商",
    "退休职工",
    "翻译",
    "牙科诊所主任",
    "家庭主妇",
    "跨境电商卖家",
    "农业合作社负责人",
    "飞行员",
    "审计经理",
)
FIRMS = (
    "云岫",
    "拾光",
    "北斗湾",
    "海棠里",
    "青禾",
    "望岳",
    "江左",
    "朗照",
    "南枝",
    "鹿溪",
    "听澜",
    "半山",
    "知秋",
    "星野",
    "万松",
    "如意桥",
)
LINES = ("精密制造", "生物科技", "物流", "餐饮管理", "文化传媒", "环保科技", "建材", "软件", "食品", "纺织")
SOURCES = ("老客户介绍", "银行渠道", "自主开户", "营业部活动", "同事转介", "线上预约")
REMARKS = (
    "",
    "",
    "",
    "",
    "偏好上午联系",
    "与配偶共同决策",
    "习惯看纸质报告",
    "重视隐私，资料勿转发",
    "普通话与粤语均可",
    "对费用敏感",
)


@dataclass(frozen=True)
class Branch:
    """`region` is a province code, with which no person's identity number begins."""

    code: str
    name: str
    city: str
    region: str
    area: str


BRANCHES = (
    Branch("SH01", "上海陆家嘴营业部（演示）", "上海", "310000", "021"),
    Branch("BJ01", "北京金融街营业部（演示）", "北京", "110000", "010"),
    Branch("SZ01", "深圳福田营业部（演示）", "深圳", "440000", "0755"),
)
TEAMS = (("浦江一队", "SH01"), ("金融街一队", "BJ01"), ("鹏城一队", "SZ01"))


@dataclass(frozen=True)
class Member:
    username: str
    name: str
    role: str
    team: str = ""


STAFF = (
    Member("lin", "林晓", "manager", "浦江一队"),
    Member("zhou", "周宁", "lead", "浦江一队"),
    Member("wang", "王强", "manager", "金融街一队"),
    Member("he", "何静", "compliance"),
    Member("an", "安然", "analyst"),
    Member("admin", "管理员", "admin"),
    Member("gu", "顾明", "manager", "浦江一队"),
    Member("shen", "沈悦", "manager", "浦江一队"),
    Member("lu", "陆川", "manager", "浦江一队"),
    Member("meng", "孟然", "lead", "金融街一队"),
    Member("hao", "郝佳", "manager", "金融街一队"),
    Member("bai", "白雪", "manager", "金融街一队"),
    Member("liang", "梁颖", "lead", "鹏城一队"),
    Member("mai", "麦俊", "manager", "鹏城一队"),
    Member("ou", "欧阳晴", "manager", "鹏城一队"),
)


def serving() -> list[Member]:
    """Return the users who have clients, managers twice as many as leads."""
    managers = [m for m in STAFF if m.role == "manager"]
    return [*managers, *managers, *(m for m in STAFF if m.role == "lead")]


@dataclass
class Person:
    """A client as in the workbook; amounts in yuan."""

    code: str
    kind: str
    name: str
    branch: Branch
    manager: Member
    mobile: str
    mail: str
    risk: int
    assets: int
    opened_on: date
    tested_on: date
    gender: str = ""
    born_on: date | None = None
    occupation: str = ""
    employer: str = ""
    id_number: str = ""
    segment: str = ""
    status: str = "正常"
    source: str = ""
    remark: str = ""
    representative: str = ""


def id_number(region: str, born: date, order: int) -> str:
    """Return a well-formed but impossible identity number: its region is a province code, never issued."""
    body = f"{region}{born:%Y%m%d}{order:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def credit_code(region: str, order: int) -> str:
    """Return a well-formed but unissued credit code: its middle reads DEM."""
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91{region}MADEM{order:04d}"
    total = sum(signs.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return body + signs[(31 - total % 31) % 31]


def make_clients(random: Random, day: date, count: int = 300) -> list[Person]:
    """Return clients, 85 : 12 : 3 persons, institutions and products."""
    people, names = [], set()
    team = serving()
    branch_of = {name: next(b for b in BRANCHES if b.code == code) for name, code in TEAMS}
    for order in range(1, count + 1):
        manager = team[order % len(team)]
        branch = branch_of[manager.team]
        kind = random.choices(("个人", "机构", "产品"), (85, 12, 3))[0]
        opened = day - timedelta(days=random.randint(200, 3600))
        tested = day - timedelta(
            days=random.choice((30, 90, 200, 320, 480, 650, 715, 740, 900)) + random.randint(0, 12)
        )
        if order % 3 and (day - tested).days > 730:  # most were tested again in time
            tested += timedelta(days=360)
        assets = int(round(10 ** random.uniform(5.3, 7.7), -4)) * (1 if kind == "个人" else 4)
        person = Person(
            code=f"YS{order:05d}",
            kind=kind,
            name="",
            branch=branch,
            manager=manager,
            mobile=f"1{random.choice((38, 39, 36, 58, 77, 86))}0000{order:04d}",
            mail="",
            risk=random.choices((1, 2, 3, 4, 5), (8, 20, 38, 24, 10))[0],
            assets=assets,
            opened_on=opened,
            tested_on=max(tested, opened),
            source=random.choice(SOURCES),
            remark=random.choice(REMARKS),
            status=random.choices(("正常", "休眠", "潜在"), (90, 6, 4))[0],
        )
        person.segment = "私人财富" if assets >= 6_000_000 else "财富" if assets >= 1_000_000 else "大众"
        while not person.name or person.name in names:
            _name(person, random, order, day)
        names.add(person.name)
        person.mail = f"{''.join(lazy_pinyin(person.name[:4]))}{order}@example.com".lower()
        people.append(person)
    return people


def _name(person: Person, random: Random, order: int, day: date) -> None:
    if person.kind == "个人":
        man = random.random() < 0.54
        person.gender = "男" if man else "女"
        person.name = random.choice(SURNAMES) + random.choice(MEN if man else WOMEN)
        person.born_on = date(day.year - random.randint(27, 74), random.randint(1, 12), random.randint(1, 28))
        person.occupation = random.choice(JOBS)
        person.employer = f"{random.choice(FIRMS)}{random.choice(LINES)}（虚构）" if random.random() < 0.5 else ""
        person.id_number = id_number(person.branch.region, person.born_on, 2 * random.randint(1, 480) + int(man))
        return
    head = random.choice(SURNAMES) + random.choice(MEN + WOMEN)
    if person.kind == "机构":
        person.name = f"{person.branch.city}{random.choice(FIRMS)}{random.choice(LINES)}有限公司（虚构）"
        person.id_number = credit_code(person.branch.region, order)
        person.representative = head
    else:
        person.name = f"{random.choice(FIRMS)}{random.choice(('稳进', '量化', '债券增强', '全天候'))}{random.randint(1, 9)}号私募基金（虚构）"
    person.segment = "机构"
