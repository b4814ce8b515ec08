"""The notebooks run from the first cell to the last in a real kernel, against a served desk."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat

from tests.client.conftest import token_of

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def outputs(notebook):
    """Return all texts that the cells printed or displayed."""
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in shown)


def test_notebooks_are_stored_without_outputs():
    assert {path.stem for path in NOTEBOOKS} == {"back_test", "book", "own_model"}
    for path in NOTEBOOKS:
        cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
        assert all(not cell.outputs and cell.execution_count is None for cell in cells), path.name


def test_the_notebooks_run_against_a_desk(served, zhou, tmp_path):
    environment = {
        **os.environ,
        "DAKEHU_URL": served,
        "DAKEHU_TOKEN": token_of(zhou, read_only=True),
        "DAKEHU_BACK_TEST_DAYS": "20",
        "PYTHONPATH": str(ROOT / "src"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "jupyter"),
    }
    words = [sys.executable, str(Path(__file__).with_name("run_notebooks.py")), str(tmp_path), *map(str, NOTEBOOKS)]
    run = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr[-4000:]
    shown = {path.stem: outputs(nbformat.read(tmp_path / path.name, 4)) for path in NOTEBOOKS}
    assert "位客户合计占资产的一半以上" in shown["book"]
    assert "建议提前" in shown["back_test"]
    assert "模型 model" in shown["own_model"]
