"""Parameters that several actions and queries of appraisal share."""

from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

PERIOD = Parameter("appraisal_period", kind="integer", spec=FieldSpec("考核期", "Period"))
APPRAISAL = Parameter("appraisal", kind="integer", spec=FieldSpec("考核编号", "Number of the appraisal"))
MEASURE = Parameter("measure", spec=FieldSpec("指标编号", "Code of the measure"))
TEXT = Parameter("text", spec=FieldSpec("内容", "Text"))
REASON = Parameter("reason", spec=FieldSpec("理由", "Reason"))
