/* A result in words: who leaked, who killed, and nothing that a program could have faked. */
#include "support/unit.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "cli/result_text.h"
#include "model/verdict.h"

static char *leaks_of(const char *text)
{
	auto_json result = json_loads(text, 0, NULL);
	char *written = NULL;
	size_t size;
	struct terminal terminal = { .stream = open_memstream(&written, &size) };

	assert_non_null(result);
	result_print_leaks(result, "axe: ", &terminal);
	fclose(terminal.stream);
	return written;
}

#define LEAK                                                                                       \
	"{\"pid\":1234,\"argv\":[\"sleep\",\"999\"],\"parent\":{\"comm\":\"sh\"},"                 \
	"\"forked_ms\":2.7}"

static void one_leak_is_told_in_one_line(void **state)
{
	auto_free char *text = leaks_of(
		"{\"verdict\":\"leaked\",\"exit\":{\"status\":0},\"leaked\":1,\"leaks\":[" LEAK
		"]}");

	assert_string_equal("axe: passed, but 1 process leaked: `sleep 999` (pid 1234, forked by "
			    "`sh` at +2 ms); killed\n",
		text);
}

static void several_leaks_get_a_line_each(void **state)
{
	auto_free char *text = leaks_of("{\"verdict\":\"passed\",\"exit\":{\"status\":0},"
					"\"leaked\":40,\"leaks\":[" LEAK "," LEAK "]}");

	assert_string_equal("axe: passed, but 40 processes leaked; killed:\n"
			    "axe:   `sleep 999` (pid 1234, forked by `sh` at +2 ms)\n"
			    "axe:   `sleep 999` (pid 1234, forked by `sh` at +2 ms)\n"
			    "axe:   and 38 more\n",
		text);
}

static void program_that_skipped_is_not_said_to_have_passed(void **state)
{
	auto_free char *text =
		leaks_of("{\"verdict\":\"leaked\",\"exit\":{\"status\":77},\"leaks\":[" LEAK "]}");

	assert_non_null(strstr(text, "axe: skipped, but"));
}

static void process_without_argv_is_told_by_its_name(void **state)
{
	auto_free char *text =
		leaks_of("{\"verdict\":\"leaked\",\"exit\":{\"status\":0},"
			 "\"leaks\":[{\"pid\":5,\"argv\":[],\"comm\":\"w\\u001b\"}]}");

	assert_non_null(strstr(text, "`w\\x1b` (pid 5"));
	assert_null(strchr(text, '\033'));
}

static void no_leak_is_no_line(void **state)
{
	auto_free char *text = leaks_of("{\"verdict\":\"passed\",\"leaked\":0,\"leaks\":[]}");

	assert_string_equal("", text);
}

static void reasons_name_status_signal_and_sender(void **state)
{
	static const struct {
		const char *result, *reason;
	} rows[] = {
		{ "{\"verdict\":\"failed\",\"exit\":{\"status\":3}}", "exit status 3" },
		{ "{\"verdict\":\"passed\",\"exit\":{\"status\":0}}", "" },
		{ "{\"verdict\":\"crashed\",\"exit\":{\"signal\":11,\"core\":true},"
		  "\"killer\":{\"origin\":\"itself\"}}",
			"SIGSEGV, core dumped from itself" },
		{ "{\"verdict\":\"crashed\",\"exit\":{\"signal\":9},\"killer\":"
		  "{\"origin\":\"process\",\"comm\":\"ba\\nsh\",\"pid\":12,\"uid\":1000}}",
			"SIGKILL from `ba\\x0ash` (pid 12, uid 1000)" },
		{ "{\"verdict\":\"crashed\",\"exit\":{\"signal\":15},\"killer\":null}", "SIGTERM" },
		{ "{\"verdict\":\"error\",\"error\":{\"text\":\"exec `x`: gone\"}}",
			"exec `x`: gone" },
		/* Only some of many are listed. */
		{ "{\"verdict\":\"leaked\",\"leaked\":40,\"leaks\":[{},{}]}",
			"40 processes leaked" },
		{ "{\"verdict\":\"abandoned\",\"survivors\":[{},{}]}",
			"2 processes could not be killed" },
		/* Unknown is never shown as 0. */
		{ "{\"verdict\":\"abandoned\"}", "something in it could not be killed" },
	};

	for (size_t row = 0; row < sizeof(rows) / sizeof(*rows); row++) {
		auto_json result = json_loads(rows[row].result, 0, NULL);
		char reason[RESULT_REASON_SIZE];

		assert_non_null(result);
		assert_string_equal(rows[row].reason, result_reason(result, reason));
	}
}

static void every_verdict_but_the_good_says_why(void **state)
{
	for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
		auto_json result = json_pack("{s:s, s:{s:s}}", "verdict",
			verdict_name((enum verdict)verdict), "error", "text", "x");
		char reason[RESULT_REASON_SIZE];

		assert_int_equal(
			verdict_is_failure((enum verdict)verdict) || verdict == VERDICT_CANCELED,
			result_reason(result, reason)[0] != '\0');
	}
}

static void gaps_and_warnings_are_told(void **state)
{
	auto_json result =
		json_loads("{\"warnings\":[{\"text\":\"limit pids reached\"}],"
			   "\"survivors\":[{\"pid\":7,\"comm\":\"d\",\"reason\":\"waits\","
			   "\"remedy\":[\"dmsetup\",\"resume\",\"a disk\"]}],"
			   "\"integrity\":{\"complete\":false,\"reason\":\"ring lost 3\"}}",
			0, NULL);
	char *text = NULL;
	size_t size;
	struct terminal terminal = { .stream = open_memstream(&text, &size) };

	result_print_warnings(result, "axe: ", &terminal);
	fclose(terminal.stream);
	assert_non_null(strstr(text, "axe: warning: limit pids reached\n"));
	assert_non_null(strstr(text, "axe: survived: `d` (pid 7): waits\n"
				     "axe: freed by: dmsetup resume 'a disk'\n"));
	assert_non_null(strstr(text, "incomplete: ring lost 3\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_leak_is_told_in_one_line),
		cmocka_unit_test(several_leaks_get_a_line_each),
		cmocka_unit_test(program_that_skipped_is_not_said_to_have_passed),
		cmocka_unit_test(process_without_argv_is_told_by_its_name),
		cmocka_unit_test(no_leak_is_no_line),
		cmocka_unit_test(reasons_name_status_signal_and_sender),
		cmocka_unit_test(every_verdict_but_the_good_says_why),
		cmocka_unit_test(gaps_and_warnings_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
