"""Start the server, the worker or the demonstration."""

import argparse

from dakehu.interfaces.cli import server


def serve(line: argparse.Namespace) -> int:
    """Serve the desk."""
    return server.serve(line.host, line.port, browser=not line.no_browser)


def work(line: argparse.Namespace) -> int:
    """Run background jobs."""
    return server.work()


def build_demo(line: argparse.Namespace) -> int:
    """Set up the demonstration brokerage and serve it."""
    from dakehu.interfaces.cli import demo

    return int(demo.main(line.host, line.port, serve=not line.no_serve, browser=not line.no_browser) or 0)
