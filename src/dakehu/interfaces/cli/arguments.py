"""Every command with its options. The reference is generated from this."""

import argparse
from pathlib import Path


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="dakehu", description="大客户管理工作台 · the desk for key clients")
    who = argparse.ArgumentParser(add_help=False)
    who.add_argument(
        "--as", dest="as_user", metavar="USER", default="", help="以此人员身份 · act as this member of staff"
    )
    who.add_argument("--reason", default="", help="以系统身份操作的原因 · why the system acts")
    who.add_argument("--json", action="store_true", help="只输出一个 JSON 对象 · print one JSON object")
    who.add_argument("--lang", choices=("zh", "en"), default="", help="语言 · language")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    def add(name: str, words: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=words, description=words, parents=[who])

    served = {
        "demo": "建立演示券商并启动 · set up a demonstration brokerage and serve it",
        "serve": "启动工作台 · serve the desk",
        "open": "打开文件，在浏览器中预览并导入 · open a file: see in the browser what it changes, and import it",
    }
    for name, words in served.items():
        made = add(name, words)
        made.add_argument("--host", default="127.0.0.1", help="监听地址 · address to listen on")
        made.add_argument("--port", type=int, default=8000, help="端口 · port")
        made.add_argument("--no-browser", action="store_true", help="不打开浏览器 · do not open a browser")
        if name == "demo":
            made.add_argument("--no-serve", action="store_true", help="只准备数据 · prepare the data only")
        if name == "open":
            _add_reading_arguments(made)
        if name == "serve":
            made.add_argument("--no-worker", action="store_true", help="后台进程另行运行 · the worker runs elsewhere")
    made = add(
        "training", "启动练习台：虚构客户，不向外发送 · serve the training desk: invented clients, nothing leaves"
    )
    made.add_argument("--host", default="127.0.0.1", help="监听地址 · address to listen on")
    made.add_argument("--port", type=int, default=8010, help="端口 · port")
    made.add_argument("--reset", action="store_true", help="先还原到初始状态 · put it back to its start first")
    made.add_argument("--no-serve", action="store_true", help="只准备数据 · prepare the data only")
    add("link", "空工作台的一次性链接 · a new one-time link for the first account")
    add("restart", "逐个更换进程，不中断服务 · replace the processes of a desk that is served, one after the other")
    add("work", "运行后台任务 · run background work")
    add("migrate", "建立或升级数据库 · create or upgrade the database")
    made = add("import", "导入表格 · import a workbook")
    _add_reading_arguments(made)
    made.add_argument("--client", default="", metavar="CODE", help="对账单属于哪位客户 · whose statement it is")
    made.add_argument(
        "--as-kind",
        default="",
        metavar="KIND",
        help="这张表是什么 · what the sheet holds: clients, investments, interactions, needs, follow_ups, statement, prices, feed",
    )
    made.add_argument(
        "--feed",
        default="",
        metavar="FEED",
        help="是哪一种每日数据，如 balances · which daily data it is, such as balances (--as-kind feed)",
    )
    made.add_argument(
        "--day",
        default="",
        metavar="DAY",
        help="每日数据是哪一天的，文件中没有日期列时 · the day of daily data in a file without a column of days",
    )
    made.add_argument("--sheet", default="", metavar="NAME", help="哪一张工作表 · which sheet")
    made.add_argument(
        "--header-row", default="", metavar="N|none", help="表头在第几行，没有写 none · the heading row, or none"
    )
    made.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="COLUMN=FIELD",
        help="哪一列是什么，可重复；列写表头或字母 · which column is which; by heading or letter",
    )
    made.add_argument(
        "--unit", action="append", default=[], metavar="COLUMN=UNIT", help="列的单位，如 C=万元 · the unit of a column"
    )
    made.add_argument(
        "--rate", action="append", default=[], metavar="CURRENCY=YUAN", help="汇率，如 USD=7.1 · a rate of exchange"
    )
    made.add_argument("--date-order", choices=("dmy", "mdy"), default="", help="日月顺序 · order of day and month")
    made.add_argument("--dry-run", action="store_true", help="只预览，不写入 · try only, write nothing")
    made.add_argument(
        "--strict",
        action="store_true",
        help="有不认识或不能写的列就拒绝 · refuse a file with columns that no field takes",
    )
    made.add_argument("--skip-errors", action="store_true", help="跳过出错的行 · leave out the rows at fault")
    made.add_argument(
        "--prefer",
        choices=("file", "desk"),
        default="",
        help="两边都改过的格以谁为准 · whose value counts where both changed a cell",
    )
    made.add_argument(
        "--delete-missing",
        action="store_true",
        help="删除导出后从表中去掉的行 · delete rows that the sheet lacks since its export",
    )
    made = add("undo", "撤销一次操作或导入 · undo an act or an import")
    made.add_argument(
        "batch",
        nargs="?",
        metavar="BATCH",
        help="操作编号，留空列出可撤销的 · the number; left out, what can be undone is listed",
    )
    made = add("export", "导出大客户管理表 · export the workbook")
    made.add_argument(
        "file",
        type=Path,
        help="按文件名决定：.xlsx 工作簿，.pbip.zip Power BI 项目，.hyper 或 .tdsx Tableau 数据 · by its name: a workbook, a Power BI project, "
        "an extract for Tableau",
    )
    made.add_argument("--clients", default="", metavar="CODES", help="客户号，逗号分隔 · client codes, comma separated")
    made.add_argument("--filter", action="append", default=[], metavar="FIELD=VALUE", help="筛选 · filter")
    made.add_argument("--password-file", type=Path, help="打开密码所在文件 · file that holds the password")
    made.add_argument(
        "--live",
        default="",
        metavar="URL",
        help="OData 地址：工作簿加入由此刷新的工作表，Power BI 项目由此取数 · an OData address: sheets of the workbook refresh from it, a Power BI "
        "project reads it",
    )
    made = add("report", "客户报告：.pdf 一位，.zip 多位 · clients' reports: .pdf for one, .zip for many")
    made.add_argument("file", type=Path)
    made.add_argument("--clients", default="", metavar="CODES", help="客户号，逗号分隔 · client codes, comma separated")
    made.add_argument("--filter", action="append", default=[], metavar="FIELD=VALUE", help="筛选 · filter")
    made = add("evidence", "客户的证据包，第三方可独立核验 · an evidence pack of a client, verified without the desk")
    made.add_argument("client", metavar="CLIENT", help="客户号 · client code")
    made.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="写到哪里，.zip · where to write it, .zip"
    )
    made.add_argument("--from", dest="since", default="", metavar="DATE", help="期间开始，缺省为全部 · first day; all")
    made.add_argument("--to", dest="until", default="", metavar="DATE", help="期间结束，缺省为今天 · last day; today")
    made = add("template", "空白模板 · an empty template")
    made.add_argument("file", type=Path)
    made.add_argument("--feed", default="", metavar="FEED", help="每日数据的模板，如 balances · that of a daily feed")
    made = add("check", "检查设置 · check the installation")
    made.add_argument(
        "--production", action="store_true", help="正式使用的要求，不满足即失败 · fail on what real use forbids"
    )
    made = add("verify", "核验操作日志链与现有数据 · verify the audit chain, and current rows against it")
    made.add_argument(
        "--seal",
        action="append",
        default=[],
        metavar="FILE|TEXT",
        help="与另存的校验值核对 · compare with a seal kept elsewhere",
    )
    made.add_argument(
        "--rows", type=_rows, default=500, metavar="N|all", help="对照多少行现有数据 · how many current rows to compare"
    )
    made.add_argument(
        "--accept-head", action="store_true", help="查明原因后重新记住链尾 · after an inquiry, remember the head again"
    )
    add("seal", "输出最新校验值，另存他处 · print the newest seal, to be kept elsewhere")
    add("reindex", "重建搜索索引 · rebuild the search index")
    made = add("backup", "备份 · back up")
    made.add_argument("file", type=Path)
    made.add_argument(
        "--password-file",
        type=Path,
        help="密码所在文件，缺省为 DAKEHU_BACKUP_PASSWORD_FILE；加密并含密钥 · file of the password; encrypted, with the keys",
    )
    made.add_argument(
        "--unencrypted", action="store_true", help="不加密，不含密钥 · neither encrypted nor with the keys"
    )
    made.add_argument(
        "--snapshots",
        action="store_true",
        help="FILE 是快照文件夹，只写入变化的部分 · FILE is a folder of snapshots; only what has changed is added",
    )
    made.add_argument(
        "--every",
        type=int,
        default=0,
        metavar="SECONDS",
        help="与 --snapshots 同用：每隔多少秒一次 · with --snapshots: go on, one every so many seconds",
    )
    made = add("restore", "恢复到空的数据目录 · restore into an empty data directory")
    made.add_argument("file", type=Path)
    made.add_argument("--password-file", type=Path, help="备份的密码 · the backup's password")
    made.add_argument(
        "--at",
        default="",
        metavar="TIME",
        help="快照文件夹：恢复到此时刻，如 2026-11-30T14:25:00+08:00 · of a folder of snapshots: the moment to go back to",
    )
    made = add("close", "每晚结算：计算并发布客户指标 · the nightly close: compute and publish every client's figures")
    made.add_argument(
        "--date", default="", metavar="DATE", help="结算日期，缺省为最近交易日 · the day; the last trading day"
    )
    made.add_argument(
        "--allow-stale",
        type=int,
        default=None,
        metavar="DAYS",
        help="行情最多可旧几天 · how many days old a price may be",
    )
    made.add_argument(
        "--engine",
        choices=("local", "spark"),
        default="local",
        help="在本机或 Spark 集群上计算，结果相同 · compute here or on a Spark cluster; same figures",
    )
    made = add(
        "nightly",
        "每晚处理：导入文件夹中的文件、结算、分级与提醒 · the nightly run: import files, close, tiers and moments",
    )
    made.add_argument(
        "--day", default="", metavar="DATE", help="哪一天，缺省为最近交易日 · the day; the last trading day"
    )
    made.add_argument(
        "--folder", type=Path, default=None, help="文件夹，缺省为 DAKEHU_INBOX · where the files are; DAKEHU_INBOX"
    )
    made = add("quotes", "从数据服务取行情（需先启用） · fetch prices from a data service (off by default)")
    made.add_argument(
        "--codes",
        default="",
        metavar="CODES",
        help="如 600000.SH,index:000300.SH；缺省为已登记的全部 · all entered, if left out",
    )
    made.add_argument("--from", dest="since", default="", metavar="DATE", help="起始日期 · first day")
    made.add_argument("--to", dest="until", default="", metavar="DATE", help="截止日期 · last day")
    made.add_argument("--dry-run", action="store_true", help="只试不写 · report only")
    _connecting(add("connect", "连接其他系统：取数、写回、列出 · connect other systems: pull, write back, list"))
    made = add("mail", "读取邮箱，归档客户邮件 · read mailboxes, file mails with clients")
    made.add_argument("what", choices=("pull",), help="读取 · read")
    made.add_argument("mailbox", nargs="?", default="", help="邮箱名称，留空读全部 · its name, all when left out")
    made = add("calendars", "同步外部日历，或试读日历文件 · run calendars, or try a calendar file")
    made.add_argument("what", choices=("sync", "read"), help="同步 · run; 试读文件 · read files")
    made.add_argument("names", nargs="*", metavar="NAME", help="日历名称或文件 · names of calendars, or files")
    made = add("sheets", "与在线表格双向同步 · synchronise linked online sheets, both ways")
    made.add_argument("what", choices=("sync", "list"), help="同步，或列出 · synchronise, or list")
    made.add_argument("name", nargs="?", default="", help="在线表格的名称 · name of the linked sheet")
    made.add_argument("--all", action="store_true", help="全部已启用的 · all that are switched on")
    made.add_argument(
        "--api", default="", metavar="URL", help="接口地址，缺省为 Google · the interface; Google's if left out"
    )
    made = add("ask", "按名称提问 · ask a query by its name")
    made.add_argument("name", nargs="?", default="", help="留空列出全部 · all are listed when left out")
    made.add_argument("values", nargs="*", metavar="key=value")
    made = add("do", "按名称执行操作 · do an action by its name")
    made.add_argument("name", nargs="?", default="", help="留空列出全部 · all are listed when left out")
    made.add_argument("values", nargs="*", metavar="key=value")
    made = add("odata", "试用 OData 接口 · try the OData interface")
    made.add_argument("what", choices=("check",), help="重放真实程序的请求 · replay requests of real programs")
    made.add_argument(
        "--node-folder",
        type=Path,
        help="装有 npm 客户端的文件夹 · folder with the clients from npm, see scripts/odata_clients.py",
    )
    made = add("user", "首位人员与密码 · the first member of staff, and passwords")
    made.add_argument("what", choices=("add", "list", "password"))
    made.add_argument("values", nargs="*", metavar="key=value")
    made.add_argument("--password-file", type=Path, help="密码所在文件 · file that holds the password")
    made = add("keys", "加密密钥 · sealing keys")
    made.add_argument("what", choices=("rotate", "list"))
    return top


def _connecting(made: argparse.ArgumentParser) -> None:
    """Add the options of `dakehu connect`."""
    made.add_argument(
        "what",
        choices=("zoho", "fxiaoke", "list", "remove"),
        help="系统，或 list、remove · the system, or list, remove",
    )
    made.add_argument(
        "step",
        nargs="?",
        default="pull",
        metavar="pull|write-back|NAME",
        help="取数、写回，或连接名称 · what to do, or a name",
    )
    made.add_argument(
        "--api",
        default="",
        metavar="URL",
        help="接口地址；第一次使用时建立连接 · the address; the first time, a connection is added",
    )
    made.add_argument(
        "--accounts", default="", metavar="URL", help="登录地址（不同时） · the sign-in address, where it differs"
    )
    made.add_argument(
        "--name", default="", help="连接名称（不止一个时） · the connection's name, where there are several"
    )
    made.add_argument(
        "--sign-in",
        choices=("standard", "corporate"),
        default="standard",
        help="纷享销客登录方式 · how Fxiaoke signs in",
    )
    made.add_argument(
        "--credentials",
        type=Path,
        metavar="FILE",
        help="app_id、app_secret、grant、acts_for 所在的 JSON 文件；也可用环境变量 DAKEHU_CONNECT_… · JSON file of the credentials; or the environment",
    )


def _rows(text: str) -> int | None:
    """Parse a number of rows, None for all of them."""
    return None if text == "all" else int(text)


def _add_reading_arguments(made: argparse.ArgumentParser) -> None:
    made.add_argument("file", type=Path)
    made.add_argument(
        "--mode", choices=("create", "update", "both"), default="both", help="新增、更新或两者 · what to do"
    )
    made.add_argument("--key", default="", metavar="FIELD", help="按哪个字段识别客户 · field that tells clients apart")
    made.add_argument("--profile", default=None, metavar="NAME", help="来源配置 · source profile")
    made.add_argument("--password-file", type=Path, help="文件密码所在文件 · file that holds its password")
