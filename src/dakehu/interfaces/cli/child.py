"""A process that `dakehu serve` starts: `python -m dakehu.interfaces.cli.child PARENT web|work …`. It ends with its parent."""

import sys

from dakehu.foundation.base.parent_watch import end_with_parent


def main() -> int:
    parent, what, *rest = sys.argv[1:]
    end_with_parent(int(parent))
    if what == "work":
        from dakehu.interfaces.cli.main import main as command

        return command(["work"])
    from granian.cli import entrypoint

    sys.argv = ["granian", *rest]
    entrypoint()
    return 0


if __name__ == "__main__":
    sys.exit(main())
