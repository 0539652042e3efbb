/* The environment tells the kernel's own facts about the host. */
#include "support/unit.h"

#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "record/environment.h"

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void host_is_told_as_the_kernel_tells_it(void **state)
{
	auto_json environment = environment_take();
	struct utsname name;
	char boot_id[37];
	const json_t *kernel = json_object_get(environment, "kernel");

	assert_int_equal(0, uname(&name));
	assert_string_equal(name.release, text_of(kernel, "release"));
	assert_string_equal(name.machine, text_of(kernel, "machine"));
	assert_string_equal(name.nodename, text_of(environment, "hostname"));
	assert_string_equal(clock_boot_id(boot_id), text_of(environment, "boot_id"));
	assert_int_equal(sysconf(_SC_NPROCESSORS_ONLN),
		json_integer_value(json_object_get(environment, "cpu_count")));
}

static void memory_is_in_bytes(void **state)
{
	auto_json environment = environment_take();
	json_int_t seen = json_integer_value(json_object_get(environment, "memory_bytes"));
	json_int_t pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);

	assert_int_equal(pages * page, seen);
}

static void every_fact_is_there_or_null(void **state)
{
	static const char *const keys[] = { "time", "hostname", "kernel", "command_line", "tainted",
		"cpus_online", "cpu_count", "cpu_model", "memory_bytes", "boot_id" };
	auto_json environment = environment_take();

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		assert_non_null(json_object_get(environment, keys[i]));
	assert_int_equal(sizeof(keys) / sizeof(*keys), json_object_size(environment));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_is_told_as_the_kernel_tells_it),
		cmocka_unit_test(memory_is_in_bytes),
		cmocka_unit_test(every_fact_is_there_or_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
