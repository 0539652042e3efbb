/* What a dead supervisor left open is kept beyond the page that it was read from. */
#include "recovery/orphans.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "support/unit.h"

static void what_the_reader_lends_is_copied_or_let_go(void **state)
{
	char name[] = "nightly", message[] = "no";
	const struct store_job row = {
		.id = 7,
		.name = name,
		.state = STATE_RUNNING,
		.attempt = 2,
		.outcome = message,
		.reason = message,
		.message = message,
		.boot_id = message,
		.manifest_digest = message,
		.manifest = message,
		.asked = message,
	};
	struct orphan_set set = { 0 };
	const struct store_job *kept;

	assert_int_equal(orphan_set_add(&set, &row), 0);
	memset(name, 'x', sizeof(name) - 1);
	kept = &set.all[0].job;
	assert_string_equal(kept->name, "nightly");
	assert_int_equal(kept->id, 7);
	assert_int_equal(kept->state, STATE_RUNNING);
	assert_int_equal(kept->attempt, 2);
	assert_null(kept->outcome);
	assert_null(kept->reason);
	assert_null(kept->message);
	assert_null(kept->boot_id);
	assert_null(kept->manifest_digest);
	assert_null(kept->manifest);
	assert_null(kept->asked);
	orphan_set_finish(&set);
}

static void names_stay_where_they_are_while_the_set_grows(void **state)
{
	struct orphan_set set = { 0 };
	char name[16];

	for (uint64_t id = 1; id <= 100; id++) {
		snprintf(name, sizeof(name), "job %" PRIu64, id);
		assert_int_equal(
			orphan_set_add(&set, &(struct store_job){ .id = id, .name = name }), 0);
	}
	assert_int_equal(set.count, 100);
	for (uint64_t id = 1; id <= 100; id++) {
		snprintf(name, sizeof(name), "job %" PRIu64, id);
		assert_int_equal(set.all[id - 1].job.id, id);
		assert_string_equal(set.all[id - 1].job.name, name);
	}
	orphan_set_finish(&set);
}

static void job_of_another_boot_is_told_from_one_of_this(void **state)
{
	char boot[37];
	const struct store_job rows[] = {
		{ .name = "here", .boot_id = clock_boot_id(boot) },
		{ .name = "there", .boot_id = "00000000-0000-0000-0000-000000000000" },
		{ .name = "unknown" },
	};
	struct orphan_set set = { 0 };

	for (size_t i = 0; i < 3; i++)
		assert_int_equal(orphan_set_add(&set, &rows[i]), 0);
	assert_false(set.all[0].rebooted);
	assert_true(set.all[1].rebooted);
	assert_false(set.all[2].rebooted);
	orphan_set_finish(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_reader_lends_is_copied_or_let_go),
		cmocka_unit_test(names_stay_where_they_are_while_the_set_grows),
		cmocka_unit_test(job_of_another_boot_is_told_from_one_of_this),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
