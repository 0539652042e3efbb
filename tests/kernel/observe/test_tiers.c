/* Which tiers this kernel permits, live: each row a program that was really tried. */
#include "observe/tiers.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "support/require.h"
#include "support/unit.h"

/* Kernels differ in which of two hooks serves a purpose. */
static const char *const hooks[][2] = {
	{ "tp_btf/sched_process_fork", "tp_btf/sched_wakeup_new" },
	{ "tp_btf/sched_process_exec" },
	{ "tp_btf/sched_process_exit" },
	{ "tp_btf/signal_generate" },
	{ "tp_btf/mark_victim" },
	{ "tp_btf/cgroup_attach_task" },
	{ "tp_btf/cgroup_notify_populated" },
	{ "tp_btf/cgroup_notify_frozen" },
};

static const struct tier_report *find(
	const struct tier_report *rows, int count, const char *attach_to)
{
	for (int i = 0; i < count; i++)
		if (attach_to && !strcmp(rows[i].attach_to, attach_to))
			return &rows[i];
	return NULL;
}

static void core_is_listed_loaded_and_required(void **state)
{
	struct tier_report rows[TIERS_ROOM];
	struct error error = { 0 };
	int count = tiers_probe(rows, TIERS_ROOM, &error);

	for (size_t i = 0; i < sizeof(hooks) / sizeof(*hooks); i++) {
		const struct tier_report *row = find(rows, count, hooks[i][0]);

		if (!row)
			row = find(rows, count, hooks[i][1]);
		assert_non_null(row);
		assert_string_equal(row->tier, "core");
		assert_true(row->required);
	}
	for (int i = 0; i < count; i++) {
		if (!rows[i].required)
			continue;
		assert_true(rows[i].loaded);
		assert_string_equal(rows[i].reason, "");
	}
}

static void refused_tier_says_why_and_is_not_required(void **state)
{
	struct tier_report rows[TIERS_ROOM];
	struct error error = { 0 };
	int count = tiers_probe(rows, TIERS_ROOM, &error);
	const struct tier_report *row = find(rows, count, "fentry/bpf_fentry_test1");

	assert_non_null(row);
	assert_false(row->required);
	assert_true(row->loaded == (row->reason[0] == '\0'));
}

static const struct {
	const char *tier;
	const char *attach_to;
} optional[] = {
	{ "evidence", "cgroup/sysctl" },
	{ "evidence", "cgroup/dev" },
	{ "frozen", "iter/task" },
};

/* Hosts without trampolines permit these all the same. */
static void optional_tiers_are_listed_and_load(void **state)
{
	struct tier_report rows[TIERS_ROOM];
	struct error error = { 0 };
	int count = tiers_probe(rows, TIERS_ROOM, &error);

	for (size_t i = 0; i < sizeof(optional) / sizeof(*optional); i++) {
		const struct tier_report *row = find(rows, count, optional[i].attach_to);

		assert_non_null(row);
		assert_string_equal(row->tier, optional[i].tier);
		assert_false(row->required);
		assert_true(row->loaded);
		assert_string_equal(row->reason, "");
	}
}

static void rows_beyond_the_room_are_not_written(void **state)
{
	struct tier_report rows[3];
	struct error error = { 0 };

	memset(&rows[2], 0x55, sizeof(rows[2]));
	assert_int_equal(tiers_probe(rows, 2, &error), 2);
	assert_int_equal(((unsigned char *)&rows[2])[0], 0x55);
}

static int refused_without_privilege(void)
{
	struct tier_report rows[TIERS_ROOM];
	struct error error = { 0 };

	if (setresuid(65534, 65534, 65534) < 0)
		return 1;
	return tiers_probe(rows, TIERS_ROOM, &error) == -EPERM && error.text[0] ? 0 : 2;
}

static void nothing_can_be_tried_without_privilege(void **state)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(refused_without_privilege());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(core_is_listed_loaded_and_required),
		cmocka_unit_test(refused_tier_says_why_and_is_not_required),
		cmocka_unit_test(optional_tiers_are_listed_and_load),
		cmocka_unit_test(rows_beyond_the_room_are_not_written),
		cmocka_unit_test(nothing_can_be_tried_without_privilege),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
