"""Levels, lists and states of anti-money laundering."""

from dakehu.foundation.schema.fields import Choices


class AmlLevel(Choices):
    """How likely a client is to be used for money laundering, as compliance rated it."""

    HIGH = "high", "高", "High"
    MEDIUM_HIGH = "medium_high", "中高", "Medium to high"
    MEDIUM = "medium", "中", "Medium"
    MEDIUM_LOW = "medium_low", "中低", "Medium to low"
    LOW = "low", "低", "Low"


class WatchList(Choices):
    """The list that contains a name."""

    SANCTIONS = "sanctions", "制裁名单", "Sanctions"
    TERROR = "terror", "涉恐名单", "Terrorism"
    OFFICE = "office", "特定自然人（政要）", "Politically exposed"
    OWN = "own", "内部关注名单", "House list"


class SuspicionState(Choices):
    """The outcome of a suspicion."""

    OPEN = "open", "分析中", "Under analysis"
    REPORTED = "reported", "已报送", "Reported"
    DISMISSED = "dismissed", "已排除", "Dismissed"
