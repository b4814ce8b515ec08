"""Configure the risk app, which adds risk figures to the columns of a client."""

from dakehu.foundation.domain_config import DomainConfig


class RiskConfig(DomainConfig):
    name = "dakehu.domains.risk"
    label = "risk"

    def ready(self) -> None:
        super().ready()
        from dakehu.domains.risk.models.breach import LISTS
        from dakehu.domains.risk.permissions import RISK_READ
        from dakehu.foundation.schema.related_columns import ColumnExtension, extend

        extend("clients.Client", ColumnExtension("risk.RiskFigures", "risk_figures", "client_id", LISTS, RISK_READ))
