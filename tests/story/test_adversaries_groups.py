"""Programs that attack the group they are in, or stop where no signal but SIGKILL is heard."""

import pytest
from adversary import assert_recorded, run_through, stand_and_fall, start, terminate
from axe import v2_mount
from record import Record


@pytest.fixture
def outside(axe):
    """A group beside axe's own."""
    group = axe.groups / "outside"
    group.mkdir()
    yield group
    if group.exists():
        group.rmdir()


def test_pid_namespace_is_ended_with_its_init(axe):
    client = start(axe, "pidns")
    terminate(axe, client)
    record = Record(assert_recorded(axe, "terminated"))
    ends = {(record.name(each), record.end(each)) for each in record.births.values()}
    # The end of their init, if it comes first, kills them as well.
    ends.discard(("inmate", "KILL by init through the kernel"))
    assert ends - {("inmate", "KILL by axe")} == {("pidns", "KILL by axe"), ("init", "KILL by axe")}
    assert len(record.births) == 5


def test_end_of_an_init_is_named_as_the_killer_of_its_namespace(axe):
    run_through(axe, "pidns", "passed", """
        pidns: 0
          init: 8
            3 x inmate: KILL by init through the kernel
    """, words=["end"])


@pytest.mark.parametrize("name, record", [
    ("nested_groups", """
        nested_groups: KILL by axe
          4 x resident: KILL by axe
    """),
    ("threaded", "threaded: KILL by axe"),
    ("self_frozen", """
        self_frozen: KILL by axe
          frozen: KILL by axe
    """),
])
def test_groups_below_are_killed_and_removed(axe, name, record):
    stand_and_fall(axe, name, record, words=[v2_mount()])


def test_fugitive_is_killed_with_the_child_it_had_outside(axe, outside):
    client = start(axe, "escape", outside)
    assert len((outside / "cgroup.procs").read_text(encoding="ascii").split()) == 2
    receipt = terminate(axe, client)
    outside.rmdir()
    job = assert_recorded(axe, "terminated", """
        escape: KILL by axe
          fugitive: KILL by axe
            born_outside: KILL by axe
    """)
    assert receipt["killed"] == 3
    assert [each.get("escaped", False) for each in receipt["picture"]] == [False, True, True]
    assert job.only()["integrity"]["escaped"] == 2


@pytest.mark.parametrize("name", ["stopped", "traced"])
def test_stopped_tree_is_killed(axe, name):
    stand_and_fall(axe, name, f"""
        {name}: KILL by axe
          {name}: KILL by axe
            {name}: KILL by axe
              {name}: KILL by axe
    """)
