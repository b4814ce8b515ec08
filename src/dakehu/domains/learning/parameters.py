"""Parameters that several actions and queries of learning share."""

from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

ARTICLE = Parameter("article", kind="integer", spec=FieldSpec("知识库文章", "Article"))
ARTICLE_FILE = Parameter("article_file", kind="integer", spec=FieldSpec("文章附件", "Article file"))
COURSE = Parameter("course_id", kind="integer", spec=FieldSpec("课程", "Course"))
LESSON = Parameter("lesson_id", kind="integer", spec=FieldSpec("课时", "Lesson"))
ENROLMENT = Parameter("enrolment", kind="integer", spec=FieldSpec("选课", "Enrolment"))
QUESTION = Parameter("question_id", kind="integer", spec=FieldSpec("试题", "Question"))
PAPER = Parameter("paper_id", kind="integer", spec=FieldSpec("试卷", "Exam paper"))
ATTEMPT = Parameter("attempt_id", kind="integer", spec=FieldSpec("考试记录", "Attempt"))
CERTIFICATE = Parameter("certificate_id", kind="integer", spec=FieldSpec("证书", "Certificate"))
CERTIFICATE_KIND = Parameter("certificate_kind_id", kind="integer", spec=FieldSpec("证书类别", "Kind of certificate"))
REQUIREMENT = Parameter("requirement_id", kind="integer", spec=FieldSpec("培训要求", "Requirement"))
TRAINING_RECORD = Parameter("training_record", kind="integer", spec=FieldSpec("学时记录", "Training record"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
REASON = Parameter("reason", spec=FieldSpec("原因", "Reason"))
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))
SEARCH = Parameter("text", required=False, spec=FieldSpec("搜索", "Search"))
YEAR = Parameter("year", required=False, kind="integer", spec=FieldSpec("年度", "Year"))
FILE = Parameter("file", kind="file", spec=FieldSpec("文件", "File"))
