"""What stories share: a place to run axe in, which must be empty again after each of them."""

import os

import pytest

pytest.register_assert_rewrite("axe", "job")


@pytest.fixture
def axe(tmp_path):
    """axe in a place of its own, as root."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    from axe import Place, v2_mount

    if not v2_mount():
        pytest.skip("needs a mounted cgroup v2 tree")
    place = Place(tmp_path)
    yield place
    place.close()
