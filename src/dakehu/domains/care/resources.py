"""Fields of care for pages, API and workbook."""

from dakehu.foundation.schema.resources import Resource, declare

declare(
    Resource(
        "care.Survey",
        path="surveys",
        key="survey",
        list="care.surveys",
        get="care.survey",
        create="care.add_survey",
        update="care.change_survey",
        asked_first=("title_zh", "anonymity", "purpose"),
    ),
    Resource("care.RequestSurvey", list="care.request_surveys", is_merged=False),
    Resource("care.ComplaintSurvey", is_merged=False),
    Resource("care.OutreachCall", key="call", is_merged=False),
    Resource("care.DistressCase", key="case", is_merged=False),
    Resource("care.RecordCheck", key="record_check", is_merged=False),
    Resource("care.TendencyRemark", of_client="care.tendency_remarks"),
)
