"""What a killed job leaves of the network, in a namespace of the story's own: told and put back."""

import contextlib
import json
import shutil
import subprocess

import pytest

from axe import until
from test_interrupted import WHOLE_PICTURE, terminate
from test_residue import about, repair


class Network:
    """A network namespace with a pair of devices, which goes with its last process."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo ready; exec cat"],
                                       text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.holder.stdout.readline() != "ready\n":
            self.close()
            pytest.skip("needs network namespaces")
        self.inside = ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--"]
        if self.does("ip link add left0 type veth peer name left1").returncode:
            self.close()
            pytest.skip("needs veth network devices")

    def does(self, commands):
        return subprocess.run([*self.inside, "sh", "-c", commands], capture_output=True, text=True,
                              check=False)

    def close(self):
        self.holder.communicate()


@pytest.fixture
def network():
    if not shutil.which("ip") or not shutil.which("nsenter"):
        pytest.skip("needs ip and nsenter")
    network = Network()
    yield network
    network.close()


# (what is done before, what the job does, kind, object, what shows that it is there)
LEFT = [
    pytest.param(":", "ip link add more0 type veth peer name more1", "network_device", "more0",
                 "ip link show dev more0", id="device"),
    pytest.param(":", "ip link set dev left0 up", "network_device", "left0",
                 "ip link show dev left0 | grep -w UP", id="up"),
    pytest.param(":", "ip link set dev left0 mtu 1280", "network_device", "left0",
                 "ip link show dev left0 | grep -w 'mtu 1280'", id="mtu"),
    pytest.param(":", "ip address add 192.0.2.1/24 dev left0", "network_device", "left0",
                 "ip address show dev left0 | grep -wF 192.0.2.1/24", id="address"),
    pytest.param("ip link set dev left0 up", "ip route add 198.51.100.0/24 dev left0", "route",
                 "198.51.100.0/24 dev left0", "ip route | grep -wF 198.51.100.0/24", id="route"),
    pytest.param("ip link set dev left0 up",
                 "tc qdisc add dev left0 root tbf rate 1mbit burst 32k latency 10ms",
                 "network_device", "left0", "tc qdisc show dev left0 | grep -w tbf", id="tc"),
]


@contextlib.contextmanager
def running(axe, network, commands):
    """A job, with its supervisor, in that namespace (None: the host's), which has done that."""
    words = axe.words("run", *WHOLE_PICTURE, "--", "sh", "-c",
                      f"{commands} && echo ready && exec sleep 999")
    inside = network.inside if network else []
    with subprocess.Popen([*inside, *words], env=axe.environment(), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as client:
        axe.clients.append(client)
        try:
            until(lambda: client.stdout.readline() == "ready\n", "it is ready")
            yield client
        finally:
            client.communicate(timeout=60)


def needs(network, before, commands):
    """Skip what this kernel cannot do, as a namespace that is thrown away finds out."""
    trial = subprocess.run(
        ["unshare", "--net", "sh", "-c", "ip link add left0 type veth peer name left1; "
         f"{before} && {commands}"], capture_output=True, text=True, check=False)
    if trial.returncode:
        pytest.skip(f"needs what this does: {commands}: {trial.stderr.strip()}")
    assert network.does(before).returncode == 0


def told_of(receipt, name):
    return [each for each in receipt["warnings"] if each["object"].startswith(name)]


@pytest.mark.parametrize("before, commands, kind, name, is_there", LEFT)
def test_it_is_told_and_put_back(axe, network, before, commands, kind, name, is_there):
    needs(network, before, commands)
    with running(axe, network, commands):
        job, receipt = terminate(axe)
    warning, = told_of(receipt, name)
    assert (warning["kind"], warning["certainty"]) == (kind, "unattributed")
    assert network.does(is_there).returncode == 0
    rows = about(repair(axe, "--yes", "--all", job.id, prefix=network.inside)[1], warning["object"])
    assert [each["outcome"] for each in rows] == ["repaired"], rows
    assert network.does(is_there).returncode != 0
    rows = about(repair(axe, "--yes", "--all", job.id, prefix=network.inside)[1], warning["object"])
    assert [each["outcome"] for each in rows] == ["changed"], rows
    with running(axe, network, ":"):
        _, receipt = terminate(axe)
    assert told_of(receipt, name) == []
    axe.assert_nothing_left()


@pytest.mark.parametrize("before, commands, kind, name, is_there", LEFT)
def test_nobody_is_blamed_for_what_others_did(axe, network, before, commands, kind, name, is_there):
    """Beside it in its namespace it is told, and in another one it is nothing at all."""
    needs(network, before, commands)
    with running(axe, network, ":"):
        assert network.does(commands).returncode == 0
        _, receipt = terminate(axe)
    assert [(each["kind"], each["certainty"]) for each in told_of(receipt, name)] == [
        (kind, "unattributed")]
    assert network.does(is_there).returncode == 0
    with running(axe, None, "ip link show dev lo"):
        network.does("ip link del left0; ip link del more0")
        _, receipt = terminate(axe)
    assert told_of(receipt, name) == []
    axe.assert_nothing_left()


@pytest.mark.parametrize("before, commands, kind, name, is_there", LEFT)
def test_neighbour_is_not_blamed_for_what_another_did(
        axe, network, tmp_path, before, commands, kind, name, is_there):
    needs(network, before, commands)
    done = tmp_path / "done"
    manifest = axe.manifest(json.dumps({"name": "two", "parallel": 2, "assessments": [
        {"name": "does", "command": f"{commands}; : >{done}"},
        {"name": "beside", "command": f"until [ -e {done} ]; do sleep 0.01; done"}]}),
        "manifest.json")
    assert axe("run", *WHOLE_PICTURE, manifest, prefix=network.inside).returncode == 0
    assert network.does(is_there).returncode == 0
    does, beside = sorted(axe.job()["assessments"], key=lambda each: each["index"])
    assert [(each["kind"], each["certainty"]) for each in told_of(does, name)] == [
        (kind, "unattributed")]
    assert {each["certainty"] for each in told_of(beside, name)} <= {"unattributed"}
    axe.assert_nothing_left()


RULES = "nft add table inet left"


def filters(receipt):
    return [each["certainty"] for each in receipt["warnings"] if each.get("key") == "nf_tables"]


def test_rules_of_the_packet_filter_are_told(axe, network):
    needs(network, ":", RULES)
    with running(axe, network, RULES):
        _, receipt = terminate(axe)
    assert filters(receipt) == ["unattributed"]
    with running(axe, network, ":"):
        _, receipt = terminate(axe)
    assert filters(receipt) == []
    axe.assert_nothing_left()


def test_nobody_is_blamed_for_rules_that_others_made(axe, network):
    needs(network, ":", RULES)
    with running(axe, network, ":"):
        assert network.does(RULES).returncode == 0
        _, receipt = terminate(axe)
    assert filters(receipt) == ["unattributed"]
    with running(axe, None, "ip link show dev lo"):
        network.does("nft delete table inet left")
        _, receipt = terminate(axe)
    assert filters(receipt) == []
    axe.assert_nothing_left()
