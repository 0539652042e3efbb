/* The own v2 group, read out of what the kernel tells of a process. */
/* Before cmocka, as every source whose inside is under test. */
#include "confine/own_group.c"

#include "support/unit.h"

static void path_is_found_in_every_layout(void **state)
{
	static const char *const texts[][2] = {
		{ "0::/system.slice/axed.service\n", "/system.slice/axed.service" },
		{ "0::/system.slice/axed.service", "/system.slice/axed.service" },
		{ "12:pids:/system.slice/axed.service\n1:name=systemd:/system.slice/axed.service\n"
		  "0::/system.slice/system-axed.slice/axed@a.service\n",
			"/system.slice/system-axed.slice/axed@a.service" },
		{ "10:memory:/elsewhere\n0::/x\n", "/x" },
	};

	for (size_t index = 0; index < sizeof(texts) / sizeof(*texts); index++) {
		auto_free char *path = find_path(texts[index][0]);

		assert_string_equal(texts[index][1], path);
	}
}

static void there_is_none_at_the_root_or_outside(void **state)
{
	static const char *const texts[] = {
		"",
		"0::/\n",
		"10:memory:/a\n0::/\n",
		"10:0::/a\n",
		"12:pids:/system.slice/axed.service\n",
		"0::/../../axed.service\n",
	};

	for (size_t index = 0; index < sizeof(texts) / sizeof(*texts); index++)
		assert_null(find_path(texts[index]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(path_is_found_in_every_layout),
		cmocka_unit_test(there_is_none_at_the_root_or_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
