"""Configure the insight app, which adds predictions to the columns of a client."""

from dakehu.foundation.domain_config import DomainConfig


class InsightConfig(DomainConfig):
    name = "dakehu.domains.insight"
    label = "insight"

    def ready(self) -> None:
        super().ready()
        from dakehu.domains.insight.permissions import INSIGHT_READ
        from dakehu.domains.insight.predictions.models import BANDS
        from dakehu.foundation.schema.related_columns import ColumnExtension, extend

        extend(
            "clients.Client",
            ColumnExtension("insight.ClientPrediction", "predictions", "client_id", BANDS, INSIGHT_READ),
        )
