/* What is told of a process and of who killed it. */
#include "observe/process_json.h"

#include <signal.h>
#include <string.h>

#include "base/json.h"
#include "bpf/event.h"
#include "support/unit.h"

static void sender_is_told_with_all_that_is_known(void **state)
{
	const struct axe_sender sender = { .process = { .tgid = 7, .start_ns = 9 },
		.uid = 3,
		.signal = SIGTERM,
		.origin = AXE_SENDER_USER,
		.comm = "sh" };
	auto_json told = process_json_sender(&sender);

	assert_int_equal(json_integer_value(json_object_get(told, "pid")), 7);
	assert_int_equal(json_integer_value(json_object_get(told, "start_ns")), 9);
	assert_int_equal(json_integer_value(json_object_get(told, "uid")), 3);
	assert_string_equal(json_string_value(json_object_get(told, "comm")), "sh");
	assert_string_equal(json_string_value(json_object_get(told, "origin")), "process");
}

static void kernel_that_names_nobody_has_no_pid(void **state)
{
	const struct axe_sender sender = { .signal = SIGKILL, .origin = AXE_SENDER_KERNEL };
	auto_json told = process_json_sender(&sender);

	assert_null(json_object_get(told, "pid"));
	assert_null(json_object_get(told, "comm"));
	assert_int_equal(json_integer_value(json_object_get(told, "signal")), SIGKILL);
	assert_string_equal(json_string_value(json_object_get(told, "origin")), "kernel");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sender_is_told_with_all_that_is_known),
		cmocka_unit_test(kernel_that_names_nobody_has_no_pid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
