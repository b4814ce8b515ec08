"""The command line: every query and action by its name, and the administration of the desk.

`--json` prints one object on standard output; texts for people go to standard error. The exit status is 0 on
success, 1 when the desk refused, 2 when the command was not understood.
"""

import argparse
import gc
import os
import sys
import traceback
from collections.abc import Sequence

from dakehu.interfaces.cli.arguments import parser
from dakehu.interfaces.training_environment import training_environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dakehu.project.settings")
ANNOUNCED = ("serve", "open", "demo", "training", "migrate")


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    line = parse_command_line(words)
    if not line.command:
        parser().print_help(sys.stderr)
        return 2
    if line.command == "training":  # before the settings are read
        around = training_environment(os.environ)
        os.environ.clear()
        os.environ.update(around)
    if line.command == "demo":  # never in a productive data directory, unless it is named
        os.environ.setdefault("DAKEHU_HOME", os.path.abspath("demo-home"))
    spoken = line.lang or _language()
    if line.command in ANNOUNCED and not line.json:  # before slow steps
        print("Starting dakehu …" if spoken == "en" else "正在启动 dakehu…", file=sys.stderr, flush=True)
    import django

    gc.disable()  # loaded objects stay: collecting them repeatedly takes a sixth of the start
    django.setup()
    gc.freeze()
    gc.set_threshold(
        50_000, 20, 20
    )  # columns of a file are many short-lived lists: cycle collection takes a tenth of an import
    gc.enable()
    from dakehu.foundation.base.errors import Refused
    from dakehu.foundation.base.i18n import in_language
    from dakehu.interfaces.cli import commands, output

    with in_language(spoken):
        try:
            return commands.run(line)
        except Refused as refusal:
            return output.write_refusal(line, refusal)
        except KeyboardInterrupt:
            print("\n", file=sys.stderr)
            return 130
        except Exception as fault:  # no stack trace reaches a user
            if os.environ.get("DAKEHU_DEBUG") == "1":
                traceback.print_exc()
            return output.write_fault(line, fault)


def parse_command_line(words: Sequence[str] | None) -> argparse.Namespace:
    """Return the parsed command line; `key=value` may precede or follow the options."""
    line, rest = parser().parse_known_args(words)
    values = [word for word in rest if "=" in word and not word.startswith("-")]
    if len(values) < len(rest) or (values and not hasattr(line, "values")):
        parser().error(
            "unrecognized arguments: "
            + " ".join(word for word in rest if word not in values or not hasattr(line, "values"))
        )
    if values:
        line.values = [*line.values, *values]
    return line


def _language() -> str:
    """Return the terminal's language, Chinese by default."""
    said = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if said.lower().startswith("en") else "zh"


if __name__ == "__main__":
    sys.exit(main())
