"""Choices of learning, in both languages."""

from dakehu.foundation.schema.fields import Choices


class Topic(Choices):
    """Subject of an article, a question or training hours."""

    LAW = "law", "法律法规", "Law and rules", ("法规",)
    SUITABILITY = "suitability", "适当性管理", "Suitability", ("适当性",)
    CONDUCT = "conduct", "执业行为与话术", "Conduct and wording", ("合规展业", "廉洁从业")
    PRODUCTS = "products", "产品与业务", "Products and business", ("产品知识",)
    SERVICE = "service", "客户服务", "Client service", ("服务",)
    PRIVACY = "privacy", "个人信息与反洗钱", "Personal data and money laundering", ("反洗钱", "隐私")
    DESK = "desk", "系统使用", "Use of the desk", ("系统",)


class ArticleState(Choices):
    """State of an article. Only a published one is shown to readers."""

    DRAFT = "draft", "未发布", "Not published"
    PUBLISHED = "published", "已发布", "Published"
    RETIRED = "retired", "已下线", "Retired"


class VersionState(Choices):
    """State of one version of an article."""

    DRAFT = "draft", "草稿", "Draft"
    WAITING = "waiting", "待审批", "Waiting for approval"
    APPROVED = "approved", "已批准", "Approved"


class ReviewStanding(Choices):
    """Status of an article relative to its review date."""

    CURRENT = "current", "有效", "Current"
    OVERDUE = "overdue", "待复审", "Review overdue"
    HIDDEN = "hidden", "逾期已隐藏", "Hidden, overdue"


class CourseState(Choices):
    """State of a course."""

    DRAFT = "draft", "筹备中", "In preparation"
    OPEN = "open", "开放学习", "Open"
    CLOSED = "closed", "已关闭", "Closed"


class EnrolmentReason(Choices):
    """Reason of an enrolment."""

    OWN = "own", "自选", "Own choice"
    ROLE = "role", "岗位要求", "Required of the role"
    NEW_STAFF = "new_staff", "新员工", "New staff"
    PROPOSED = "proposed", "质量检查建议", "Proposed after a quality check"
    PATH = "path", "学习路径", "Learning path"


class EnrolmentState(Choices):
    """State of an enrolment."""

    OPEN = "open", "学习中", "Under way"
    DONE = "done", "已完成", "Completed"
    DROPPED = "dropped", "已取消", "Dropped"


class QuestionKind(Choices):
    """Kind of a question of the bank."""

    SINGLE = "single", "单选题", "Single choice", ("单选",)
    MULTIPLE = "multiple", "多选题", "Multiple choice", ("多选", "不定项")
    TRUE_FALSE = "true_false", "判断题", "True or false", ("判断",)


class Difficulty(Choices):
    """Intended difficulty of a question."""

    EASY = "easy", "易", "Easy", ("简单",)
    MEDIUM = "medium", "中", "Medium", ("一般",)
    HARD = "hard", "难", "Hard", ("困难",)


class PaperState(Choices):
    """State of an exam paper. Settings that decide the result are fixed once it is open."""

    DRAFT = "draft", "筹备中", "In preparation"
    OPEN = "open", "开放考试", "Open"
    CLOSED = "closed", "已结束", "Closed"


class AttemptState(Choices):
    """State of one attempt at an exam."""

    OPEN = "open", "考试中", "Under way"
    PASSED = "passed", "通过", "Passed"
    FAILED = "failed", "未通过", "Failed"


class RecordSource(Choices):
    """Source of training hours."""

    COURSE = "course", "内部课程", "Course of the desk"
    EXTERNAL = "external", "外部培训", "External course", ("外训",)


class RecordState(Choices):
    """Whether training hours are credited. External ones are credited once a second person approved them."""

    WAITING = "waiting", "待审批", "Waiting for approval"
    COUNTED = "counted", "已计入", "Counted"
    REFUSED = "refused", "未认可", "Not accepted"


class RequirementKind(Choices):
    """Kind of a requirement of a role."""

    HOURS = "hours", "学时", "Hours"
    COURSE = "course", "课程", "Course"
    CERTIFICATE = "certificate", "证书", "Certificate"


class Period(Choices):
    """Period in which a requirement must be met."""

    YEAR = "year", "每个自然年", "Each calendar year"
    ROLLING = "rolling", "最近 365 天", "The last 365 days"
    ONCE = "once", "一次", "Once"


class PathState(Choices):
    """State of a learning path. Only an open one is assigned."""

    DRAFT = "draft", "筹备中", "In preparation"
    OPEN = "open", "启用", "In use"
    CLOSED = "closed", "停用", "Out of use"


class AssignmentReason(Choices):
    """Reason of a path assignment."""

    LEAD = "lead", "主管分配", "Assigned by the lead"
    ROLE = "role", "岗位要求", "Required of the role"
    NEW_STAFF = "new_staff", "新员工", "New staff"


class LadderState(Choices):
    """State of a version of a ladder. One version of a track is in force."""

    DRAFT = "draft", "编制中", "In preparation"
    IN_FORCE = "in_force", "生效", "In force"
    REPLACED = "replaced", "已被新版本取代", "Replaced"


class ConditionOutcome(Choices):
    """Outcome of a level's condition for a person."""

    MET = "met", "已达到", "Met"
    NOT_MET = "not_met", "未达到", "Not met"
    NOT_MEASURED = "not_measured", "无法衡量", "Not measurable"


class PromotionState(Choices):
    """State of a promotion proposal."""

    WAITING = "waiting", "待决定", "To be decided"
    APPROVED = "approved", "已批准", "Approved"
    REFUSED = "refused", "未批准", "Not approved"
    WITHDRAWN = "withdrawn", "已撤回", "Withdrawn"
