"""Choices of appraisal, in both languages."""

from dakehu.foundation.schema.fields import Choices


class SchemeState(Choices):
    """State of a scheme; an approved one is never changed but replaced by a new edition."""

    DRAFT = "draft", "草稿", "Draft"
    WAITING = "waiting", "待复核", "Waiting for approval"
    APPROVED = "approved", "已批准", "Approved"
    RETIRED = "retired", "已停用", "Retired"


class PeriodState(Choices):
    """State of a period."""

    OPEN = "open", "进行中", "Open"
    FROZEN = "frozen", "已冻结", "Frozen"
    TALKED = "talked", "已面谈", "Talked"
    CLOSED = "closed", "已关闭", "Closed"


class ScoreCause(Choices):
    """Cause of a revision of a score."""

    FROZEN = "frozen", "冻结", "Freeze"
    OBJECTION = "objection", "异议成立", "Objection upheld"
    ADJUSTMENT = "adjustment", "校准调整", "Adjustment"
    CONDUCT = "conduct", "违规登记", "Conduct recorded"


class NoteKind(Choices):
    """Kind of a note on an appraisal."""

    SELF = "self", "自评", "Self-review"
    MANAGER = "manager", "主管评价", "Manager review"
    TALK = "talk", "面谈记录", "Talk"
    COMMENT = "comment", "意见", "Comment"


class DecisionState(Choices):
    """State of a matter that another person decides."""

    OPEN = "open", "待决定", "To be decided"
    UPHELD = "upheld", "成立", "Upheld"
    REJECTED = "rejected", "不成立", "Rejected"


class ConductKind(Choices):
    """Kind of a conduct event, used in the gate or as a deduction."""

    VIOLATION = "violation", "严重违规", "Serious violation"
    WARNING = "warning", "书面警示", "Written warning"
    UNSUITABLE = "unsuitable", "不适当销售企图", "Unsuitable sale attempted"


class GuardKind(Choices):
    """Why a person's book requires a review before a bonus is shown."""

    TURNOVER = (
        "turnover",
        "换手率高于同级别客户组合的 95 分位",
        "Turnover above the 95th percentile of books of the tier",
    )
    COST = "cost", "费用占资产达到 3%", "Cost of 3% of assets or more"


class GuardState(Choices):
    """State of a review of a person's book."""

    WAITING = "waiting", "待复核", "To be reviewed"
    CLEARED = "cleared", "未见异常", "Nothing found"
    CONFIRMED = "confirmed", "存在问题", "Confirmed"


class PoolState(Choices):
    """State of a bonus pool."""

    DRAFT = "draft", "草稿", "Draft"
    SHARED = "shared", "已试算", "Shared out"
    WAITING = "waiting", "待复核", "Waiting for approval"
    APPROVED = "approved", "已批准", "Approved"


class TrancheState(Choices):
    """State of a deferred part of a bonus."""

    HELD = "held", "递延中", "Held"
    RELEASED = "released", "已发放", "Released"
    REDUCED = "reduced", "已扣减", "Reduced"
    CLAWED_BACK = "clawed_back", "已追回", "Clawed back"


class PraiseValue(Choices):
    """What a person is praised for."""

    CLIENT = "client", "客户为先", "Client first"
    CARE = "care", "专业严谨", "Careful work"
    CONDUCT = "conduct", "合规守正", "Good conduct"
    TEAMWORK = "teamwork", "协作互助", "Helping others"
    IDEA = "idea", "改进创新", "A good idea"
