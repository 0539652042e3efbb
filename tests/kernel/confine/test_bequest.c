/* What a plan points to reaches the child, who has neither our heap nor our libraries. */
#include <linux/filter.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/heap.h"
#include "confine/filter.h"
#include "confine/heritage.h"
#include "support/require.h"
#include "tests/kernel/confine/birth.h"

static struct nursery nursery;

static int setup(void **state)
{
	if (nursery_open(&nursery) < 0)
		return -1;
	heap_keep_libraries();
	return 0;
}

static int setup_with_midwives(void **state)
{
	return setup(state) < 0 ? -1 : nursery_call_midwives(&nursery);
}

static int teardown(void **state)
{
	return nursery_close(&nursery);
}

static void *on_heap(const void *data, size_t size)
{
	void *copy = malloc(size);

	assert_non_null(copy);
	return memcpy(copy, data, size);
}

static const char **texts_on_heap(const char *const *texts)
{
	size_t count = 0;
	const char **copies;

	while (texts[count])
		count++;
	copies = on_heap(texts, (count + 1) * sizeof(*texts));
	for (size_t i = 0; i < count; i++)
		assert_non_null(copies[i] = strdup(texts[i]));
	return copies;
}

static void texts_free(const char **texts)
{
	for (size_t i = 0; texts[i]; i++)
		free((char *)texts[i]);
	free(texts);
}

static void lists_of_a_plan_may_lie_on_the_heap(void **state)
{
	static const char *const script =
		"grep -E '^(Groups|Seccomp):' /proc/self/status | tr '\\n\\t' '  '; "
		"ulimit -Sn; cat; pwd; echo $1 $NAME";
	const struct spawn_rlimit limit = { RLIMIT_NOFILE, { 77, 99 } };
	const gid_t groups[] = { 12, 3456 };
	const char **argv = texts_on_heap(ARGV("sh", "-c", script, "sh", "word"));
	const char **environment = texts_on_heap(ARGV("NAME=value"));
	char *texts[] = { strdup("/nowhere:/usr/bin:/bin"), strdup("/usr/bin"),
		strdup("/proc/sys/kernel/ostype") };
	struct filter *filter = NULL;
	struct birth birth;
	auto_fd procs =
		openat(group_descriptor(nursery.group), "cgroup.procs", O_WRONLY | O_CLOEXEC);

	assert_true(procs >= 0);
	assert_int_equal(filter_create(SECCOMP_SAFE, &filter, NULL), 0);
	birth_prepare(&birth, &nursery, argv);
	birth.plan.environment = environment;
	birth.plan.path = texts[0];
	birth.plan.workdir = texts[1];
	birth.plan.stdin_path = texts[2];
	birth.plan.procs_fds = on_heap(&procs, sizeof(procs));
	birth.plan.procs_fds_count = 1;
	birth.plan.rlimits = on_heap(&limit, sizeof(limit));
	birth.plan.rlimits_count = 1;
	birth.plan.groups = on_heap(groups, sizeof(groups));
	birth.plan.groups_count = 2;
	birth.plan.set_credentials = true;
	birth.plan.filter = filter_program(filter);
	birth_succeeds(&birth);
	assert_string_equal(
		birth.text, "Groups: 12 3456  Seccomp: 2 77\nLinux\n/usr/bin\nword value");
	free((void *)birth.plan.procs_fds);
	free((void *)birth.plan.rlimits);
	free((void *)birth.plan.groups);
	filter_destroy(filter);
	texts_free(argv);
	texts_free(environment);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		free(texts[i]);
}

static void heritage_on_the_heap_is_restored(void **state)
{
	struct heritage heritage = { .oom_score_adj = "123", .oom_changed = true };
	struct birth birth;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &heritage.files), 0);
	birth_prepare(&birth, &nursery, ARGV("cat", "/proc/self/oom_score_adj"));
	birth.plan.heritage = on_heap(&heritage, sizeof(heritage));
	birth_succeeds(&birth);
	assert_string_equal(birth.text, "123");
	free((void *)birth.plan.heritage);
}

/* What has no interpreter line is run by the shell, whose words are put together for the child. */
static void script_without_an_interpreter_gets_its_words_from_the_heap(void **state)
{
	char path[] = "/var/tmp/axe-bequest-XXXXXX";
	int file = mkostemp(path, O_CLOEXEC);
	struct birth birth;
	const char **argv;

	assert_true(file >= 0);
	assert_int_equal(write(file, "echo \"$#:$1\"\n", 13), 13);
	assert_int_equal(fchmod(file, 0755), 0);
	close(file);
	argv = texts_on_heap(ARGV(path, "a word", ""));
	birth_prepare(&birth, &nursery, argv);
	birth_succeeds(&birth);
	assert_string_equal(birth.text, "2:a word");
	texts_free(argv);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_of_a_plan_may_lie_on_the_heap),
		cmocka_unit_test(heritage_on_the_heap_is_restored),
		cmocka_unit_test(script_without_an_interpreter_gets_its_words_from_the_heap),
	};

	require_root();
	return cmocka_run_group_tests(tests, setup, teardown) ||
	       cmocka_run_group_tests_name("by a midwife", tests, setup_with_midwives, teardown);
}
