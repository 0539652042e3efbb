"""The adversaries that fit, each before a supervisor whose ring is a page and whose table has 8
processes: their stories are told once more, word for word, and are as exact. Where the ring is read
too late for one, and that is said, the case is skipped."""

# pylint: disable=unused-import
from test_adversaries_births import (  # noqa: F401
    test_daemon_with_nothing_of_its_origin_is_followed, test_held_output_is_waited_for_by_nobody)
from test_adversaries_ends import *  # noqa: F401,F403
from test_adversaries_groups import *  # noqa: F401,F403
from test_adversaries_survivors import *  # noqa: F401,F403
from test_adversaries_unseen import narrow  # noqa: F401
from test_adversaries_weight import *  # noqa: F401,F403
