"""Start the server, the worker or the demonstration."""

import argparse

from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.interfaces.cli import links, server
from dakehu.interfaces.cli.output import write_result


def serve(line: argparse.Namespace) -> int:
    """Serve the desk."""
    return server.serve(line.host, line.port, browser=not line.no_browser, with_worker=not line.no_worker)


def restart(line: argparse.Namespace) -> None:
    """Replace the processes of the desk, so that a new version or setting takes effect without downtime."""
    number = server.restart()
    words = bilingual(
        "已通知工作台（进程 {pid}）逐个更换进程；完成后其日志会说明。",
        "The desk (process {pid}) replaces its processes one after the other; its log says when that is done.",
        pid=number,
    )
    write_result(line, {"restarting": number}, [str(words)])


def print_link(line: argparse.Namespace) -> int:
    """Print a new one-time link for the first account of a desk that is served and has no staff."""
    if links.has_staff():
        raise refusal(
            "",
            "这个工作台已经有人员，请登录。忘记密码：dakehu user password user=登录名 --password-file 文件",
            "This desk has staff; please sign in. Password forgotten: dakehu user password user=NAME --password-file FILE",
        )
    address = links.served_address()
    if not address:
        raise refusal(
            "",
            "工作台没有运行。请运行 dakehu serve，它会给出链接。",
            "The desk is not running. Run dakehu serve, which prints the link.",
        )
    _, link = links.issue_first_link(address)
    if line.json:
        write_result(line, links.as_result(link))
    else:
        links.show(links.FIRST, link, browser=False, spoken=language())
    return 0


def work(line: argparse.Namespace) -> int:
    """Run background jobs."""
    return server.work()


def build_demo(line: argparse.Namespace) -> int:
    """Set up the demonstration brokerage and serve it."""
    from dakehu.interfaces.cli import demo

    return int(demo.main(line.host, line.port, serve=not line.no_serve, browser=not line.no_browser) or 0)


def serve_training(line: argparse.Namespace) -> int:
    """Set up the training desk next to the desk and serve it."""
    from dakehu.interfaces.cli import training

    return training.main(line.host, line.port, reset=line.reset, serve=not line.no_serve)
