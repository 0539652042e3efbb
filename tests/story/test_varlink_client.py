"""A Varlink client of other people (python3-varlink) learns all of axe from its socket, and drives a job."""

import os
import pathlib
import subprocess

import pytest
from axe import BIN
from daemon import Daemon

try:
    import varlink
except ImportError:
    varlink = None

pytestmark = pytest.mark.skipif(not varlink,
                                reason="needs python3-varlink (tools/dev/backport installs it)")

SOURCES = pathlib.Path(__file__).parents[2] / "supervisor" / "control"
MANIFEST = {"name": "foreign", "assessments": [
    {"name": "good", "command": ["true"], "timeout": "20s"},
    {"name": "bad", "command": ["sh", "-c", "exit 3"], "timeout": "20s"}]}
EVENTS = ["job.begin", "assessment.begin", "assessment.end", "assessment.begin", "assessment.end",
          "job.end"]
# A value of another type than the declared one.
WRONG = {int: "text", str: 7, bool: 7}


@pytest.fixture
def daemon(axe):
    daemon = Daemon(axe, "--cgroup-root", str(axe.cgroup_root))
    yield daemon
    daemon.stop()
    axe.assert_nothing_left()


@pytest.fixture
def client(daemon):
    with varlink.Client.new_with_address(f"unix:{daemon.socket}") as client:
        yield client


def parsed(name):
    return varlink.Interface((SOURCES / f"{name}.varlink").read_text(encoding="utf-8"))


def members(interface, kind):
    return {name: member for name, member in interface.members.items()
            if type(member).__name__ == kind}


def test_service_introduces_itself(client):
    info = client.open("org.varlink.service").GetInfo()
    assert info["product"] == "axed"
    assert set(info) == {"vendor", "product", "version", "url", "interfaces"}
    assert sorted(info["interfaces"]) == ["io.axe.Cluster", "io.axe.Engine", "io.axe.Events",
                                          "org.varlink.service"]
    assert sorted(client.get_interfaces()) == sorted(info["interfaces"])


def test_installed_files_are_what_is_served(client, tmp_path):
    subprocess.run(["cmake", "--install", str(BIN.parent), "--prefix", "/usr"], check=True,
                   capture_output=True, timeout=60, env={**os.environ, "DESTDIR": str(tmp_path)})
    installed = {path.stem: path for path in (tmp_path / "usr/share/varlink").iterdir()}
    service = client.open("org.varlink.service")
    assert {"io.axe.Cluster", "io.axe.Engine", "io.axe.Events", "io.axe.Support"} <= set(installed)
    for name, path in installed.items():
        text = path.read_text(encoding="utf-8")
        assert service.GetInterfaceDescription(name)["description"] == text
        assert varlink.Interface(text).name == name
    text = (SOURCES / "org.varlink.service.varlink").read_text(encoding="utf-8")
    assert service.GetInterfaceDescription("org.varlink.service")["description"] == text


def refusal(daemon, method, **parameters):
    reply = daemon.call(method, **parameters)
    assert reply.get("error") == "org.varlink.service.InvalidParameter", (method, reply)
    return reply["parameters"]["parameter"]


def fields_of(struct):
    """(name, type, optional) of each."""
    for name, kind in struct.fields.items():
        optional = type(kind).__name__ == "_Maybe"
        yield name, kind.element_type if optional else kind, optional


def wrong_value(kind):
    return WRONG.get(type(kind), 7)


@pytest.mark.parametrize("interface", ["io.axe.Cluster", "io.axe.Engine", "io.axe.Events",
                                       "org.varlink.service"])
def test_each_declared_method_takes_the_declared_parameters(daemon, interface):
    declared = members(parsed(interface), "_Method")
    assert declared
    for name, method in declared.items():
        whole = f"{interface}.{name}"
        fields = list(fields_of(method.in_type))
        assert refusal(daemon, whole, bogus=1) == "bogus"
        for field, kind, _ in fields:
            assert refusal(daemon, whole, **{field: wrong_value(kind)}) == field
        needed = [field for field, _, optional in fields if not optional]
        if needed:
            assert refusal(daemon, whole) == needed[0]
            assert refusal(daemon, whole, **{field: None for field, _, _ in fields}) == needed[0]


def test_whole_job_is_driven(client):
    engine = client.open("io.axe.Engine")
    told = list(engine.ExecuteJob(MANIFEST, _more=True))
    first, last = told[0], told[-1]
    assert first["job"] == 1
    assert [each["event"]["type"] for each in told[1:-1]] == EVENTS
    assert last["outcome"] == "failed"
    assert last["summary"]["counts"]["passed"] == 1
    assert engine.ListJobs() == {"jobs": []}

    events = client.open("io.axe.Events")
    stream = events.Subscribe(after=0, _more=True)
    seen = [next(stream)["event"] for _ in EVENTS]
    assert [each["type"] for each in seen] == EVENTS
    assert [each["seq"] for each in seen] == list(range(1, len(EVENTS) + 1))


def test_errors_arrive_with_their_fields(client):
    engine = client.open("io.axe.Engine")
    with pytest.raises(varlink.VarlinkError) as refused:
        engine.PlanJob({"name": "x", "assessments": [{"name": "a", "comand": ["true"]}]})
    assert refused.value.error() == "io.axe.Engine.BadManifest"
    wrong = refused.value.parameters()
    assert set(wrong) == set(members(parsed("io.axe.Engine"), "_Error")["BadManifest"].type.fields)
    assert "comand" in wrong["path"]
    with pytest.raises(varlink.VarlinkError) as refused:
        engine.CancelJob()
    assert refused.value.error() == "io.axe.Engine.NoJobRunning"
    with pytest.raises(varlink.InvalidParameter):
        engine.GetJob(0)
    with pytest.raises(varlink.InterfaceNotFound):
        client.open("io.axe.Nothing")
