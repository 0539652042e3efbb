"""A supervisor that dies at whichever of its calls it is told to."""

import contextlib
import os
import pathlib
import sys
import tempfile

import pytest
from axe import v2_mount

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "chaos"))

from instance import Instance  # noqa: E402  pylint: disable=wrong-import-position


@contextlib.contextmanager
def mortal_instance():
    """It runs. Its folder is short: sockets have paths."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    if not v2_mount():
        pytest.skip("needs a mounted cgroup v2 tree")
    with tempfile.TemporaryDirectory(prefix="axe-", dir="/var/tmp") as folder:
        instance = Instance(pathlib.Path(folder) / "i")
        assert instance.start()
        yield instance
        instance.close()
