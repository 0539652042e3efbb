"""libaxe as others meet it: what it exports, how it is found, and that its example works."""

import os
import pathlib
import re
import shutil
import signal
import subprocess

import pytest

BUILD = pathlib.Path(os.environ["AXE_BIN"]).parent
SOURCE = pathlib.Path(__file__).resolve().parents[2]
HEADERS = ("engine.h", "support.h", "result.h", "cluster.h", "cluster_look.h")
# What came with a later version of the library stands in a node of its own.
LATER = {"cluster.h": "AXE_0.2", "cluster_look.h": "AXE_0.2"}
# The C++ compiler that belongs to each C compiler.
SIBLINGS = {"gcc": "g++", "clang": "clang++"}

MAIN = """
#include <axe/cluster.h>
#include <axe/engine.h>
#include <axe/support.h>
int main(void)
{
	axe_support *support;
	bool open = axe_support_open(&support) == S_OK;
	axe_cluster *cluster;
	bool shut = axe_cluster_open("/nonexistent", &cluster) == AXE_E_ENGINE_NOT_RUNNING;
	axe_support_close(support);
	return axe_result_name(AXE_E_JOB_CANCELED) && open && shut ? 0 : 1;
}
"""

PROJECT = """
cmake_minimum_required(VERSION 3.20)
project(consumer LANGUAGES C CXX)
find_package(axe 0.1 REQUIRED)
add_executable(in_c main.c)
target_link_libraries(in_c axe::axe)
add_executable(in_cxx main.cc)
target_link_libraries(in_cxx axe::axe)
"""


def cached(name):
    """The value of a variable of the build's cache."""
    cache = (BUILD / "CMakeCache.txt").read_text(encoding="utf-8")
    return re.search(rf"^{name}:\w+=(.*)$", cache, re.M)[1]


CC = cached("CMAKE_C_COMPILER")
SANITIZE = cached("AXE_SANITIZE")
# A sanitized library wants a sanitized program.
FLAGS = ["-Wall", "-Wextra", "-Werror"] + ([f"-fsanitize={SANITIZE}"] if SANITIZE else [])


def cxx():
    path = pathlib.Path(CC)
    name = next(path.name.replace(c, cxx) for c, cxx in SIBLINGS.items() if c in path.name)
    return shutil.which(name) or pytest.skip(f"needs {name}")


def run(*words, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          timeout=300, check=False, **options)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    stage = tmp_path_factory.mktemp("stage") / "axe"
    run("cmake", "--install", BUILD, "--prefix", stage)
    return stage


@pytest.fixture(scope="module")
def library(prefix):
    return next(prefix.glob("lib/**/libaxe.so"))


@pytest.fixture(scope="module")
def environment(library):
    return {**os.environ, "PKG_CONFIG_PATH": str(library.parent / "pkgconfig"),
            "LD_LIBRARY_PATH": str(library.parent)}


def declared(prefix):
    functions = {}
    for name in HEADERS:
        text = (prefix / "include/axe" / name).read_text(encoding="utf-8")
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        for function in re.findall(r"AXE_API\s[^;(]*?(\w+)\(", text):
            functions[function] = LATER.get(name, "AXE_0.1")
    functions.pop("__attribute__", None)
    return functions


def test_what_is_exported_is_what_is_declared(prefix, library):
    lines = run("nm", "-D", "--defined-only", library).splitlines()
    symbols = {line.split()[-1] for line in lines if line.split()[-2] in "TWDBRVi"}
    assert len(symbols) > 100
    assert symbols == {f"{name}@@{node}" for name, node in declared(prefix).items()}


def test_it_has_a_versioned_name_and_needs_nothing_of_ours(library):
    dynamic = run("readelf", "-d", library)
    assert "Library soname: [libaxe.so.0]" in dynamic
    needed = {name for name in re.findall(r"NEEDED.*\[(\w+)", dynamic)
              if name not in ("libasan", "libubsan", "libtsan")}
    assert needed <= {"libc", "libjansson", "libyaml", "libpthread", "ld"}


@pytest.mark.skipif(bool(SANITIZE), reason="a sanitizer has constructors and variables")
def test_it_has_neither_constructors_nor_variables(library):
    sizes = re.findall(r"\.init_array\s+INIT_ARRAY\s+\w+\s+\w+\s+(\w+)",
                       run("readelf", "-SW", library))
    # That of the compiler's own start files.
    assert [int(size, 16) for size in sizes] == [8]
    table = run("objdump", "-t", BUILD / "lib/libaxe.so")
    variables = set(re.findall(r"O \.(?:bss|data|tbss|tdata)\s+\w+\s+(?:\.\w+ )?(\S+)", table))
    assert {name for name in variables if not name.startswith(("completed.", "__"))} == set()


@pytest.mark.parametrize("language", ["c", "c++"])
def test_pkg_config_finds_it(environment, tmp_path, language):
    flags = run("pkg-config", "--cflags", "--libs", "axe", env=environment).split()
    # What it uses itself is nobody else's concern.
    assert not [flag for flag in flags if "jansson" in flag or "yaml" in flag]
    (tmp_path / "main.c").write_text(MAIN, encoding="utf-8")
    compiler = CC if language == "c" else cxx()
    run(compiler, "-x", language, *FLAGS, tmp_path / "main.c", "-x", "none", *flags, "-o",
        tmp_path / "main")
    run(tmp_path / "main", env=environment)


def test_find_package_finds_it(prefix, environment, tmp_path):
    (tmp_path / "main.c").write_text(MAIN, encoding="utf-8")
    (tmp_path / "main.cc").write_text(MAIN, encoding="utf-8")
    (tmp_path / "CMakeLists.txt").write_text(PROJECT, encoding="utf-8")
    flags = f"-fsanitize={SANITIZE}" if SANITIZE else ""
    run("cmake", "-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_C_COMPILER={CC}", f"-DCMAKE_CXX_COMPILER={cxx()}",
        f"-DCMAKE_C_FLAGS={flags}", f"-DCMAKE_CXX_FLAGS={flags}")
    run("cmake", "--build", tmp_path / "build")
    for program in ("in_c", "in_cxx"):
        run(tmp_path / "build" / program, env=environment)


@pytest.fixture
def example(environment, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    flags = run("pkg-config", "--cflags", "--libs", "axe", env=environment).split()
    run(CC, *FLAGS, SOURCE / "tests/jobs/engine.c", *flags, "-o",
        tmp_path / "engine")

    def start(manifest):
        (tmp_path / "job.json").write_text(manifest, encoding="utf-8")
        return subprocess.Popen(
            [tmp_path / "engine", tmp_path / "job.json", tmp_path / "state"], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**environment, "AXE_AXED": os.environ["AXE_BIN"] + "/axed"})

    return start


def test_the_example_prints_how_a_job_goes(example):
    program = example('{"name": "j", "assessments": [{"name": "a", "command": ["true"]}]}')
    out, err = program.communicate(timeout=60)
    assert (program.returncode, err) == (0, "")
    assert out.splitlines() == ["job begins", "a begins", "a passed", "job finished"]


def test_the_example_says_what_is_wrong(example):
    program = example('{"name": "j"}')
    out, err = program.communicate(timeout=60)
    assert (program.returncode, out) == (1, "")
    assert "job.json:" in err and "assessments" in err


def test_the_example_cancels_and_then_terminates(example):
    program = example('{"name": "j", "assessments": [{"name": "a", "command": ["sleep", "99"]}]}')
    assert [program.stdout.readline() for _ in range(2)] == ["job begins\n", "a begins\n"]
    program.send_signal(signal.SIGINT)
    assert program.stdout.readline() == "a is asked to stop\n"
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=60)
    assert program.returncode == 1
    assert out.splitlines()[-2:] == ["a terminated", "job terminated"]
    assert "terminated" in err
