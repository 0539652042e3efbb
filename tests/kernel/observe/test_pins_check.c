/* A pin that is lost is noticed at the next look, though they are not asked one by one each time.
 */
#include "observe/pins_check.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"
#include "observe/pin_set.h"
#include "observe/probe_parts.h"

#include "pinned.h"

static const char *path_of(const struct pinned *pinned, const char *name)
{
	static char paths[2][160];
	static unsigned turn;
	char *path = paths[turn++ % 2];

	snprintf(path, sizeof(*paths), "%s/%s", pinned->pin_dir, name);
	return path;
}

static int check(const struct pinned *pinned, struct pins_look *look, struct error *error)
{
	return pins_check(pinned->pin_dir, &pinned->probe->core, look, error);
}

/* What a supervisor remembers that started long ago: from now on a change has a time of its own. */
static struct pins_look remembered(const struct pinned *pinned)
{
	struct pins_look look = { .time_ns = clock_monotonic_ns() };
	struct timespec now;

	assert_int_equal(stat(path_of(pinned, PIN_SET_KEPT), &look.folder), 0);
	do
		clock_gettime(CLOCK_REALTIME_COARSE, &now);
	while (now.tv_sec == look.folder.st_ctim.tv_sec &&
		now.tv_nsec <= look.folder.st_ctim.tv_nsec);
	return look;
}

static void remove_pin(const struct pinned *pinned)
{
	assert_int_equal(unlink(path_of(pinned, "kept/link-process_signal")), 0);
}

static void rename_pin(const struct pinned *pinned)
{
	assert_int_equal(rename(path_of(pinned, "kept/link-process_signal"),
				 path_of(pinned, "kept/link-elsewhere")),
		0);
}

/* Another program of ours, so that only its number tells. */
static void replace_link(const struct pinned *pinned)
{
	assert_int_equal(rename(path_of(pinned, "kept/link-process_exec"),
				 path_of(pinned, "kept/link-process_signal")),
		0);
}

static void replace_table(const struct pinned *pinned)
{
	int other = bpf_map_create(BPF_MAP_TYPE_ARRAY, "other", 4, 4, 1, NULL);

	assert_true(other >= 0);
	assert_int_equal(bpf_obj_pin(other, path_of(pinned, "kept/other")), 0);
	assert_int_equal(
		rename(path_of(pinned, "kept/other"), path_of(pinned, "kept/map-slots")), 0);
	close(other);
}

static void rename_set(const struct pinned *pinned)
{
	assert_int_equal(rename(path_of(pinned, PIN_SET_KEPT), path_of(pinned, "elsewhere")), 0);
}

static void replace_set(const struct pinned *pinned)
{
	rename_set(pinned);
	assert_int_equal(mkdir(path_of(pinned, PIN_SET_KEPT), 0700), 0);
}

static void unmount_set(const struct pinned *pinned)
{
	assert_int_equal(umount2(pinned->pin_dir, MNT_DETACH), 0);
}

static void mount_over_set(const struct pinned *pinned)
{
	assert_int_equal(mount("axe", path_of(pinned, PIN_SET_KEPT), "bpf", 0, NULL), 0);
}

static void mount_over_all(const struct pinned *pinned)
{
	assert_int_equal(mount("axe", pinned->pin_dir, "bpf", 0, NULL), 0);
	assert_int_equal(mkdir(path_of(pinned, PIN_SET_KEPT), 0700), 0);
}

static const struct loss {
	void (*lose)(const struct pinned *pinned);
	const char *named;
} losses[] = {
	{ remove_pin, "process_signal" },
	{ rename_pin, "process_signal" },
	{ replace_link, "process_" },
	{ replace_table, "slots" },
	{ rename_set, "kept" },
	{ replace_set, "kept" },
	{ unmount_set, "kept" },
	{ mount_over_set, "kept" },
	{ mount_over_all, "kept" },
};

static void lost_pin_is_named_at_the_next_look(void **state)
{
	struct pinned *pinned = *state;

	for (size_t i = 0; i < sizeof(losses) / sizeof(*losses); i++) {
		struct error error = { 0 };
		struct pins_look look;

		pinned->probe = pinned_create(pinned, pinned_ignore, NULL);
		look = remembered(pinned);
		assert_int_equal(check(pinned, &look, &error), 0);
		losses[i].lose(pinned);
		assert_int_equal(check(pinned, &look, &error), -ENOENT);
		assert_non_null(strstr(error.text, losses[i].named));
		assert_int_equal(look.time_ns, 0);
		umount2(path_of(pinned, PIN_SET_KEPT), 0);
		probe_destroy(pinned->probe);
		pinned->probe = NULL;
		while (umount2(pinned->pin_dir, MNT_DETACH) == 0)
			continue;
	}
}

static void pins_are_not_asked_while_their_folder_is_as_before(void **state)
{
	struct pinned *pinned = *state;
	const struct core nobody = { .links_count = 1, .links = { { -1, "process_exec" } } };
	struct pins_look look;

	pinned->probe = pinned_create(pinned, pinned_ignore, NULL);
	look = remembered(pinned);
	assert_int_equal(pins_check(pinned->pin_dir, &nobody, &look, NULL), 0);
	look.time_ns -= NS_PER_SEC;
	assert_int_equal(pins_check(pinned->pin_dir, &nobody, &look, NULL), -ENOENT);
}

/* A second change within one tick of its clock could not be told from the first. */
static void folder_that_was_just_changed_is_not_remembered(void **state)
{
	struct pinned *pinned = *state;
	struct pins_look look = { 0 };
	struct timespec now;
	struct stat folder;

	pinned->probe = pinned_create(pinned, pinned_ignore, NULL);
	do { /* until nothing held us up in between */
		assert_int_equal(chmod(path_of(pinned, PIN_SET_KEPT), 0700), 0);
		assert_int_equal(check(pinned, &look, NULL), 0);
		assert_int_equal(stat(path_of(pinned, PIN_SET_KEPT), &folder), 0);
		clock_gettime(CLOCK_REALTIME_COARSE, &now);
	} while (now.tv_sec > folder.st_ctim.tv_sec + 1);
	assert_int_equal(look.time_ns, 0);
}

static void pin_that_cannot_be_looked_at_is_not_called_gone(void **state)
{
	struct pinned *pinned = *state;
	struct pins_look look = { 0 };
	struct error error = { 0 };
	struct rlimit before, none;
	int code;

	pinned->probe = pinned_create(pinned, pinned_ignore, NULL);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){ .rlim_max = before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	code = check(pinned, &look, &error);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(code, -EMFILE);
	assert_non_null(strstr(error.text, strerror(EMFILE)));
}

#define PIN_TEST(test) cmocka_unit_test_setup_teardown(test, pinned_setup, pinned_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PIN_TEST(lost_pin_is_named_at_the_next_look),
		PIN_TEST(pins_are_not_asked_while_their_folder_is_as_before),
		PIN_TEST(folder_that_was_just_changed_is_not_remembered),
		PIN_TEST(pin_that_cannot_be_looked_at_is_not_called_gone),
	};

	require_root();
	pinned_hide_mounts();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
