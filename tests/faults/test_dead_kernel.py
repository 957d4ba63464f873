"""A kernel, or the process that leads it, that is killed as the system kills what takes too much memory."""

import nbformat
import pytest

from analysis.publish.run.execute import execute
from tests.in_process import write_notebook

pytestmark = [pytest.mark.faults, pytest.mark.slow]


@pytest.fixture
def notebook(tmp_path):
    """Runs a notebook of the given cells, and gives what `execute` says of it."""

    def run(*sources):
        return execute(write_notebook(tmp_path / "given.ipynb", *sources), str(tmp_path / "out.ipynb"), {"corpus": "a"})

    return run


def test_the_cell_in_which_a_kernel_died_is_named(notebook, tmp_path):
    result = notebook("corpus: str = ''", "1 + 1", "import os\nos.kill(os.getpid(), 9)", "2 + 2")
    assert result["cell"] == "cell-2"
    assert result["error"] == "DeadKernel"
    assert result["message"].startswith("the kernel died, most likely for want of memory")
    kept = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert [cell.execution_count for cell in kept.cells if cell.id == "cell-1"] == [2 + 1]


def test_a_cell_that_gets_no_more_memory_is_named(notebook):
    limit = (
        "import psutil, resource\nmost = psutil.Process().memory_info().vms + (1 << 30)\n"
        "resource.setrlimit(resource.RLIMIT_AS, (most, most))\nbytearray(1 << 31)"
    )
    result = notebook("corpus: str = ''", limit)
    assert (result["cell"], result["error"]) == ("cell-1", "MemoryError")


def test_a_report_says_which_kernel_died_where(place):
    before = place.hashes()
    process = place.report(at="*/run/term_frequency/*.svg")
    kernel = place.wait_until_there(process)
    assert [kernel] == place.kernels()
    kernel.kill()
    assert process.wait(600) == 1
    [line] = place.said()
    assert line.startswith("lafz: notebook 01_term_frequency failed in cell '")
    assert "failed in cell '-'" not in line
    assert "DeadKernel: the kernel died, most likely for want of memory" in line
    assert place.hashes() == before
    assert place.left() == {"out.01_term_frequency.failed.ipynb"}


def test_a_report_whose_notebook_process_is_killed(place):
    before = place.hashes()
    process = place.report(at="*/run/term_frequency/*.svg")
    kernel = place.wait_until_there(process)
    kernel.parent().kill()
    assert process.wait(600) == 1
    [line] = place.said()
    assert line.startswith(
        "lafz: notebook 01_term_frequency failed in cell '-': NotRun: its process ended before the notebook did"
    )
    assert place.processes() == []  # the kernel has ended by itself
    assert place.hashes() == before
    assert place.left() <= {"out.01_term_frequency.failed.ipynb"}
