"""A place for what a notebook saves."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from analysis.publish.tables import OUTPUT


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of a run's section, as a notebook has it; what is shown goes to a shell."""
    monkeypatch.setenv(OUTPUT, str(tmp_path))
    InteractiveShell.instance()
    return tmp_path
