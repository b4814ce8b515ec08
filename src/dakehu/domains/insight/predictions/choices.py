"""The choices of predictions."""

from dakehu.foundation.schema.fields import Choices


class PredictionKind(Choices):
    """Kind of a prediction."""

    CHURN = "churn", "流失", "Leaving"
    REACTIVATION = "reactivation", "重新交易", "Trading again"
    ANSWER = "answer", "接听", "Answering"


class ModelState(Choices):
    """Whether a model is used."""

    OFF = "off", "未启用", "Off"
    ON = "on", "启用", "On"
    SUSPENDED = "suspended", "已自动停用，改用规则", "Off by itself, the rule instead"
    REPLACED = "replaced", "已被新版本取代", "Replaced by a newer version"


class PredictionBand(Choices):
    """Band of a probability, relative to the desk's base rate."""

    ELEVATED = "elevated", "偏高", "Elevated"
    USUAL = "usual", "通常", "Usual"
    LOW = "low", "偏低", "Low"
