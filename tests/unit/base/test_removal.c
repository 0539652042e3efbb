/* A folder is removed whatever a stranger made in it, and nothing outside of it. */
#include "base/error.h"

#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/removal.h"

#define DEEP 3000 /* far beyond what a path can name */

struct place {
	char path[64];
	int directory;
	_Atomic uint64_t deadline_ns;
};

static int place_setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->path, "/tmp/axe-test-removal-XXXXXX");
	assert_non_null(mkdtemp(place->path));
	place->directory = open(place->path, O_DIRECTORY | O_CLOEXEC);
	assert_true(place->directory >= 0);
	assert_return_code(mkdirat(place->directory, "temp", 0700), errno);
	atomic_init(&place->deadline_ns, clock_monotonic_ns() + 30 * NS_PER_SEC);
	*state = place;
	return 0;
}

static int place_teardown(void **state)
{
	struct place *place = *state;
	char command[128];

	cleanup_fd(&place->directory);
	snprintf(command, sizeof(command), "rm -rf '%s'", place->path);
	assert_int_equal(system(command), 0);
	free(place);
	return 0;
}

static void make_file(int directory, const char *name)
{
	auto_fd fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
}

static bool is_there(const struct place *place, const char *name)
{
	return faccessat(place->directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void assert_removed(struct place *place)
{
	struct error error = { 0 };

	if (removal_run(place->directory, "temp", &place->deadline_ns, &error) < 0)
		fail_msg("%s", error.text);
	assert_false(is_there(place, "temp"));
}

static void what_is_not_there_needs_no_removal(void **state)
{
	struct place *place = *state;

	assert_removed(place);
	assert_removed(place);
}

static void files_folders_pipes_and_links_are_removed(void **state)
{
	struct place *place = *state;

	assert_return_code(mkdirat(place->directory, "temp/inner", 0700), errno);
	make_file(place->directory, "temp/file");
	make_file(place->directory, "temp/a name\nof two lines");
	assert_return_code(mkfifoat(place->directory, "temp/pipe", 0600), errno);
	assert_return_code(symlinkat("nowhere", place->directory, "temp/link"), errno);
	assert_removed(place);
}

static void links_are_not_followed(void **state)
{
	struct place *place = *state;

	assert_return_code(mkdirat(place->directory, "precious", 0700), errno);
	make_file(place->directory, "precious/file");
	assert_return_code(symlinkat("../precious", place->directory, "temp/folder"), errno);
	assert_return_code(symlinkat("../precious/file", place->directory, "temp/file"), errno);
	assert_return_code(symlinkat("/", place->directory, "temp/root"), errno);
	assert_removed(place);
	assert_true(is_there(place, "precious/file"));
}

static void a_link_in_its_place_is_refused(void **state)
{
	struct place *place = *state;

	assert_return_code(mkdirat(place->directory, "precious", 0700), errno);
	make_file(place->directory, "precious/file");
	assert_return_code(unlinkat(place->directory, "temp", AT_REMOVEDIR), errno);
	assert_return_code(symlinkat("precious", place->directory, "temp"), errno);
	assert_true(removal_run(place->directory, "temp", &place->deadline_ns, NULL) < 0);
	assert_true(is_there(place, "precious/file"));
}

static void depth_costs_few_descriptors(void **state)
{
	struct place *place = *state;
	int fd = openat(place->directory, "temp", O_DIRECTORY | O_CLOEXEC);

	for (unsigned depth = 0; depth < DEEP; depth++) {
		int inner;

		assert_return_code(mkdirat(fd, "d", 0700), errno);
		make_file(fd, "file");
		inner = openat(fd, "d", O_DIRECTORY | O_CLOEXEC);
		assert_true(inner >= 0);
		close(fd);
		fd = inner;
	}
	close(fd);
	assert_removed(place);
}

static void names_that_look_like_its_own_are_no_obstacle(void **state)
{
	struct place *place = *state;
	char name[64];

	for (unsigned at = 0; at < 5; at++) {
		snprintf(name, sizeof(name), "temp/.axe-%u", at);
		assert_return_code(mkdirat(place->directory, name, 0700), errno);
		strcat(name, "/file");
		make_file(place->directory, name);
	}
	depth_costs_few_descriptors(state);
}

static void time_bounds_it(void **state)
{
	struct place *place = *state;

	make_file(place->directory, "temp/file");
	atomic_store(&place->deadline_ns, clock_monotonic_ns());
	assert_int_equal(
		-ETIMEDOUT, removal_run(place->directory, "temp", &place->deadline_ns, NULL));
	assert_true(is_there(place, "temp/file"));
}

/* In a mount namespace of its own, so that no other program sees the mount. */
static int remove_around_a_mount(struct place *place)
{
	int code;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return 77;
	/* The descriptor that we have still leads into the namespace that we left. */
	cleanup_fd(&place->directory);
	place->directory = open(place->path, O_DIRECTORY | O_CLOEXEC);
	if (mkdirat(place->directory, "temp/mounted", 0700) < 0 || fchdir(place->directory) < 0 ||
		mount("precious", "temp/mounted", NULL, MS_BIND, NULL) < 0)
		return 2;
	make_file(place->directory, "temp/file");
	code = removal_run(place->directory, "temp", &place->deadline_ns, NULL);
	return code < 0 && !is_there(place, "temp/file") ? 0 : 1;
}

static void a_mount_stays_and_what_is_in_it(void **state)
{
	struct place *place = *state;
	pid_t child;
	int status;

	assert_return_code(mkdirat(place->directory, "precious", 0700), errno);
	make_file(place->directory, "precious/file");
	child = fork();
	if (child == 0)
		_exit(remove_around_a_mount(place));
	assert_int_equal(child, waitpid(child, &status, 0));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("needs root, and a root directory that is a mount point\n");
		skip();
	}
	assert_int_equal(0, status);
	assert_true(is_there(place, "precious/file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define PLACED(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
		PLACED(what_is_not_there_needs_no_removal),
		PLACED(files_folders_pipes_and_links_are_removed),
		PLACED(links_are_not_followed),
		PLACED(a_link_in_its_place_is_refused),
		PLACED(depth_costs_few_descriptors),
		PLACED(names_that_look_like_its_own_are_no_obstacle),
		PLACED(time_bounds_it),
		PLACED(a_mount_stays_and_what_is_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
