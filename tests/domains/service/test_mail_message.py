"""Mails are read in every encoding common in China, and no active content in them can run."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from dakehu.domains.service.mail import rules
from dakehu.domains.service.mail.charsets import decode, decode_words
from dakehu.domains.service.mail.forwarded import find_original
from dakehu.domains.service.mail.html_text import text_of
from dakehu.domains.service.mail.message import UnreadableMail, read_message
from dakehu.domains.service.mail.rules import Directory, match_clients, thread_of
from dakehu.domains.service.mail.template_text import fill, placeholders_of

HEAD = b"From: a@example.com\r\nTo: b@example.com\r\nDate: Fri, 27 Nov 2026 10:15:00 +0800\r\n"


@pytest.mark.parametrize(
    ("charset", "text", "codec"),
    [
        ("gb2312", "请查收對账單，鑫淼", "gb18030"),  # characters outside the declared set
        ("GBK", "朱镕基", "gbk"),
        ("gb18030", "𠮷野家", "gb18030"),
        ("big5", "請查收對帳單", "big5"),
        ("utf-8", "全部", "utf-8"),
        ("utf8", "全部", "utf-8"),
    ],
)
def test_headers_and_bodies_are_read_in_their_encoding(charset: str, text: str, codec: str) -> None:
    body = text.encode(codec)
    content = HEAD + f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n".encode()
    import base64

    word = f"=?{charset}?B?{base64.b64encode(body).decode()}?="
    message = read_message(content + f"Subject: {word}\r\n\r\n".encode() + body)
    assert (message.subject, message.text, message.notes) == (text, text, ())


def test_a_character_split_over_two_encoded_words_is_put_together() -> None:
    import base64

    raw = "季度回顾".encode("gbk")
    words = " ".join(f"=?gbk?B?{base64.b64encode(part).decode()}?=" for part in (raw[:3], raw[3:]))
    assert decode_words(words) == ("季度回顾", "")


def test_what_names_no_encoding_is_read_and_said() -> None:
    message = read_message(HEAD + b"Subject: " + "对账单".encode("gbk") + b"\r\n\r\n" + "请查收".encode("gbk"))
    assert (message.subject, message.text) == ("对账单", "请查收")
    assert [note[0] for note in message.notes] == [
        "主题没有注明编码，按 GB18030 读取。",
        "正文没有注明编码，按 GB18030 读取。",
    ]
    assert decode(b"\xff\xff\xff", "utf-8")[1] == "replaced"


def test_html_becomes_text_in_which_nothing_runs_and_a_disguised_link_shows() -> None:
    html = (
        "<html><head><title>x</title><style>p{}</style></head><body onload=evil()><p>您好&nbsp;&amp; 谢谢</p>"
        "<script>alert(1)</script><ul><li>一</li><li>二</li></ul><img src=http://track.example/p.gif>"
        '<a href="http://evil.example/login">银行</a> <a href="javascript:x()">点我</a></body></html>'
    )
    text = text_of(html)
    assert text.split("\n")[0] == "您好 & 谢谢" and "- 一" in text
    assert "银行 <http://evil.example/login>" in text
    assert not any(part in text for part in ("<p", "alert", "onload", "track", "javascript", "p{}"))


def test_of_alternatives_the_plain_text_is_taken_and_files_of_each_part_are_found() -> None:
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = "A <A@Example.COM>", "b@example.com", "x"
    made.set_content("普通文本")
    made.add_alternative("<p>网页</p>", subtype="html")
    made.add_attachment(b"%PDF-1", maintype="application", subtype="pdf", filename="附件 1.pdf")
    message = read_message(made.as_bytes())
    assert message.text == "普通文本" and message.sender is not None and message.sender.address == "a@example.com"
    assert [one.name for one in message.files] == ["附件 1.pdf"]


@pytest.mark.parametrize("content", [b"", b"   \r\n", b"just words", b"\x00\x01\x02"])
def test_what_is_no_mail_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(UnreadableMail) as refused:
        read_message(content)
    assert refused.value.zh and refused.value.en


FORWARDS = [
    (
        "Fwd: 持仓",
        "请归档\n\n---------- Forwarded message ---------\nFrom: 张三 <zhang@example.com>\nDate: Thu, 26 Nov 2026 09:30:00 +0800\nSubject: 持仓\nTo: <lin@dakehu.example>\n\n正文一",
    ),
    (
        "转发：持仓",
        '------------------ 原始邮件 ------------------\n发件人: "张三" <zhang@example.com>;\n发送时间: 2026年11月26日(星期四) 上午9:30\n收件人: "林晓"<lin@dakehu.example>;\n主题: 持仓\n\n正文一',
    ),
    (
        "FW: 持仓",
        "\n________________________________\n发件人: 张三 [mailto:zhang@example.com]\n发送时间: 2026-11-26 9:30\n收件人: lin@dakehu.example\n抄送: x@example.net\n主题: 持仓\n\n正文一",
    ),
    (
        "转发: 持仓",
        '-------- 转发邮件信息 --------\n发件人："张三" <zhang@example.com>\n发送日期：2026-11-26 09:30:00\n收件人：lin@dakehu.example\n主题：持仓\n\n正文一',
    ),
    (
        "Fwd: 持仓",
        "> Begin forwarded message:\n> \n> From: 张三 <zhang@example.com>\n> Subject: 持仓\n> Date: 26 November 2026 at 9:30:00 AM GMT+8\n> To: lin@dakehu.example\n> \n> 正文一",
    ),
]


@pytest.mark.parametrize(("subject", "text"), FORWARDS)
def test_the_original_is_found_in_a_forwarded_mail(subject: str, text: str) -> None:
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = "lin@dakehu.example", "archive@dakehu.example", subject
    made.set_content(text)
    original = find_original(read_message(made.as_bytes()))
    assert original is not None and original.sender is not None
    assert (original.sender.address, original.subject) == ("zhang@example.com", "持仓")
    assert "lin@dakehu.example" in [one.address for one in original.recipients] and "正文一" in original.text


def test_an_answer_is_no_forwarded_mail() -> None:
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = "lin@dakehu.example", "x@dakehu.example", "回复: 持仓"
    made.set_content(
        "好的\n\n发件人: zhang@example.com\n发送时间: 2026-11-26 9:30\n收件人: lin@dakehu.example\n主题: 持仓\n\n原文"
    )
    assert find_original(read_message(made.as_bytes())) is None


def test_copies_of_a_mail_have_one_key_or_one_digest() -> None:
    body = b"Subject: s\r\n\r\ntext"
    named = read_message(HEAD + b"Message-ID: <1@x>\r\n" + body)
    assert named.key == read_message(HEAD + b"Message-ID: <1@x>\r\nX: y\r\n" + body + b"\r\n-- footer").key
    assert named.key != read_message(HEAD.replace(b"a@", b"c@") + b"Message-ID: <1@x>\r\n" + body).key
    assert named.digest == read_message(HEAD + b"Message-ID: <2@x>\r\n" + body).digest


def test_a_mail_goes_to_its_clients_or_waits_for_a_reason() -> None:
    known = Directory(
        owners={"z@x": {1}, "w@x": {2}, "q@x": {3}, "home@x": {1, 2}},
        visible={1, 2},
        circles={1: "lin", 2: "lin", 3: "wang"},
        ours={"lin@d", "archive@d"},
    )
    assert match_clients("z@x", ["lin@d"], known) == rules.Match((1,), "in")
    assert match_clients("lin@d", ["z@x"], known) == rules.Match((1,), "out")
    assert match_clients("home@x", ["lin@d"], known).clients == (1, 2)
    assert match_clients("lin@d", ["archive@d"], known).reason == "internal"
    assert match_clients("?@x", ["lin@d"], known).reason == "unknown"
    assert match_clients("q@x", ["lin@d"], known).reason == "out_of_reach"
    mixed = match_clients("z@x", ["lin@d", "q@x"], known)
    assert (mixed.reason, mixed.clients, mixed.candidates) == ("several", (), (1, 3))
    assert rules.shown_reason("out_of_reach", False) == "unknown" and rules.shown_reason("several", False) == "several"


def test_an_answer_stands_in_the_thread_of_what_it_answers() -> None:
    assert thread_of("c", "b", ["a", "b"], {"b": "root"}) == "root"
    assert thread_of("c", "b", ["a", "b"], {}) == "a"
    assert thread_of("c", "b", [], {}) == "b"
    assert thread_of("c", "", [], {}) == "c"


def test_a_placeholder_without_a_value_stays() -> None:
    assert fill("{{ 客户姓名 }}，{{职业}}", {"客户姓名": "张三", "职业": ""}) == "张三，{{职业}}"
    assert placeholders_of("{{a}} {{b}}", "{{a}}") == ["a", "b"]
