"""cmake --install: what arrives, and that the installed axe finds its installed supervisor."""

import os
import pathlib
import subprocess

import pytest

BUILD = pathlib.Path(os.environ["AXE_BIN"]).parent


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    stage = tmp_path_factory.mktemp("stage")
    subprocess.run(["cmake", "--install", str(BUILD), "--prefix", "/usr"], check=True,
                   capture_output=True, timeout=60, env={**os.environ, "DESTDIR": str(stage)})
    return stage / "usr"


def test_programs_header_and_examples_arrive(prefix):
    for name in ("bin/axe", "sbin/axed"):
        assert os.access(prefix / name, os.X_OK), name
    assert (prefix / "include/axe/result.h").is_file()
    examples = {path.name for path in (prefix / "share/doc/axe/examples").iterdir()}
    assert "hello.yaml" in examples


def test_pages_and_completion_arrive(prefix):
    for name in ("man1/axe.1", "man5/axe-job.5", "man8/axed.8"):
        assert (prefix / "share/man" / name).read_text(encoding="utf-8").count(".TH ") == 1, name
    completion = prefix / "share/bash-completion/completions/axe"
    subprocess.run(["bash", "-n", completion], check=True, timeout=10)
    assert "complete -o default -F _axe axe" in completion.read_text(encoding="utf-8")


def test_header_stands_alone(prefix, tmp_path):
    source = tmp_path / "client.c"
    source.write_text("#include <axe/result.h>\nint main(void) { return S_OK != 0; }\n",
                      encoding="utf-8")
    subprocess.run(["cc", "-std=c11", "-Wall", "-Wno-unused-const-variable", "-Werror",
                    f"-I{prefix}/include", str(source), "-o", str(tmp_path / "client")],
                   check=True, timeout=60)
    subprocess.run([str(tmp_path / "client")], check=True, timeout=10)


def test_installed_axe_runs_its_own_supervisor(prefix, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    # Without the build tree's programs in reach: what runs must be sbin/axed beside bin/axe.
    run = subprocess.run([prefix / "bin/axe", "run", "--state-dir", tmp_path, "--", "sh", "-c",
                          "readlink /proc/$PPID/exe; echo hello"],
                         capture_output=True, text=True, timeout=60, cwd="/",
                         env={"PATH": "/usr/bin:/bin"})
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == [str((prefix / "sbin/axed").resolve()), "hello"]
