"""Devices through which a killed job could hurt a whole machine: told of who had them open."""

import pathlib

import pytest

from effects_machine import load, shared_with_others
from leaving import attributed, kill_both
from test_interrupted import running, terminate
from test_residue import about

WATCHDOG = pathlib.Path("/dev/watchdog")
STOP = b"V"

# (node, kind of the warning, its certainty, module): a disk of memory, the second name of what
# restarts a machine, and what is there anyway.
DEVICES = {
    "disk": ("/dev/ram0", "block_device", "likely", "brd"),
    "watchdog": ("/dev/watchdog", "watchdog", "proved", "softdog"),
    "watchdog-of-the-class": ("/dev/watchdog0", "watchdog", "proved", "softdog"),
    "memory": ("/dev/mem", "raw_memory", "likely", None),
    "ports": ("/dev/port", "raw_memory", "likely", None),
}
WATCHDOGS = [name for name in DEVICES if name.startswith("watchdog")]
# One that barks long after the story, and does not bite then.
PARAMETERS = {"softdog": ("soft_margin=60000", "soft_noboot=1")}


def stop_watchdog():
    if WATCHDOG.exists():
        WATCHDOG.write_bytes(STOP)


@pytest.fixture(params=DEVICES)
def device(request):
    node, kind, certainty, module = DEVICES[request.param]
    reason = shared_with_others() or (load(module, *PARAMETERS.get(module, ())) if module else None)
    if reason or not pathlib.Path(node).exists():
        pytest.skip(reason or f"needs {node}")
    yield node, kind, certainty
    stop_watchdog()


def holding(node):
    """A shell that has it open, and says so."""
    return ["sh", "-c", f"exec 3>{node}; echo ready; exec sleep 999"]


def test_open_device_is_told_of_who_had_it(axe, device):
    node, kind, certainty = device
    with running(axe, *holding(node)):
        job, receipt = terminate(axe)
    told = about(receipt["warnings"], node)
    assert [(each["kind"], each["certainty"], each["remedy"]) for each in told] == [
        (kind, certainty, None)], receipt
    assert told[0]["pid"] in [each["pid"] for each in job.processes()]
    assert len(about(job["warnings"], node)) == len(about(job.only()["warnings"], node)) == 1
    with running(axe, "sh", "-c", "echo ready; exec sleep 999"):
        _, receipt = terminate(axe)
    assert about(receipt["warnings"], node) == []
    axe.assert_nothing_left()


def test_innocent_job_is_not_blamed_for_a_device_of_the_host(axe, device):
    with running(axe, "sh", "-c", "echo ready; exec sleep 999"):
        with open(device[0], "wb"):
            _, receipt = terminate(axe)
    assert about(receipt["warnings"], device[0]) == []
    axe.assert_nothing_left()


def test_innocent_neighbour_is_not_blamed_for_a_device_of_another(axe, device):
    node, kind, certainty = device
    does, beside = kill_both(axe, holding(node))
    assert attributed(does, node) == [(kind, certainty)]
    assert about(beside["warnings"], node) == []
    axe.assert_nothing_left()


@pytest.mark.parametrize("device", WATCHDOGS, indirect=True)
def test_watchdog_that_was_stopped_is_no_alarm(axe, device):
    with running(axe, "sh", "-c", f"printf V >{device[0]}; echo ready; exec sleep 999"):
        _, receipt = terminate(axe)
    assert about(receipt["warnings"], device[0]) == []
    axe.assert_nothing_left()


@pytest.mark.parametrize("device", WATCHDOGS, indirect=True)
def test_watchdog_that_runs_on_is_told_though_nobody_has_it(axe, device):
    with running(axe, "sh", "-c", f": >{device[0]}; echo ready; exec sleep 999"):
        job, receipt = terminate(axe)
    told = about(receipt["warnings"], device[0])
    assert [(each["kind"], each["certainty"]) for each in told] == [
        ("watchdog", "proved")], receipt
    assert told[0]["pid"] in [each["pid"] for each in job.processes()]
    axe.assert_nothing_left()
