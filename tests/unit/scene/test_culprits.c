/* Findings get the words of those who did it, however long they are gone. */
#include "scene/culprits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "support/unit.h"

#define LINE(type, data)                                                                           \
	"{\"v\":1,\"job\":1,\"attempt\":1,\"assessment\":0,\"try\":1,\"type\":\"" type             \
	"\",\"data\":" data "}\n"
#define OTHER(type, data)                                                                          \
	"{\"v\":1,\"job\":1,\"attempt\":1,\"assessment\":1,\"try\":1,\"type\":\"" type             \
	"\",\"data\":" data "}\n"

static const char trace[] = LINE("process.fork",
	"{\"pid\":10,\"start_ns\":1,\"parent\":{\"pid\":1,\"start_ns\":1},\"comm\":\"axed\"}")
	LINE("process.exec", "{\"pid\":10,\"start_ns\":1,\"comm\":\"sh\",\"argv\":[\"sh\",\"x\"]}")
		LINE("process.fork", "{\"pid\":11,\"start_ns\":2,\"parent\":{\"pid\":10,\"start_"
				     "ns\":1},\"comm\":\"sh\"}") LINE("process.fork",
			"{\"pid\":12,\"start_ns\":3,\"parent\":{\"pid\":11,"
			"\"start_ns\":2},\"comm\":\"sh\"}") LINE("process.exit",
			"{\"pid\":11,\"start_ns\":2,\"comm\":\"sh\"}") LINE("process.fork",
			"{\"pid\":13,\"start_ns\":4,\"parent\":{\"pid\":1,"
			"\"start_ns\":1},\"comm\":\"sh\"}") LINE("process.exec",
			"{\"pid\":13,\"start_ns\":4,\"comm\":\"old\","
			"\"argv\":[\"old\",\"y\"]}")
			LINE("process.exit", "{\"pid\":13,\"start_ns\":4,\"comm\":\"old\"}") LINE(
				"process.fork", "{\"pid\":13,\"start_ns\":5,\"parent\":{\"pid\":10,"
						"\"start_ns\":1},\"comm\":\"sh\"}")
				OTHER("process.exec", "{\"pid\":10,\"start_ns\":9,\"comm\":\"not\","
						      "\"argv\":[\"not\"]}");

static json_t *name_one(json_int_t pid)
{
	char folder[] = "/tmp/axe-culprits-XXXXXX", path[64];
	auto_json findings = json_pack("[{s:I}, {s:n}]", "pid", pid, "pid");
	FILE *file;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/trace.ndjson", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(trace, 1, sizeof(trace) - 1, file), sizeof(trace) - 1);
	fclose(file);
	culprits_name(findings, folder, 0, 1);
	unlink(path);
	rmdir(folder);
	assert_null(json_object_get(json_array_get(findings, 1), "process"));
	return json_incref(json_object_get(json_array_get(findings, 0), "process"));
}

static void assert_words(json_int_t pid, const char *comm, const char *argument)
{
	auto_json process = name_one(pid);
	const json_t *words = json_object_get(process, "argv");

	assert_int_equal(json_integer_value(json_object_get(process, "pid")), pid);
	assert_string_equal(json_string_value(json_object_get(process, "comm")), comm);
	assert_int_equal(json_array_size(words), 2);
	assert_string_equal(json_string_value(json_array_get(words, 1)), argument);
}

static void who_executed_something_has_its_words(void **state)
{
	assert_words(10, "sh", "x");
}

static void who_did_not_has_those_of_its_forebears(void **state)
{
	assert_words(11, "sh", "x");
	assert_words(12, "sh", "x");
}

static void who_has_the_number_of_one_that_is_dead_has_not_its_words(void **state)
{
	assert_words(13, "sh", "x");
}

static void who_was_never_told_of_has_only_its_number(void **state)
{
	auto_json process = name_one(99);

	assert_true(json_is_null(json_object_get(process, "comm")));
	assert_true(json_is_null(json_object_get(process, "argv")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_executed_something_has_its_words),
		cmocka_unit_test(who_did_not_has_those_of_its_forebears),
		cmocka_unit_test(who_has_the_number_of_one_that_is_dead_has_not_its_words),
		cmocka_unit_test(who_was_never_told_of_has_only_its_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
