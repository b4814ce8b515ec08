"""Content of the text file in an evidence pack: its files, how to verify it, what it proves and what it does not."""

from dakehu.foundation.base.i18n import bilingual

TEXT = bilingual(
    """证据包说明

内容
  evidence.pdf       供阅读的摘要
  data/              各表完整数据，每行一条 JSON
  files/             附件原件
  audit/             操作日志、封存，以及已取得的时间戳
  manifest.json      每个文件、每一行的摘要；about 一节说明期间、制作人、遮盖栏目和日志条数
  verify.py          核验程序，只需 Python 3.8 以上：python3 -I verify.py

能证明什么
  - 包内任何一个字节、一行或一个文件被改动、删除、增加或换序，都会被指出。
  - 每条操作日志当时就在它的封存之下，其后没有改动过；封存彼此相接，可与另存的封存（--seal）核对。
  - 依法抹除过的日志，封存仍然有效：由本系统签名说明抹除了几处；伪造的抹除标记会被指出。核验结果列出条数。
  - 有时间戳的，封存不晚于该时刻。验证签发机构：
    openssl ts -verify -digest 封存摘要 -in 时间戳文件 -CAfile 机构证书

不能证明什么
  - 封存不显示每条日志涉及哪位客户（否则会泄露他人信息），所以不能证明没有遗漏某一条。本系统以签名声明：
    manifest.json 中 about.audit 所列条数，就是期间内制作人可见的全部。仅合规可见的日志不列入也不计数，
    由合规制作的证据包才包含。
  - 如有疑问，请在监督下由合规重新制作同一期间的证据包，逐条比对编号；日志行被删除会在系统自查中断链。
  - 只凭包内文件不能发现整包伪造，请使用 --seal 或 --key。
""",
    """About this evidence pack

Contents
  evidence.pdf       an abridged print
  data/              every table in full, one JSON object a line
  files/             attachments as they were
  audit/             audit entries, seals, and time stamps where they were fetched
  manifest.json      a digest of every file and row; "about" says period, maker, masked columns and numbers of entries
  verify.py          the verifier, any Python from 3.8: python3 -I verify.py

What is proven
  - A byte, row or file that was changed, removed, added or moved is named.
  - Each audit entry stood under its seal and was not changed since; seals follow one another and can be compared with
    seals that were kept elsewhere (--seal).
  - An entry of which parts were erased by law still stands under its seal: the desk signs how many changes went. A forged
    mark of an erasure is named. The verifier counts such entries.
  - Where there is a time stamp, the seal is no later than its moment. To check the authority:
    openssl ts -verify -digest DIGEST-OF-SEAL -in TIME-STAMP -CAfile AUTHORITY

What is not proven
  - Seals do not show which client an entry is about (that would tell of others), so nobody can prove from them that no
    entry was left out. The desk states under its signature that about.audit in manifest.json counts everything of the
    period that the maker may see. Entries that only compliance may see are neither listed nor counted: a pack made by
    compliance holds them.
  - In doubt have compliance make the pack of the same period again under supervision and compare the numbers of the
    entries; an entry removed from the database breaks the chain that the desk checks.
  - The files of the pack alone cannot show that it was forged as a whole: use --seal or --key.
""",
)


def content() -> str:
    """Return the text in both languages, Chinese first."""
    return f"{TEXT.zh}\n{'-' * 40}\n\n{TEXT.en}"
