"""Subjects that facts of the ledger can have other than a client. Pure."""

from dakehu.foundation.schema.facts import Subject

HOLDING = Subject("holding", "持仓", "Holding", ("client", "product"))
MARGIN_CONTRACT = Subject("margin_contract", "融资融券合约", "Margin contract", ("client", "contract"))
REMINDER_LINE = Subject("reminder_line", "客户提醒线", "Line set by a client", ("client", "line"))
ALLOTMENT = Subject("allotment", "中签", "Allotment", ("client", "allotment"))
ANNOUNCEMENT = Subject("announcement", "持仓证券的公告", "Announcement on a holding", ("client", "announcement"))
SECURITY_EVENT = Subject("security_event", "持仓证券的事件", "Event of a holding", ("client", "security_event"))
PRODUCT_EVENT = Subject("product_event", "持有产品的事件", "Event of a product held", ("client", "product_event"))
BUSINESS = Subject("business", "首次业务", "First business", ("client", "business"))
LETTER = Subject("letter", "监管提示", "Supervisory notice", ("client", "letter"))
