/* Refused descriptors are counted, in one group alone, and only they. */
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/resource.h>

#include "base/cleanup.h"
#include "observe/refusals.h"
#include "watched.h"

#define REFUSED 3

struct counted {
	struct test_groups groups;
	struct bpf_group group;
	struct refusals *refusals;
};

static void counted_begin(struct counted *counted)
{
	struct error error = { 0 };

	assert_int_equal(test_groups_create(&counted->groups), 0);
	assert_int_equal(bpf_group_create(&counted->group, counted->groups.path, "counted"), 0);
	if (refusals_create(counted->group.fd, &counted->refusals, &error) < 0)
		fail_msg("%s", error.text);
}

static void counted_end(struct counted *counted)
{
	refusals_destroy(counted->refusals);
	bpf_group_close(&counted->group);
	assert_int_equal(test_groups_destroy(&counted->groups), 0);
}

static void run_in(const struct bpf_group *group, int (*body)(void *data))
{
	pid_t pid = bpf_group_spawn(group, body, NULL);

	assert_true(pid > 0);
	assert_int_equal(watched_reap(pid), 0);
	assert_int_equal(test_groups_wait(group->path, "populated", 0), 0);
}

static void allow(rlim_t files)
{
	const struct rlimit limit = { files, files };

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		_exit(98);
}

static int open_too_many(void *data)
{
	int ends[2];

	allow(3);
	if (dup(0) >= 0 || errno != EMFILE)
		return 1;
	if (open("/dev/null", O_RDONLY) >= 0 || errno != EMFILE)
		return 2;
	return pipe(ends) == 0 || errno != EMFILE;
}

/* Other failures, and a limit that is just kept. */
static int open_as_many_as_may_be(void *data)
{
	allow(4);
	close(3);
	if (open("/nowhere/at/all", O_RDONLY) >= 0 || dup(-1) >= 0)
		return 1;
	return dup(0) != 3;
}

/* Far from the limit on descriptors; there is one on instances for each user. */
static int watch_too_much(void *data)
{
	for (int made = 0; made < 100000; made++) {
		int fd = inotify_init1(IN_CLOEXEC);

		if (fd < 0)
			return errno != EMFILE || dup(0) < 0;
	}
	return 2;
}

static int watch_as_another_user(void *data)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	allow(limit.rlim_max);
	if (setuid(65500) < 0)
		return 97;
	return watch_too_much(data);
}

static void every_refused_descriptor_is_counted(void **state)
{
	struct counted counted;

	counted_begin(&counted);
	run_in(&counted.group, open_too_many);
	assert_int_equal(refusals_count(counted.refusals), REFUSED);
	run_in(&counted.group, open_too_many);
	assert_int_equal(refusals_count(counted.refusals), 2 * REFUSED);
	counted_end(&counted);
}

static void groups_below_count_and_others_do_not(void **state)
{
	struct counted counted;
	struct bpf_group below, beside;

	counted_begin(&counted);
	assert_int_equal(bpf_group_create(&beside, counted.groups.path, "beside"), 0);
	run_in(&beside, open_too_many);
	assert_int_equal(refusals_count(counted.refusals), 0);
	assert_int_equal(bpf_group_create(&below, counted.group.path, "below"), 0);
	run_in(&below, open_too_many);
	assert_int_equal(refusals_count(counted.refusals), REFUSED);
	bpf_group_close(&below);
	bpf_group_close(&beside);
	counted_end(&counted);
}

static void what_is_not_refused_is_not_counted(void **state)
{
	struct counted counted;

	counted_begin(&counted);
	run_in(&counted.group, open_as_many_as_may_be);
	run_in(&counted.group, watch_as_another_user);
	assert_int_equal(refusals_count(counted.refusals), 0);
	counted_end(&counted);
}

static void nothing_is_told_of_nothing(void **state)
{
	struct refusals *none = NULL;
	auto_fd null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_int_equal(refusals_count(NULL), 0);
	refusals_destroy(NULL);
	assert_true(refusals_create(null, &none, NULL) < 0);
	assert_null(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_refused_descriptor_is_counted),
		cmocka_unit_test(groups_below_count_and_others_do_not),
		cmocka_unit_test(what_is_not_refused_is_not_counted),
		cmocka_unit_test(nothing_is_told_of_nothing),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
