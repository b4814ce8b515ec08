"""Run notebooks in parallel, each in a real kernel of its own: run_notebooks.py TARGET_FOLDER NOTEBOOK …"""

import asyncio
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient


async def run(path: Path, target: Path) -> None:
    notebook = nbformat.read(path, 4)
    await NotebookClient(notebook, timeout=240, kernel_name="python3").async_execute()
    nbformat.write(notebook, target / path.name)


async def run_all(target: Path, paths: list[Path]) -> None:
    await asyncio.gather(*(run(path, target) for path in paths))


asyncio.run(run_all(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]))
