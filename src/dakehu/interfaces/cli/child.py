"""A process that `dakehu serve` starts: `python -m dakehu.interfaces.cli.child PARENT web HOST PORT WORKERS SOCKET` or
`… PARENT work`. It ends with its parent."""

import sys

from dakehu.foundation.base.parent_watch import end_with_parent


def main() -> int:
    parent, what, *rest = sys.argv[1:]
    end_with_parent(int(parent))
    if what == "work":
        from dakehu.interfaces.cli.main import main as command

        return command(["work"])
    from dakehu.interfaces.cli import web_process

    host, port, workers, descriptor = rest
    return web_process.run(host, int(port), int(workers), int(descriptor))


if __name__ == "__main__":
    sys.exit(main())
