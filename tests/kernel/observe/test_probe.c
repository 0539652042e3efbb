/* Loading the kernel half, live: whole or with one clear line. */
#include <sys/mount.h>

#include "support/mounts.h"
#include "watched.h"

static void ignore_event(const struct axe_event *event, void *data)
{
}

static int end_at_once(void *data)
{
	return 0;
}

static int create(struct probe_config config, struct error *error)
{
	struct probe *probe = NULL;
	int code;

	config.watch_level = WATCHED_LEVEL;
	code = probe_create(&config, ignore_event, NULL, &probe, error);
	assert_true(code == 0 || !probe);
	probe_destroy(probe);
	return code;
}

/* Runs `body` in a child, since it changes who the process is; its exit status is the verdict. */
static void in_child(int (*body)(void))
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(body());
	assert_int_equal(watched_reap(pid), 0);
}

static int refused_without_privilege(void)
{
	const struct probe_config config = PROBE_CONFIG_DEFAULT;
	struct error error = { 0 };

	if (setresuid(65534, 65534, 65534) < 0)
		return 1;
	if (create(config, &error) != -EPERM)
		return 2;
	return strstr(error.text, "root") && !strstr(error.text, "ulimit") ? 0 : 3;
}

static int refused_without_btf(void)
{
	const struct probe_config config = PROBE_CONFIG_DEFAULT;
	struct error error = { 0 };

	if (mounts_leave_host("/sys") < 0)
		return 1;
	if (mount("none", "/sys/kernel", "tmpfs", 0, NULL) < 0)
		return 1;
	if (create(config, &error) != -ENOENT)
		return 2;
	return strstr(error.text, "CONFIG_DEBUG_INFO_BTF") ? 0 : 3;
}

static void unprivileged_is_told_what_is_needed(void **state)
{
	in_child(refused_without_privilege);
}

static void kernel_without_btf_is_told_of(void **state)
{
	in_child(refused_without_btf);
}

static void impossible_sizes_are_refused(void **state)
{
	const struct probe_config good = PROBE_CONFIG_DEFAULT;
	struct probe_config config = good;
	struct error error = { 0 };

	config.ring_bytes = 3 * 4096;
	assert_int_equal(create(config, &error), -EINVAL);
	assert_non_null(strstr(error.text, "12288"));
	config = good;
	config.slots = 0;
	assert_int_equal(create(config, &error), -EINVAL);
	config = good;
	config.records = 0;
	assert_int_equal(create(config, &error), -EINVAL);
}

static void two_probes_do_not_see_each_others_groups(void **state)
{
	struct watched one, two;

	watched_begin(&one);
	watched_begin(&two);
	watched_reap(watched_spawn(&one, end_at_once, NULL));
	watched_settle(&one);
	watched_drain(&two);
	assert_int_equal(watched_counters(&one)->forks, 1);
	assert_int_equal(watched_counters(&two)->forks, 0);
	assert_int_equal(two.events_count, 0);
	watched_end(&two);
	watched_end(&one);
}

static void nothing_stays_behind_a_destroyed_probe(void **state)
{
	const struct probe_config config = PROBE_CONFIG_DEFAULT;
	struct error error = { 0 };
	int before = open("/dev/null", O_RDONLY | O_CLOEXEC), after;

	for (int i = 0; i < 5; i++)
		assert_int_equal(create(config, &error), 0);
	after = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(after, before + 1);
	close(after);
	close(before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unprivileged_is_told_what_is_needed),
		cmocka_unit_test(kernel_without_btf_is_told_of),
		cmocka_unit_test(impossible_sizes_are_refused),
		cmocka_unit_test(two_probes_do_not_see_each_others_groups),
		cmocka_unit_test(nothing_stays_behind_a_destroyed_probe),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
