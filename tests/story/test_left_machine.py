"""What a killed job leaves that a whole machine feels: told, put back, blamed on nobody else."""

import pytest

from effects_machine import MACHINE_EFFECTS
from leaving import (folder_for_effects, innocent_job_is_not_blamed,
                     innocent_neighbour_is_not_blamed, told_and_put_back_once)


@pytest.fixture
def folder():
    with folder_for_effects() as path:
        yield path


@pytest.fixture(params=MACHINE_EFFECTS)
def effect(request):
    effect = MACHINE_EFFECTS[request.param]
    if reason := effect.needs():
        pytest.skip(reason)
    return effect


def test_it_is_told_and_put_back_once(axe, folder, effect):
    told_and_put_back_once(axe, folder, effect)


def test_innocent_job_is_not_blamed_for_what_the_host_did(axe, folder, effect):
    innocent_job_is_not_blamed(axe, folder, effect)


def test_innocent_neighbour_is_not_blamed_for_what_another_did(axe, folder, effect):
    innocent_neighbour_is_not_blamed(axe, folder, effect)
