"""Resources of clients for pages, API and workbook."""

from dakehu.domains.clients.bulk_import.consents import evaluate_consents, import_consents
from dakehu.domains.clients.bulk_import.needs import evaluate_needs, import_needs
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.resources import BulkOf, Resource, SheetOf, declare

declare(
    Resource(
        "clients.Client",
        path="clients",
        key="client",
        list="clients.list",
        get="clients.detail",
        create="clients.create",
        update="clients.change",
        asked_first=("kind", "name", "phone", "segment", "staff"),
        bulk=(
            BulkOf("set", many="clients.change_many", one="clients.change"),
            BulkOf("assign", many="clients.hand_over", one="clients.assign"),
        ),
        worksheet=SheetOf(
            "clients",
            bilingual("基本信息", "Clients"),
            position=10,
            kept=bilingual(
                "客户不能用表格删除；请在客户页面合并或处理。",
                "Clients are not deleted by a worksheet; merge them or settle them on their page.",
            ),
        ),
    ),
    Resource(
        "clients.Needs",
        key="client",
        create="clients.record_needs",
        update="clients.record_needs",
        worksheet=SheetOf(
            "needs",
            bilingual("需求与偏好", "Needs and preferences"),
            position=40,
            evaluate=evaluate_needs,
            import_rows=import_needs,
            kept=bilingual(
                "需求与偏好随客户保留；如需清空，请清空各格。",
                "Needs stay with their client; to clear them, empty the cells.",
            ),
        ),
    ),
    Resource(
        "clients.Consent",
        create="clients.record_consent",
        worksheet=SheetOf(
            "consents",
            bilingual("同意与拒绝", "Consents"),
            position=100,
            evaluate=evaluate_consents,
            import_rows=import_consents,
            kept=bilingual("客户表示过的意愿须留存，不能删除。", "What clients said is kept and cannot be deleted."),
        ),
    ),
    Resource(
        "clients.Contact",
        key="contact",
        create="clients.add_contact",
        delete="clients.remove_contact",
        offers=("clients.tag", "clients.assign", "clients.set_information_wall"),
    ),
)
