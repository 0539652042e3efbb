"""Says what a build tree lacks of what the machine is to run, and which command makes it."""

import json
import pathlib
import shlex
import subprocess
import tempfile


def command_for(build, project):
    """What makes this tree: a preset's own folder has the shortest."""
    preset = build.name
    if build == project / "build" / preset:
        known = json.loads((project / "CMakePresets.json").read_text(encoding="utf-8"))
        if any(each["name"] == preset for each in known["buildPresets"]):
            return f"tools/dev/build {preset}"
    folder = shlex.quote(str(build))
    return f"cmake --preset release -B {folder} && cmake --build {folder}"


def tests_of(build, pattern):
    """As ctest sees them; one whose program is not there has no command."""
    told = subprocess.run(["ctest", "--test-dir", build, "-R", pattern, "--show-only=json-v1"],
                          capture_output=True, text=True, check=True).stdout
    return json.loads(told)["tests"]


def places(build, test):
    """In the tree, of all that a test is given as words or as environment."""
    values = list(test["command"])
    for each in test["properties"]:
        if each["name"] == "ENVIRONMENT":
            values += [word.partition("=")[2] for word in each["value"]]
    return [path for path in map(pathlib.Path, values) if build in path.parents]


def programs(build, project):
    """What a story runs, which no test names: axe itself, and whatever attacks it."""
    yield from (build / "bin" / name for name in ("axe", "axed"))
    for source in sorted((project / "tests/adversaries").glob("*.c")):
        yield build / "tests/adversaries" / source.stem
    for source in sorted((project / "tests/preload").glob("*.c")):
        yield build / "tests/adversaries" / f"{source.stem}.so"


def first_lack(build, project, pattern):
    if not (build / "CTestTestfile.cmake").is_file():
        return f"`{build}` is no build tree"
    for test in tests_of(build, pattern):
        if "command" not in test:
            return f"`{build}` lacks the program of the test {test['name']}"
        for path in places(build, test):
            if not path.exists():
                return f"`{build}` lacks {path.relative_to(build)}, of the test {test['name']}"
    for path in programs(build, project):
        if not path.is_file():
            return f"`{build}` lacks {path.relative_to(build)}"
    return None


def lack(build, project, pattern):
    """One line, or None when all is there."""
    found = first_lack(build, project, pattern)
    if found:
        return f"{found}; make it with: {command_for(build, project)}"
    if not tests_of(build, pattern):
        return f"`{build}` has no test that matches `{pattern}`; all are named by ctest -N"
    return None


def touch(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def self_test():
    """Each lack is named in turn, with what makes it, until nothing is missing."""
    with tempfile.TemporaryDirectory() as folder:
        project = pathlib.Path(folder)
        build = project / "build/small"
        touch(project / "tests/adversaries/cruel.c")
        touch(project / "tests/preload/broken.c")
        presets = {"buildPresets": [{"name": "small"}]}
        (project / "CMakePresets.json").write_text(json.dumps(presets), encoding="ascii")

        def wants(what):
            told = lack(build, project, "^kernel")
            assert told and what in told and "\n" not in told, (what, told)
            assert told.endswith("; make it with: tools/dev/build small"), told

        wants("is no build tree")
        build.mkdir(parents=True)
        (build / "CTestTestfile.cmake").write_text(
            f'add_test(kernel.one "{build}/tests/one")\nset_tests_properties('
            f'kernel.one PROPERTIES ENVIRONMENT "AXE_AXED={build}/bin/axed")\n',
            encoding="ascii")
        wants("lacks the program of the test kernel.one")
        touch(build / "tests/one")
        (build / "tests/one").chmod(0o755)
        for name, user in (("bin/axed", ", of the test kernel.one"), ("bin/axe", ""),
                           ("tests/adversaries/cruel", ""), ("tests/adversaries/broken.so", "")):
            wants(f"lacks {name}{user}; make")
            touch(build / name)
        assert lack(build, project, "^kernel") is None
        assert "no test that matches `^story`" in lack(build, project, "^story")
        other = project / "other"
        told = lack(other, project, "^kernel")
        assert told.endswith(f"cmake --preset release -B {other} && cmake --build {other}"), told
