"""Texts of surveys for clients: what anonymity means, the invitation, the reminder."""

from datetime import date

from dakehu.domains.care.models import Survey
from dakehu.domains.care.surveys.choices import Anonymity
from dakehu.foundation.base.i18n import Bilingual, bilingual

LINK = "〔问卷链接 Survey link〕"  # replaces the link in the stored copy
PRIVACY = {
    Anonymity.NAMED.value: bilingual(
        "本问卷为实名：您的客户经理及其主管能看到您的答案。",
        "This survey is named: your adviser and the adviser's lead see your answers.",
    ),
    Anonymity.CONFIDENTIAL.value: bilingual(
        "本问卷保密：只有问卷管理人员能查到是谁的答案，每次查阅都有记录；您的客户经理只能看到汇总结果。",
        "This survey is confidential: only the survey office can look up whose an answer is, and every reading is on record; your "
        "adviser sees totals only.",
    ),
    Anonymity.ANONYMOUS.value: bilingual(
        "本问卷匿名：系统不保存链接与收件人的对应关系，不记录填写时间、网络地址和浏览器，任何人都不能在系统中查到是谁的答案。"
        "公司的邮件服务器仍留有发给您的邮件和其中的链接。",
        "This survey is anonymous: the desk never stores who has which link, nor time, network address or browser of an answer; "
        "nobody can look up in it whose an answer is. The firm's mail server still holds the mail to you with its link.",
    ),
}
FREE_TEXT = bilingual(
    "请勿填写姓名、电话、账号等能认出您的内容。", "Please leave out names, numbers and whatever may identify you."
)
INVITATION = bilingual(
    "{intro}请打开链接填写，约 3 分钟，{day} 前有效，只能提交一次：\n{link}\n\n{privacy}\n不参加不影响您享有的任何服务。",
    "{intro}Please open the link to answer; it takes about 3 minutes, works until {day} and once:\n{link}\n\n{privacy}\n"
    "Not taking part changes nothing in our service to you.",
)
REMINDER = bilingual(
    "如果您已经填写，谢谢您，请忽略本邮件；尚未填写的，{day} 前仍可打开链接：\n{link}\n\n{privacy}",
    "If you have answered, thank you, and please ignore this mail; otherwise the link works until {day}:\n{link}\n\n{privacy}",
)
REMINDER_TO_ALL = bilingual(
    "本提醒发给所有受邀客户，因为我们不知道谁已填写。如果您已经填写，谢谢您，请忽略本邮件；尚未填写的，"
    "{day} 前仍可使用上一封邮件中的链接。\n\n{privacy}",
    "This reminder goes to everybody we invited, since we do not know who has answered. If you have, thank you, and please ignore "
    "this mail; otherwise the link in our earlier mail works until {day}.\n\n{privacy}",
)


def subject_of(survey: Survey) -> str:
    """Return the subject of a mail."""
    return survey.title_zh if not survey.title_en else f"{survey.title_zh} / {survey.title_en}"


def invitation_text(survey: Survey, until: date) -> str:
    """Return the text of an invitation, with English below if the survey has an English title."""
    return _text_in_languages(survey, INVITATION, until)


def reminder_text(survey: Survey, until: date) -> str:
    """Return the text of a reminder: an anonymous one is sent to all, without a link, since no one may have two."""
    is_anonymous = survey.anonymity == Anonymity.ANONYMOUS
    return _text_in_languages(survey, REMINDER_TO_ALL if is_anonymous else REMINDER, until)


def _text_in_languages(survey: Survey, text: Bilingual, until: date) -> str:
    intros = {"zh": survey.intro_zh, "en": survey.intro_en}
    privacy = PRIVACY[str(survey.anonymity)]
    parts = []
    for code in ("zh", "en") if survey.title_en else ("zh",):
        intro = f"{intros[code]}\n" if intros[code] else ""
        values = {"intro": intro, "day": until.isoformat(), "link": LINK, "privacy": privacy.in_(code)}
        hello = {"zh": "尊敬的客户：\n", "en": "Dear client,\n"}[code]
        parts.append(hello + bilingual(text.zh, text.en, **values).in_(code))
    return "\n\n".join(parts)
