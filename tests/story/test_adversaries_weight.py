"""Programs that attack by what they need, or by what they do not get."""

from adversary import assert_recorded, stand_and_fall, start, terminate
from axe import until

QUOTA_MS = 100
MIB = 1 << 20


def threads_of(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("Threads:"))


def test_starved_threads_die_without_waiting_for_their_quota(axe):
    client = start(axe, "starved", limits={"cpu": "2%"})
    pid, = axe.inhabitants()
    until(lambda: threads_of(pid) > 1, "some of them spin")
    receipt = terminate(axe, client)
    assert_recorded(axe, "terminated", "starved: KILL by axe")
    # Fifty ends at 2 ms a turn of 100 ms would take seconds.
    assert receipt["phases"]["total_ms"] < 10 * QUOTA_MS


def test_gigabyte_is_given_back_before_the_answer(axe):
    receipt = stand_and_fall(axe, "resident", "resident: KILL by axe", words=["1024"],
                             limits={"memory": "1200M"})
    assert receipt["killed"] == 1
    assert axe.job().only()["usage"]["largest_process_bytes"] >= 1024 * MIB
