/* Where a daemon is: its socket and its state directory. */

/* It belongs to the program, not to a library that could be linked. Before cmocka, which has a
 * macro that is called like our function. */
#include "supervisor/instance.c"

#include "support/unit.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unnamed_instance_is_where_everybody_looks),
		cmocka_unit_test(named_instance_shares_neither_socket_nor_state),
		cmocka_unit_test(options_go_before_the_name),
		cmocka_unit_test(endless_paths_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
