/* The book of one group: what it takes from the kernel's table when the ring lost something. */
#include "observe/ledger.h"

#include "story.h"

static bool learn(struct story *story, uint32_t pid, const struct axe_process *record)
{
	struct axe_process_key key = key_of(pid);

	return ledger_learn(story->ledger, &key, record, &story->ended);
}

static void living_record_that_the_ring_lost_is_added_where_it_belongs(void **state)
{
	struct story *story = *state;
	struct axe_process record = { .parent = key_of(100), .fork_ns = 1015, .comm = "lost" };
	char order[64] = "";

	tell_fork(story, 1, 100, "a"); /* at 1010 */
	tell_fork(story, 1, 101, "a"); /* at 1020 */
	assert_true(learn(story, 102, &record));
	assert_false(learn(story, 102, &record));
	ledger_each(story->ledger, append_pid, order);
	assert_string_equal(order, "100 102 101 ");
	assert_string_equal(look(story, 102)->comm, "lost");
	assert_string_equal(look(story, 102)->parent_comm, "a");
	assert_int_equal(ledger_seen(story->ledger), 3);
}

static void learned_flags_reach_a_known_process(void **state)
{
	struct story *story = *state;
	struct axe_process record = { .flags = AXE_PROCESS_ESCAPED };

	tell_fork(story, 1, 100, "a");
	assert_true(learn(story, 100, &record));
	assert_int_equal(look(story, 100)->flags, AXE_PROCESS_ESCAPED);
}

static void words_of_a_later_exec_are_not_a_lost_childs(void **state)
{
	struct story *story = *state;
	struct axe_process before = { .parent = key_of(100), .fork_ns = 1025 };
	struct axe_process after = { .parent = key_of(100), .fork_ns = 1035 };
	struct axe_process own = after;

	own.flags = AXE_PROCESS_EXECED;
	tell_fork(story, 1, 100, "a"); /* at 1010 */
	tell_exec(story, 100, "first"); /* at 1020 */
	tell_exec(story, 100, "second"); /* at 1030 */
	learn(story, 101, &before);
	learn(story, 102, &after);
	learn(story, 103, &own);
	assert_int_equal(look(story, 101)->argv_captured, 0);
	assert_string_equal(look(story, 102)->argv, "second");
	assert_int_equal(look(story, 103)->argv_captured, 0);
}

static void dead_record_ends_the_living(void **state)
{
	struct story *story = *state;
	struct axe_process record = { .flags = AXE_PROCESS_EXITED };

	tell_fork(story, 1, 100, "a");
	assert_true(learn(story, 100, &record));
	assert_non_null(story->ended);
	assert_string_equal(story->ended->comm, "a");
	assert_int_equal(ledger_living(story->ledger), 0);
	assert_int_equal(ledger_ended(story->ledger), 1);
}

static void dead_record_of_a_stranger_counts_birth_and_end(void **state)
{
	struct story *story = *state;
	struct axe_process record = { .flags = AXE_PROCESS_EXITED, .comm = "short" };

	assert_true(learn(story, 100, &record));
	assert_string_equal(story->ended->comm, "short");
	assert_int_equal(ledger_seen(story->ledger), 1);
	assert_int_equal(ledger_ended(story->ledger), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(living_record_that_the_ring_lost_is_added_where_it_belongs),
		STORY(learned_flags_reach_a_known_process),
		STORY(words_of_a_later_exec_are_not_a_lost_childs),
		STORY(dead_record_ends_the_living),
		STORY(dead_record_of_a_stranger_counts_birth_and_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
