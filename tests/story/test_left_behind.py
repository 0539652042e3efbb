"""What else a killed job leaves of the host: told, put back, and blamed on nobody else."""

import pathlib

import pytest

from effects import EFFECTS
from leaving import (folder_for_effects, innocent_job_is_not_blamed,
                     innocent_neighbour_is_not_blamed, told_and_put_back_once)


@pytest.fixture
def folder():
    with folder_for_effects() as path:
        yield path


@pytest.fixture
def queues():
    """Where queues are mounted: the folder belongs to all, what is mounted there to the story."""
    path = pathlib.Path("/dev/mqueue")
    made = not path.exists()
    if made:
        path.mkdir()
    yield
    if made:
        path.rmdir()


@pytest.fixture(params=EFFECTS)
def effect(request, queues):
    effect = EFFECTS[request.param]
    if reason := effect.needs():
        pytest.skip(reason)
    return effect


def test_it_is_told_and_put_back_once(axe, folder, effect):
    told_and_put_back_once(axe, folder, effect)


def test_innocent_job_is_not_blamed_for_what_the_host_did(axe, folder, effect):
    innocent_job_is_not_blamed(axe, folder, effect)


def test_innocent_neighbour_is_not_blamed_for_what_another_did(axe, folder, effect):
    innocent_neighbour_is_not_blamed(axe, folder, effect)
