/* The book of one group: births, ends, inheritance, losses. */
#include "observe/ledger.h"

#include "story.h"

static bool stop_at_once(const struct ledger_process *process, void *data)
{
	++*(int *)data;
	return false;
}

static void birth_and_end_are_booked(void **state)
{
	struct story *story = *state;

	tell_fork(story, 1, 100, "axed");
	assert_int_equal(ledger_living(story->ledger), 1);
	assert_int_equal(look(story, 100)->parent.tgid, 1);
	assert_int_equal(look(story, 100)->uid, 7);
	assert_string_equal(look(story, 100)->parent_comm, "axed");
	assert_int_equal(look(story, 100)->argv_captured, 0);

	tell_exit(story, 100);
	assert_non_null(story->ended);
	assert_int_equal(story->ended->key.tgid, 100);
	assert_true(story->ended->flags & AXE_PROCESS_EXITED);
	assert_null(look(story, 100));
	assert_int_equal(ledger_living(story->ledger), 0);
	assert_int_equal(ledger_seen(story->ledger), 1);
	assert_int_equal(ledger_ended(story->ledger), 1);
}

static void living_are_visited_in_order_of_birth(void **state)
{
	struct story *story = *state;
	char order[64] = "";
	int visits = 0;

	tell_fork(story, 1, 300, "a");
	tell_fork(story, 300, 100, "a");
	tell_fork(story, 300, 200, "a");
	tell_exit(story, 100);
	tell_fork(story, 200, 50, "a");
	ledger_each(story->ledger, append_pid, order);
	assert_string_equal(order, "300 200 50 ");

	ledger_each(story->ledger, stop_at_once, &visits);
	assert_int_equal(visits, 1);
}

static void same_pid_of_another_start_is_another_process(void **state)
{
	struct story *story = *state;
	struct axe_process_key later = { .tgid = 100, .start_ns = 77 };

	tell_fork(story, 1, 100, "a");
	assert_non_null(look(story, 100));
	assert_null(ledger_find(story->ledger, &later));
}

static void repetition_changes_nothing(void **state)
{
	struct story *story = *state;
	struct axe_event_fork fork = { .head = head_of(story, AXE_EVENT_FORK, 100) };
	struct axe_event_exit exit = { .head = head_of(story, AXE_EVENT_EXIT, 100) };

	assert_true(apply(story, &fork));
	assert_false(apply(story, &fork));
	assert_true(apply(story, &exit));
	assert_false(apply(story, &fork));
	assert_false(apply(story, &exit));
	assert_null(story->ended);
	assert_int_equal(ledger_seen(story->ledger), 1);
	assert_int_equal(ledger_ended(story->ledger), 1);
	assert_int_equal(ledger_living(story->ledger), 0);
}

static void lost_events_are_counted_as_gaps(void **state)
{
	struct story *story = *state;

	tell_fork(story, 1, 100, "a");
	story->sequence += 3;
	tell_exit(story, 100);
	assert_int_equal(ledger_gaps(story->ledger), 3);
}

static void child_has_its_parents_words_until_it_execs(void **state)
{
	struct story *story = *state;

	tell_fork(story, 1, 100, "axed");
	tell_exec(story, 100, "shell");
	tell_fork(story, 100, 101, "shell");
	assert_string_equal(look(story, 101)->argv, "shell");
	assert_int_equal(look(story, 101)->exec_ns, 0);
	assert_string_equal(look(story, 101)->parent_comm, "shell");

	tell_exec(story, 101, "sleep");
	assert_string_equal(look(story, 101)->argv, "sleep");
	assert_string_equal(look(story, 101)->comm, "sleep");
	assert_true(look(story, 101)->exec_ns > look(story, 101)->fork_ns);
	assert_string_equal(look(story, 100)->argv, "shell");
}

static void words_outlive_the_parent(void **state)
{
	struct story *story = *state;

	tell_fork(story, 1, 100, "axed");
	tell_exec(story, 100, "shell");
	tell_fork(story, 100, 101, "shell");
	tell_exit(story, 100);
	assert_string_equal(story->ended->argv, "shell");
	tell_fork(story, 101, 102, "shell");
	assert_string_equal(look(story, 101)->argv, "shell");
	assert_string_equal(look(story, 102)->argv, "shell");
}

static void more_than_the_limit_are_only_counted(void **state)
{
	struct story *story = *state;

	for (uint32_t pid = 100; pid < 106; pid++)
		tell_fork(story, 1, pid, "a");
	assert_int_equal(ledger_living(story->ledger), 4);
	assert_int_equal(ledger_overflow(story->ledger), 2);
	assert_int_equal(ledger_seen(story->ledger), 6);

	for (uint32_t pid = 100; pid < 106; pid++)
		tell_exit(story, pid);
	assert_int_equal(ledger_living(story->ledger), 0);
	assert_int_equal(ledger_overflow(story->ledger), 0);
	assert_int_equal(ledger_seen(story->ledger), 6);
	assert_int_equal(ledger_ended(story->ledger), 6);
}

static void end_without_a_birth_is_handed_out_from_its_record(void **state)
{
	struct story *story = *state;

	tell_exit(story, 100);
	assert_non_null(story->ended);
	assert_int_equal(story->ended->key.tgid, 100);
	assert_int_equal(story->ended->parent.tgid, 1);
	assert_int_equal(ledger_seen(story->ledger), 1);
	assert_int_equal(ledger_ended(story->ledger), 1);
}

static void escape_and_oom_are_noted(void **state)
{
	struct story *story = *state;
	struct axe_event_move move = { .escaped = 1 };
	struct axe_event oom;

	tell_fork(story, 1, 100, "a");
	move.head = head_of(story, AXE_EVENT_MOVE, 100);
	assert_true(apply(story, &move));
	oom = head_of(story, AXE_EVENT_OOM, 100);
	assert_true(apply(story, &oom));
	assert_int_equal(look(story, 100)->flags, AXE_PROCESS_ESCAPED | AXE_PROCESS_OOM);
}

static void move_between_own_groups_is_no_escape(void **state)
{
	struct story *story = *state;
	struct axe_event_move move = { .hierarchy = 4 };

	tell_fork(story, 1, 100, "a");
	move.head = head_of(story, AXE_EVENT_MOVE, 100);
	assert_true(apply(story, &move));
	assert_int_equal(look(story, 100)->flags, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(birth_and_end_are_booked),
		STORY(living_are_visited_in_order_of_birth),
		STORY(same_pid_of_another_start_is_another_process),
		STORY(repetition_changes_nothing),
		STORY(lost_events_are_counted_as_gaps),
		STORY(child_has_its_parents_words_until_it_execs),
		STORY(words_outlive_the_parent),
		STORY(more_than_the_limit_are_only_counted),
		STORY(end_without_a_birth_is_handed_out_from_its_record),
		STORY(escape_and_oom_are_noted),
		STORY(move_between_own_groups_is_no_escape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
