"""Choice sets of clients. Pure."""

from dakehu.foundation.schema.fields import Choices


class Kind(Choices):
    """Kind of client."""

    PERSON = "person", "个人", "Person", ("自然人", "individual")
    INSTITUTION = "institution", "机构", "Institution", ("法人", "企业", "公司", "legal entity", "company")
    PRODUCT = "product", "产品", "Product", ("资管产品", "私募产品", "基金产品", "fund vehicle")


class Gender(Choices):
    """Gender of a person."""

    MALE = "male", "男", "Male", ("男性", "先生", "m")
    FEMALE = "female", "女", "Female", ("女性", "女士", "f")


class IdType(Choices):
    """Type of an identity document."""

    RESIDENT = "resident", "身份证", "Resident ID", ("居民身份证", "二代证", "ID card")
    PASSPORT = "passport", "护照", "Passport"
    TRAVEL = "travel", "港澳台通行证", "Travel permit", ("港澳通行证", "台胞证", "回乡证")
    CREDIT_CODE = "credit_code", "统一社会信用代码", "Unified social credit code", ("营业执照", "信用代码", "USCC")
    OTHER = "other", "其他证件", "Other document", ("其他",)


class Status(Choices):
    """Status of a client."""

    PROSPECT = "prospect", "潜在", "Prospect", ("意向", "准客户")
    ACTIVE = "active", "正常", "Active", ("在营", "存续", "有效")
    DORMANT = "dormant", "休眠", "Dormant", ("沉默", "inactive")
    CLOSED = "closed", "已销户", "Closed", ("销户", "流失")
    RESTRICTED = "restricted", "限制处理", "Restricted", ("限制",)


class InvestorClass(Choices):
    """Investor class under the suitability rules."""

    ORDINARY = "ordinary", "普通投资者", "Ordinary investor", ("普通",)
    A = "A", "A类专业投资者", "Professional investor A", ("专业A", "A类")
    B = "B", "B类专业投资者", "Professional investor B", ("专业B", "B类")
    C = "C", "C类专业投资者", "Professional investor C", ("专业C", "C类")


class AssetsSource(Choices):
    """Where the assets of a client come from; empty: entered or imported."""

    FEED = "feed", "柜台", "Counter", ("柜台日终",)


class RiskLevel(Choices):
    """Risk tolerance of a client."""

    C1 = "C1", "C1 保守型", "C1 Conservative", ("保守型", "保守", "conservative", "C1保守型", "1")
    C2 = "C2", "C2 谨慎型", "C2 Cautious", ("谨慎型", "谨慎", "相对保守型", "income", "cautious", "C2谨慎型", "2")
    C3 = "C3", "C3 稳健型", "C3 Balanced", ("稳健型", "稳健", "平衡型", "balanced", "moderate", "C3稳健型", "3")
    C4 = "C4", "C4 积极型", "C4 Growth", ("积极型", "积极", "相对积极型", "成长型", "growth", "C4积极型", "4")
    C5 = "C5", "C5 激进型", "C5 Aggressive", ("激进型", "激进", "进取型", "aggressive", "C5激进型", "5")


class RiskBasis(Choices):
    """How a risk level was determined."""

    TESTED = "tested", "测评", "Tested", ("问卷",)
    ESTIMATED = "estimated", "估计", "Estimated", ("预测", "predicted")


class Capacity(Choices):
    """Money the client might invest, in bands (thousands of the account currency)."""

    LT30K = "lt30k", "3万以下", "Below 30K", ("CAP_LT30K", "CAP_LT_30K")
    K30_80 = "30k_80k", "3万–8万", "30K to 80K", ("CAP_30K_80K",)
    K80_300 = "80k_300k", "8万–30万", "80K to 300K", ("CAP_80K_300K",)
    GT300K = "gt300k", "30万以上", "Above 300K", ("CAP_GT300K", "CAP_GT_300K")


class ContactKind(Choices):
    """Kind of a contact."""

    MOBILE = "mobile", "手机", "Mobile", ("手机号码", "手机号", "电话", "联系电话", "phone")
    LANDLINE = "landline", "固定电话", "Landline", ("座机", "固话")
    MAIL = "mail", "电子邮件", "E-mail", ("邮箱", "邮件", "email")
    WECHAT = "wechat", "微信", "WeChat", ("微信号",)
    ADDRESS = "address", "地址", "Address", ("通讯地址", "联系地址")
    OTHER = "other", "其他", "Other"


class Horizon(Choices):
    """Investment horizon."""

    SHORT = "short", "短期", "Short term", ("1年以内", "一年以内", "短期（1年以内）", "<1年")
    MEDIUM = "medium", "中期", "Medium term", ("1-3年", "一至三年", "中期（1-3年）")
    LONG = (
        "long",
        "长期",
        "Long term",
        ("3年以上", "三年以上", "5年以上", "中长期", "长期（3年以上）", "长期（5年以上）"),
    )


class CoverRole(Choices):
    """Role of a manager who serves a client."""

    MAIN = "main", "主办客户经理", "Primary manager", ("主办", "Main", "主服务人", "客户经理", "owner")
    DEPUTY = "deputy", "协办", "Deputy", ("协作", "副办", "B角")
    SPECIALIST = "specialist", "专家", "Specialist", ("专业支持", "产品专家")


class Purpose(Choices):
    """Purpose of a consent."""

    SERVICE = "service", "日常服务", "Service", ("服务",)
    MARKETING = "marketing", "营销推广", "Marketing", ("营销",)
    PROFILING = "profiling", "画像分析", "Profiling", ("画像",)
    SENSITIVE = "sensitive", "敏感个人信息", "Sensitive personal data", ("敏感信息",)
    SHARING = "sharing", "对外提供", "Sharing", ("共享",)
    ABROAD = "abroad", "提供至境外", "Transfer abroad", ("出境", "跨境")


class ConsentState(Choices):
    """State of a consent."""

    GIVEN = "given", "同意", "Given", ("已同意",)
    REFUSED = "refused", "拒绝", "Refused", ("不同意", "免打扰")
    WITHDRAWN = "withdrawn", "撤回", "Withdrawn", ("已撤回",)


class ConsentWay(Choices):
    """How the client gave the statement."""

    BRANCH = "branch", "临柜书面", "In writing at the branch", ("书面", "临柜")
    PHONE = "phone", "录音电话", "Recorded telephone line", ("电话",)
    LINK = "link", "客户确认链接", "Link signed by the client", ("链接",)
    APP = "app", "交易软件", "Trading app", ("APP",)
    MAIL = "mail", "邮件", "Mail", ("电子邮件",)


class DateKind(Choices):
    """Kind of a key date."""

    BIRTHDAY = "birthday", "生日", "Birthday"
    ANNIVERSARY = "anniversary", "纪念日", "Anniversary", ("结婚纪念日",)
    FOUNDED = "founded", "成立日", "Founding day", ("公司成立日",)
    EXPIRY = "expiry", "到期日", "Expiry", ("证件到期",)
    OTHER = "other", "其他", "Other"


class GroupKind(Choices):
    """Kind of a group of clients."""

    HOUSEHOLD = "household", "家庭", "Household", ("家族", "family")
    CONCERT = "concert", "一致行动人", "Acting in concert", ("一致行动",)
    CONTROL = "control", "实控人", "Actual controller", ("实际控制", "集团", "实控人体系")


class Relation(Choices):
    """Relation of one member to another; groups.rules.opposite gives the reverse."""

    SPOUSE = "spouse", "配偶", "Spouse", ("夫妻", "丈夫", "妻子")
    FATHER = "father", "父亲", "Father", ("爸爸",)
    MOTHER = "mother", "母亲", "Mother", ("妈妈",)
    PARENT = "parent", "父母", "Parent", ("家长",)
    CHILD = "child", "子女", "Child", ("儿子", "女儿", "孩子")
    SIBLING = "sibling", "兄弟姐妹", "Sibling", ("兄弟", "姐妹")
    CONTROLLER = "controller", "实际控制人", "Controller", ("实控人", "控股股东")
    CONTROLLED = "controlled", "被控制企业", "Controlled company", ("控股企业", "子公司")
    CONCERT = "concert", "一致行动人", "Acts in concert", ("一致行动",)
    OTHER = "other", "其他关系", "Related otherwise", ("其他",)


class FreezeReason(Choices):
    COMPLAINT = "complaint", "投诉处理中", "a complaint is open"
    COMPLIANCE = "compliance", "合规要求", "compliance asked for it"
    SHOCK_CALL = "shock_call", "市场急跌致电后五个交易日内", "a call after a fall of the market, for five trading days"
