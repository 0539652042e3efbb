/* Calls are taken apart strictly; the described interfaces are those of the files. */
/* Before cmocka, which has a macro that is called like our function. */
#include "base/error.h"

#include "support/unit.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "control/varlink.h"

static void call_is_taken_apart(void **state)
{
	auto_json message = json_pack("{s:s, s:{s:i}, s:b, s:i}", "method", "a.b.C", "parameters",
		"n", 1, "more", 1, "extension", 7);
	struct varlink_call call;

	assert_int_equal(0, varlink_parse(message, &call, NULL));
	assert_string_equal("a.b.C", call.method);
	assert_int_equal(1, json_integer_value(json_object_get(call.parameters, "n")));
	assert_true(call.more);
	assert_false(call.oneway);
}

static void null_is_as_good_as_absent(void **state)
{
	auto_json message = json_loads(
		"{\"method\":\"a.B\",\"parameters\":null,\"more\":null,\"oneway\":true}", 0, NULL);
	struct varlink_call call;

	assert_int_equal(0, varlink_parse(message, &call, NULL));
	assert_null(call.parameters);
	assert_false(call.more);
	assert_true(call.oneway);
}

static void what_is_no_call_is_refused_with_its_reason(void **state)
{
	static const char *const bad[][2] = {
		{ "{}", "method" },
		{ "{\"method\":7}", "method" },
		{ "{\"method\":\"a.B\",\"parameters\":[1]}", "parameters" },
		{ "{\"method\":\"a.B\",\"more\":1}", "more" },
		{ "{\"method\":\"a.B\",\"oneway\":\"yes\"}", "oneway" },
		{ "{\"method\":\"a.B\",\"upgrade\":0}", "upgrade" },
		{ "{\"method\":\"a.B\",\"oneway\":true,\"more\":true}", "both" },
	};

	for (size_t index = 0; index < sizeof(bad) / sizeof(*bad); index++) {
		auto_json message = json_loads(bad[index][0], 0, NULL);
		struct varlink_call call;
		struct error error;

		assert_int_equal(-EBADMSG, varlink_parse(message, &call, &error));
		assert_non_null(strstr(error.text, bad[index][1]));
	}
}

static void replies_say_whether_more_follow(void **state)
{
	auto_json more = varlink_reply(json_pack("{s:i}", "n", 1), true);
	auto_json last = varlink_reply(json_object(), false);

	assert_true(json_is_true(json_object_get(more, "continues")));
	assert_int_equal(
		1, json_integer_value(json_object_get(json_object_get(more, "parameters"), "n")));
	assert_null(json_object_get(last, "continues"));
	assert_true(json_is_object(json_object_get(last, "parameters")));
}

static void reply_without_memory_is_none(void **state)
{
	assert_null(varlink_reply(NULL, false));
	assert_null(varlink_error("a.B", NULL));
}

/* Each text opens with comments and then declares the interface that it is listed as. */
static void descriptions_declare_their_interface(void **state)
{
	size_t count;
	const char *const *names = varlink_interfaces(&count);

	assert_int_equal(4, count);
	for (size_t index = 0; index < count; index++) {
		char line[80];

		snprintf(line, sizeof(line), "\ninterface %s\n", names[index]);
		assert_non_null(strstr(varlink_description(names[index]), line));
	}
	assert_null(varlink_description("io.axe"));
}

static void declared_methods_are_found_by_their_whole_name(void **state)
{
	assert_true(varlink_declares(VARLINK_EVENTS, "Subscribe"));
	assert_true(varlink_declares(VARLINK_SUPPORT, "GetState"));
	assert_false(varlink_declares(VARLINK_EVENTS, "Subscrib"));
	assert_false(varlink_declares(VARLINK_EVENTS, ""));
	assert_false(varlink_declares(VARLINK_EVENTS, "UnknownType"));
	assert_false(varlink_declares("io.axe", "Subscribe"));
}

static void interface_ends_at_the_last_dot(void **state)
{
	assert_int_equal(6, varlink_interface_length("io.axe.Run"));
	assert_int_equal(0, varlink_interface_length("Run"));
	assert_int_equal(0, varlink_interface_length(""));
}

static void nul_is_for_the_method_in_its_message_alone(void **state)
{
	static const struct {
		const char *text;
		bool fine;
	} rows[] = {
		{ "{'method':'a.B','parameters':{'message':'@'}}", true },
		{ "{'method':'a.B','parameters':{'message':'@','job':5,'x':['y']}}", true },
		{ "{'method':'a.B','parameters':{'message':['@']}}", false },
		{ "{'method':'a.B','parameters':{'message':{'message':'@'}}}", false },
		{ "{'method':'a.B','parameters':{'message':'@','page':'@'}}", false },
		{ "{'method':'a.B','parameters':{'message':'@','jobs':[{'name':'@'}]}}", false },
		{ "{'method':'a.B','parameters':{'page':'@'}}", false },
		{ "{'method':'@','parameters':{'message':'@'}}", false },
		{ "{'method':'a.B','message':'@','parameters':{'message':'@'}}", false },
		{ "{'method':'a.B','message':'@'}", false },
		{ "{'method':'a.B','parameters':['@']}", false },
	};

	for (size_t at = 0; at < sizeof(rows) / sizeof(*rows); at++) {
		char text[256];
		size_t used = 0;
		auto_json message = NULL;

		for (const char *from = rows[at].text; *from; from++)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s",
				*from == '@'    ? "a\\u0000b"
				: *from == '\'' ? "\""
						: (char[]){ *from, 0 });
		message = json_loads(text, JSON_ALLOW_NUL, NULL);
		assert_non_null(message);
		assert_int_equal(rows[at].fine, varlink_tells_of_nul(message));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(call_is_taken_apart),
		cmocka_unit_test(null_is_as_good_as_absent),
		cmocka_unit_test(what_is_no_call_is_refused_with_its_reason),
		cmocka_unit_test(replies_say_whether_more_follow),
		cmocka_unit_test(reply_without_memory_is_none),
		cmocka_unit_test(descriptions_declare_their_interface),
		cmocka_unit_test(declared_methods_are_found_by_their_whole_name),
		cmocka_unit_test(nul_is_for_the_method_in_its_message_alone),
		cmocka_unit_test(interface_ends_at_the_last_dot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
