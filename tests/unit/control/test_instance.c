/* Where a daemon is, and that no second one is there. */
/* It belongs to the program, not to a library that could be linked. Before cmocka, which has a
 * macro that is called like our function. */
#include "supervisor/instance.c"

#include "support/unit.h"

#include <stdlib.h>
#include <sys/stat.h>

struct place {
	char directory[64];
	char state_dir[100];
	struct options options;
};

static int place_setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->directory, "/tmp/axe-instance-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	snprintf(place->state_dir, sizeof(place->state_dir), "%s/state", place->directory);
	place->options.state_dir = place->state_dir;
	*state = place;
	return 0;
}

static int place_teardown(void **state)
{
	struct place *place = *state;
	char lock[128];

	snprintf(lock, sizeof(lock), "%s/axed.lock", place->state_dir);
	unlink(lock);
	rmdir(place->state_dir);
	assert_int_equal(0, rmdir(place->directory));
	free(place);
	return 0;
}

static void unnamed_instance_is_where_everybody_looks(void **state)
{
	const struct options options = { .instance = NULL };
	struct instance instance;

	assert_int_equal(0, instance_init(&instance, &options, NULL));
	assert_string_equal("/run/axe/axed.sock", instance.socket);
	assert_string_equal("/var/lib/axe", instance.state_dir);
}

static void named_instance_shares_neither_socket_nor_state(void **state)
{
	const struct options options = { .instance = "lab" };
	struct instance instance;

	assert_int_equal(0, instance_init(&instance, &options, NULL));
	assert_string_equal("/run/axe/lab.sock", instance.socket);
	assert_string_equal("/var/lib/axe-lab", instance.state_dir);
}

static void options_go_before_the_name(void **state)
{
	const struct options options = { .instance = "lab", .socket = "/s", .state_dir = "/d" };
	struct instance instance;

	assert_int_equal(0, instance_init(&instance, &options, NULL));
	assert_string_equal("/s", instance.socket);
	assert_string_equal("/d", instance.state_dir);
}

static void endless_paths_are_refused(void **state)
{
	struct options options = { .instance = NULL };
	char endless[PATH_MAX + 1];
	struct instance instance;

	memset(endless, 'x', PATH_MAX);
	endless[PATH_MAX] = '\0';
	options.state_dir = endless;
	assert_int_equal(-ENAMETOOLONG, instance_init(&instance, &options, NULL));
	options = (struct options){ .socket = endless };
	assert_int_equal(-ENAMETOOLONG, instance_init(&instance, &options, NULL));
}

static void second_daemon_is_told_who_was_first(void **state)
{
	struct place *place = *state;
	struct instance first, second;
	struct error error;
	char pid[24];

	assert_int_equal(0, instance_init(&first, &place->options, NULL));
	assert_int_equal(0, instance_init(&second, &place->options, NULL));
	assert_int_equal(0, instance_lock(&first, NULL));
	assert_int_equal(-EBUSY, instance_lock(&second, &error));
	snprintf(pid, sizeof(pid), "pid %d;", getpid());
	assert_non_null(strstr(error.text, pid));
	assert_non_null(strstr(error.text, place->state_dir));

	instance_finish(&first);
	assert_int_equal(0, instance_lock(&second, NULL));
	instance_finish(&second);
}

/* A longer number of a former holder must not show through. */
static void lock_names_its_present_holder_only(void **state)
{
	struct place *place = *state;
	struct instance instance;
	char path[128], text[64];
	auto_fd file = -1;

	assert_int_equal(0, mkdir(place->state_dir, 0755));
	snprintf(path, sizeof(path), "%s/axed.lock", place->state_dir);
	file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0644);
	assert_int_equal(0, file_write_all(file, "99999999999999\n", 15));
	assert_int_equal(0, instance_init(&instance, &place->options, NULL));
	assert_int_equal(0, instance_lock(&instance, NULL));
	assert_true(file_read_text(file, text, sizeof(text)) > 0);
	assert_int_equal(getpid(), atoi(text));
	instance_finish(&instance);
}

/* What a user put there must not make root write elsewhere. */
static void link_instead_of_the_lock_is_refused(void **state)
{
	struct place *place = *state;
	struct instance instance;
	char path[128];

	assert_int_equal(0, mkdir(place->state_dir, 0755));
	snprintf(path, sizeof(path), "%s/axed.lock", place->state_dir);
	assert_int_equal(0, symlink("/dev/null", path));
	assert_int_equal(0, instance_init(&instance, &place->options, NULL));
	assert_int_equal(-ELOOP, instance_lock(&instance, NULL));
}

#define place_test(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unnamed_instance_is_where_everybody_looks),
		cmocka_unit_test(named_instance_shares_neither_socket_nor_state),
		cmocka_unit_test(options_go_before_the_name),
		cmocka_unit_test(endless_paths_are_refused),
		place_test(second_daemon_is_told_who_was_first),
		place_test(lock_names_its_present_holder_only),
		place_test(link_instead_of_the_lock_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
