"""Choices of growth, in both languages."""

from dakehu.foundation.schema.fields import Choices


class ProspectState(Choices):
    """State of a prospect. A converted one is a client."""

    NEW = "new", "新线索", "New", ("未跟进", "新建")
    FOLLOWED = "followed", "跟进中", "Being followed", ("已联系", "contacted")
    CONVERTED = "converted", "已转客户", "Became a client", ("已转化", "已开户")
    INVALID = "invalid", "无效", "Invalid", ("已放弃", "无意向")


class Source(Choices):
    """The source of a prospect."""

    REFERRAL = "referral", "转介绍", "Referral", ("客户介绍", "老客户介绍", "介绍")
    EVENT = "event", "活动", "Event", ("沙龙", "投教活动", "研讨会")
    BRANCH = "branch", "网点到访", "Branch visit", ("临柜", "营业部到访", "上门")
    INBOUND = "inbound", "来电咨询", "Inbound enquiry", ("来电", "咨询", "客服转入")
    ONLINE = "online", "线上渠道", "Online", ("网站", "APP", "公众号", "web", "website")
    PARTNER = "partner", "合作机构", "Partner", ("银行渠道", "合作渠道", "三方存管银行")
    VISIT = "visit", "主动拜访", "Outbound visit", ("陌拜", "外拓", "cold call")
    OTHER = "other", "其他", "Other"


class InvalidReason(Choices):
    """Why a prospect is invalid."""

    WRONG_NUMBER = "wrong_number", "号码错误或空号", "Wrong number"
    NOT_ELIGIBLE = "not_eligible", "不符合开户或适当性条件", "Not eligible"
    NO_INTEREST = "no_interest", "无意向", "No interest"
    CLIENT_ALREADY = "client_already", "已是本机构客户", "A client already"
    DUPLICATE = "duplicate", "重复线索", "Duplicate"
    OTHER = "other", "其他", "Other"


class MarketingChoice(Choices):
    """Whether a prospect agrees to be contacted for marketing."""

    UNKNOWN = "unknown", "未表示", "Not stated", ("未知",)
    GIVEN = "given", "同意联系", "Agreed", ("同意",)
    REFUSED = "refused", "拒绝联系", "Refused", ("拒绝", "免打扰", "opt-out")


class PoolEventKind(Choices):
    """The kind of an event between a prospect and the pool."""

    ENTERED = "entered", "进入公海", "Entered the pool"
    CLAIMED = "claimed", "领取", "Claimed"
    RETURNED = "returned", "退回", "Returned"
    WARNED = "warned", "收回预警", "Warned"
    RECYCLED = "recycled", "自动收回", "Recycled"


class Masked(Choices):
    """Fields of a prospect that a pool may mask until it is claimed; numbers and addresses always are."""

    NAME = "name", "姓名", "Name"
    EMPLOYER = "employer", "工作单位", "Employer"
    INTERESTS = "interests", "感兴趣的产品", "Products of interest"
    REMARK = "remark", "备注", "Remark"


class StageKind(Choices):
    """The meaning of a stage."""

    OPEN = "open", "进行中", "Open"
    WON = "won", "赢单", "Won", ("成交", "成功")
    LOST = "lost", "输单", "Lost", ("失败", "丢单")


class LossReason(Choices):
    """Why an opportunity was lost."""

    PRICE = "price", "佣金或费率", "Commission or fees", ("价格", "price")
    COMPETITOR = "competitor", "选择其他机构", "Went to another firm", ("竞争对手", "competition")
    PRODUCT = "product", "产品不合适", "Products do not fit"
    SUITABILITY = "suitability", "适当性不匹配", "Not suitable"
    NO_FUNDS = "no_funds", "资金未到位", "No funds"
    NO_NEED = "no_need", "暂无需求", "No need for now", ("无需求",)
    UNREACHABLE = "unreachable", "联系不上", "Cannot be reached"
    SERVICE = "service", "对服务不满意", "Not content with service"
    OTHER = "other", "其他", "Other"


class ContactChannel(Choices):
    """How a prospect was contacted: the channels of interactions, to which such contacts are converted."""

    CALL = "call", "电话", "Call", ("通话", "手机")
    WECHAT = "wechat", "微信", "WeChat", ("企业微信", "企微")
    MAIL = "mail", "邮件", "Mail", ("邮箱", "email")
    MESSAGE = "message", "短信", "Message", ("消息", "sms")
    MEETING = "meeting", "面谈", "Meeting", ("见面", "拜访", "临柜")
    EVENT = "event", "活动", "Event", ("沙龙", "研讨会")
    VIDEO = "video", "视频", "Video", ("视频会议",)
    OTHER = "other", "其他", "Other"


class InterestKind(Choices):
    """Class of products a prospect is interested in."""

    STOCK = "stock", "股票", "Stocks", ("A股",)
    FUND = "fund", "基金", "Funds", ("ETF", "公募")
    BOND = "bond", "债券", "Bonds", ("可转债",)
    REPO = "repo", "质押式回购", "Repo", ("逆回购", "国债逆回购")
    PRIVATE = "private", "私募基金", "Private funds", ("私募",)
    ASSET_PLAN = "asset_plan", "资管计划", "Asset management plans", ("资管",)
    STRUCTURED = "structured", "收益凭证", "Structured notes", ("结构化产品",)
    MARGIN = "margin", "融资融券", "Margin trading", ("两融",)
    OPTIONS = "options", "期权", "Options"
    OTHER = "other", "其他", "Other"


class CampaignKind(Choices):
    """What a campaign sends: an offer, which clients may refuse, or a mandatory notice to all."""

    OFFER = "offer", "营销与服务推介", "Offer", ("营销",)
    DUTY = "duty", "法定告知", "Duty notice", ("告知",)


class CampaignState(Choices):
    """State of a campaign."""

    DRAFT = "draft", "草稿", "Draft"
    WAITING = "waiting", "待审批", "Waiting for approval"
    APPROVED = "approved", "已批准", "Approved"
    SENDING = "sending", "发送中", "Sending"
    SENT = "sent", "已发送", "Sent"


class CampaignLanguage(Choices):
    """Language of one version of a message."""

    CHINESE = "zh", "中文", "Chinese"
    ENGLISH = "en", "英文", "English"


class MemberGroup(Choices):
    """The group of a client of the frozen list in a campaign."""

    CONTACTED = "contacted", "发送组", "Contacted"
    CONTROL = "control", "对照组", "Control group"
    EXCLUDED = "excluded", "已排除", "Excluded"


class Outcome(Choices):
    """The outcome by which a campaign is measured."""

    ANSWERED = "answered", "有回应", "Answered", ("回复",)
    MET = "met", "见面", "Met"
    OPENED = "opened", "开立商机", "Opened business", ("商机",)
    TRADED = "traded", "有交易", "Traded", ("交易",)


class EventKind(Choices):
    """Kind of a client event."""

    SEMINAR = "seminar", "研讨会", "Seminar", ("讲座", "投教")
    SALON = "salon", "沙龙", "Salon", ("客户沙龙",)
    ROADSHOW = "roadshow", "路演", "Roadshow"
    VISIT = "visit", "参观考察", "Company visit", ("调研",)
    ONLINE = "online", "线上直播", "Online"


class EventState(Choices):
    """State of a client event."""

    DRAFT = "draft", "筹备中", "In preparation"
    WAITING = "waiting", "待审批", "Waiting for approval"
    APPROVED = "approved", "邀请已批准", "Invitation approved"
    CANCELLED = "cancelled", "已取消", "Cancelled"


class InvitationAnswer(Choices):
    """The answer of an invited client."""

    OPEN = "open", "未答复", "No answer yet"
    YES = "yes", "参加", "Yes", ("接受", "会来")
    MAYBE = "maybe", "待定", "Maybe", ("不确定",)
    NO = "no", "不参加", "No", ("谢绝",)
