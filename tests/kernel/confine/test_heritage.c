/* The supervisor outgrows what it was started with; a child gets it back, under its own limits. */
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "confine/heritage.h"
#include "support/require.h"
#include "tests/kernel/confine/birth.h"

#define OOM_SCORE_ADJ "/proc/self/oom_score_adj"

#define LIBRARY_SIGNAL 32
#define LAST_SIGNAL    64

static struct nursery nursery;
static struct rlimit own_files;

static int setup(void **state)
{
	getrlimit(RLIMIT_NOFILE, &own_files);
	return nursery_open(&nursery);
}

static int teardown(void **state)
{
	return nursery_close(&nursery);
}

static int own_score(void)
{
	char text[16];

	assert_true(file_read_text_at(AT_FDCWD, OOM_SCORE_ADJ, text, sizeof(text)) > 0);
	return atoi(text);
}

static int set_own_score(const char *score)
{
	return file_write_text_at(AT_FDCWD, OOM_SCORE_ADJ, score, NULL);
}

static void lower_files(rlim_t soft)
{
	const struct rlimit lower = { soft, own_files.rlim_max };

	assert_int_equal(setrlimit(RLIMIT_NOFILE, &lower), 0);
}

static int forget(void **state)
{
	setrlimit(RLIMIT_NOFILE, &own_files);
	return set_own_score("0");
}

/* The library refuses its own signals. The action as the kernel takes it: the handler first. */
static void set_action(int number, void (*handler)(int))
{
	void (*const action[8])(int) = { handler };

	assert_int_equal(syscall(SYS_rt_sigaction, number, action, NULL, 8), 0);
}

static void prints(const struct heritage *heritage, const struct spawn_rlimit *limit,
	const char *command, const char *expected)
{
	struct birth birth;

	birth_prepare(&birth, &nursery, ARGV("sh", "-c", command));
	birth.plan.heritage = heritage;
	birth.plan.rlimits = limit;
	birth.plan.rlimits_count = limit ? 1 : 0;
	birth_succeeds(&birth);
	assert_string_equal(birth.text, expected);
}

static void open_files_are_raised_for_us_and_put_back_for_a_child(void **state)
{
	struct heritage heritage;
	struct rlimit raised;

	lower_files(64);
	assert_int_equal(heritage_outgrow(&heritage, NULL), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &raised), 0);
	assert_int_equal(raised.rlim_cur, own_files.rlim_max);
	assert_int_equal(raised.rlim_max, own_files.rlim_max);
	prints(&heritage, NULL, "ulimit -Sn", "64");
}

static void own_limit_of_a_child_comes_over_what_is_put_back(void **state)
{
	const struct spawn_rlimit limit = { RLIMIT_NOFILE, { 77, 99 } };
	struct heritage heritage;

	lower_files(64);
	assert_int_equal(heritage_outgrow(&heritage, NULL), 0);
	prints(&heritage, &limit, "ulimit -Sn; ulimit -Hn", "77\n99");
}

static void we_are_spared_by_the_oom_killer_where_that_is_allowed(void **state)
{
	struct heritage heritage;

	assert_int_equal(set_own_score("100"), 0);
	assert_int_equal(heritage_outgrow(&heritage, NULL), 0);
	assert_string_equal(heritage.oom_score_adj, "100");
	assert_int_equal(own_score(), heritage.oom_changed ? -900 : 100);
	prints(&heritage, NULL, "cat " OOM_SCORE_ADJ, "100");
}

/* As one finds it that was spared, on a host too that allows nobody to be. */
static void child_is_killed_as_gladly_as_we_were_meant_to_be(void **state)
{
	struct heritage heritage;

	assert_int_equal(heritage_outgrow(&heritage, NULL), 0);
	strcpy(heritage.oom_score_adj, "250");
	heritage.oom_changed = true;
	assert_int_equal(set_own_score("500"), 0);
	prints(&heritage, NULL, "cat " OOM_SCORE_ADJ, "250");
	assert_int_equal(own_score(), 500);
}

static void without_a_heritage_a_child_is_as_we_are(void **state)
{
	assert_int_equal(set_own_score("300"), 0);
	lower_files(128);
	prints(NULL, NULL, "ulimit -Sn; cat " OOM_SCORE_ADJ, "128\n300");
}

/* Of each kind one: ours, an inherited one, and one that the C library keeps for itself. */
static void what_we_ignore_is_not_ignored_by_a_child(void **state)
{
	static const int numbers[] = { SIGPIPE, SIGHUP, LIBRARY_SIGNAL, LAST_SIGNAL };
	struct heritage heritage;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		set_action(numbers[i], SIG_IGN);
	assert_int_equal(heritage_outgrow(&heritage, NULL), 0);
	prints(&heritage, NULL, "grep SigIgn /proc/self/status", "SigIgn:\t0000000000000000");
	prints(NULL, NULL, "grep SigIgn /proc/self/status", "SigIgn:\t0000000000000000");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		set_action(numbers[i], SIG_DFL);
}

static void what_cannot_be_put_back_is_reported(void **state)
{
	const struct heritage impossible = { .files = { 20, 10 } };
	struct birth birth;

	birth_prepare(&birth, &nursery, ARGV("true"));
	birth.plan.heritage = &impossible;
	birth_fails(&birth, SPAWN_STAGE_HERITAGE, EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define KEPT(name) cmocka_unit_test_teardown(name, forget)
		KEPT(open_files_are_raised_for_us_and_put_back_for_a_child),
		KEPT(own_limit_of_a_child_comes_over_what_is_put_back),
		KEPT(we_are_spared_by_the_oom_killer_where_that_is_allowed),
		KEPT(child_is_killed_as_gladly_as_we_were_meant_to_be),
		KEPT(without_a_heritage_a_child_is_as_we_are),
		KEPT(what_we_ignore_is_not_ignored_by_a_child),
		KEPT(what_cannot_be_put_back_is_reported),
	};

	require_root();
	return cmocka_run_group_tests(tests, setup, teardown);
}
