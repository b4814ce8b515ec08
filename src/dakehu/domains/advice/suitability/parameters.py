"""Parameters of a suitability check: data on client, product and sale, as people write it."""

from dakehu.domains.advice.suitability.choices import Channel, Initiative, InvestorWord, ProductRisk, Side, TestedLevel
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter


def _optional_parameter(
    name: str, spec: FieldSpec, kind: str = "text", choice_set: object = None, model: str = ""
) -> Parameter:
    """Return a parameter that may be left out."""
    return Parameter(name, model=model, required=False, spec=spec, kind=kind, choice_set=choice_set)


CLIENT = _optional_parameter("client", FieldSpec("客户", "Client"), model="clients.Client")
PRODUCT = _optional_parameter(
    "product", FieldSpec("产品", "Product", help_zh="证券代码或产品名称", help_en="Code or name")
)
PRODUCT_NAME = _optional_parameter(
    "product_name",
    FieldSpec(
        "产品名称",
        "Product name",
        help_zh="工作台没有该产品时填写",
        help_en="For a product that the desk does not hold",
    ),
)
PRODUCT_RISK = _optional_parameter("product_risk", FieldSpec("产品风险等级", "Product risk"), choice_set=ProductRisk)
INITIATIVE = _optional_parameter(
    "initiative",
    FieldSpec(
        "由谁提出",
        "Initiative",
        aliases=("发起方",),
        help_zh="未填按工作人员主动推介从严判断",
        help_en="Left out: judged as brought up by staff, the stricter way",
    ),
    choice_set=Initiative,
)
CHANNEL = _optional_parameter("channel", FieldSpec("办理渠道", "Channel"), choice_set=Channel)
SIDE = _optional_parameter("side", FieldSpec("买卖方向", "Side"), choice_set=Side)
KYC = _optional_parameter(
    "kyc_complete",
    FieldSpec(
        "客户信息完整且真实",
        "Client information complete",
        help_zh="未填按已登记的资料判断",
        help_en="Left out: judged by what the desk holds",
    ),
    kind="bool",
)
ACCESS = _optional_parameter("access_met", FieldSpec("满足产品准入要求", "Access requirements met"), kind="bool")
TERM_FITS = _optional_parameter("term_fits", FieldSpec("期限符合投资目标", "Term within the goal"), kind="bool")
KIND_FITS = _optional_parameter("kind_fits", FieldSpec("品种符合投资目标", "Kind within the goal"), kind="bool")
HIGH_RISK = _optional_parameter(
    "is_high_risk", FieldSpec("列入高风险名录", "On the list of high-risk products"), kind="bool"
)
ON = _optional_parameter("on", FieldSpec("核对日期", "Day of the check", aliases=("date", "as_of")), kind="date")

SALE = (INITIATIVE, CHANNEL, SIDE, KYC, ACCESS, TERM_FITS, KIND_FITS, HIGH_RISK)
STATED = (
    _optional_parameter(
        "investor_class",
        FieldSpec("投资者类别", "Investor class", help_zh="未填为普通投资者", help_en="Left out: ordinary"),
        choice_set=InvestorWord,
    ),
    _optional_parameter(
        "risk_level",
        FieldSpec("客户风险等级", "Client risk level", aliases=("风险等级", "level")),
        choice_set=TestedLevel,
    ),
    _optional_parameter(
        "minimum", FieldSpec("最低类别", "Lowest category", aliases=("is_minimum", "lowest", "最低")), kind="bool"
    ),
    PRODUCT_RISK,
    _optional_parameter("tested_on", FieldSpec("测评日期", "Tested on"), kind="date"),
    _optional_parameter("valid_to", FieldSpec("测评有效期至", "Test valid to"), kind="date"),
    _optional_parameter("valid_days", FieldSpec("测评有效天数", "Days a test is valid"), kind="integer"),
    _optional_parameter("age", FieldSpec("年龄", "Age"), kind="integer"),
    _optional_parameter("class_valid_to", FieldSpec("专业投资者材料有效期至", "Class evidence valid to"), kind="date"),
    _optional_parameter("is_private_fund", FieldSpec("私募基金", "Private fund"), kind="bool"),
)
