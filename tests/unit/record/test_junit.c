/* JUnit XML counts and explains every verdict, and stays well-formed whatever a program printed. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "model/verdict.h"
#include "record/junit.h"
#include "unit/record/sample.h"

/* `result` is taken. The caller frees. */
static char *render_one(json_t *result)
{
	auto_json job = sample_job(json_pack("[o]", result));
	char *text = sample_render(&junit_format, job);

	assert_non_null(text);
	return text;
}

static void expect_in(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("`%s` is not in:\n%s", part, text);
}

static void expect_not_in(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("`%s` is in:\n%s", part, text);
}

static size_t count(const char *text, const char *part)
{
	size_t found = 0;

	for (; (text = strstr(text, part)); text++)
		found++;
	return found;
}

static void every_verdict_has_its_kind(void **state)
{
	static const char *const kinds[VERDICT_COUNT] = {
		[VERDICT_ERROR] = "<error",
		[VERDICT_ABANDONED] = "<error",
		[VERDICT_TERMINATED] = "<error",
		[VERDICT_OOM] = "<error",
		[VERDICT_TIMEOUT] = "<error",
		[VERDICT_CANCELED] = "<skipped",
		[VERDICT_CRASHED] = "<error",
		[VERDICT_BROKEN] = "<error",
		[VERDICT_FAILED] = "<failure",
		[VERDICT_SKIPPED] = "<skipped",
		[VERDICT_PASSED] = "",
		[VERDICT_LEAKED] = "<failure",
		[VERDICT_NOT_RUN] = "<skipped",
	};

	for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
		const char *name = verdict_name((enum verdict)verdict);
		auto_free char *text = render_one(sample_result(0, "t", name, NULL));
		size_t told =
			count(text, "<error") + count(text, "<failure") + count(text, "<skipped");

		expect_in(text, kinds[verdict]);
		assert_int_equal(verdict != VERDICT_PASSED, told);
	}
}

static void totals_count_each_kind(void **state)
{
	auto_json job = sample_job(json_pack("[o, o, o, o, o]",
		sample_result(0, "a", "passed", NULL), sample_result(1, "b", "failed", NULL),
		sample_result(2, "c", "leaked", NULL), sample_result(3, "d", "crashed", NULL),
		sample_result(4, "e", "skipped", NULL)));
	auto_free char *text = sample_render(&junit_format, job);

	assert_int_equal(2, count(text, "tests=\"5\" failures=\"2\" errors=\"1\" time=\"7.501\""));
	assert_int_equal(1, count(text, "skipped=\"1\""));
	assert_int_equal(5, count(text, "<testcase "));
	assert_int_equal(5, count(text, "classname=\"nightly\" time=\"1.500\""));
	expect_in(text, "timestamp=\"2026-11-21T08:50:06\"");
}

static void failure_says_how_and_by_whom(void **state)
{
	auto_free char *text = render_one(sample_result(0, "t", "crashed",
		json_pack("{s:{s:i, s:s, s:b}, s:{s:i, s:i, s:s, s:s}, s:{s:I, s:s, s:s}}", "exit",
			"signal", 9, "signal_name", "KILL", "core", 0, "killer", "pid", 77, "uid",
			5, "comm", "sh", "origin", "process", "error", "code", (json_int_t)1,
			"name", "AXE_E_ASSESSMENT_CRASHED", "text", "it crashed")));

	expect_in(text, "signal 9 (KILL), sent by `sh` (pid 77, uid 5); it crashed");
	expect_in(text, "type=\"AXE_E_ASSESSMENT_CRASHED\"");
}

static void leaks_and_warnings_are_listed(void **state)
{
	auto_free char *text = render_one(sample_result(0, "t", "leaked",
		json_pack("{s:[{s:i, s:s, s:[s, s], s:{s:i, s:s}, s:f}], s:[{s:s, s:s}]}", "leaks",
			"pid", 31, "comm", "sleep", "argv", "sleep", "999", "parent", "pid", 30,
			"comm", "sh", "forked_ms", 2.5, "warnings", "kind", "limit", "text",
			"pids reached")));

	expect_in(text, "1 process leaked");
	expect_in(text,
		"<system-err>leaked: pid 31 `sleep`: sleep 999; forked by `sh` (pid 30) at +2.500 "
		"ms\nwarning: limit: pids reached\n</system-err>");
}

static void leaks_that_are_not_listed_are_counted(void **state)
{
	auto_free char *text = render_one(sample_result(0, "t", "leaked",
		json_pack("{s:i, s:[{s:i, s:s}]}", "leaked", 40, "leaks", "pid", 31, "comm",
			"sleep")));

	expect_in(text, "40 processes leaked");
	expect_in(text, "leaked: 39 more\n</system-err>");
}

static void lost_integrity_is_a_property_of_the_suite(void **state)
{
	auto_free char *text = render_one(sample_result(3, "t", "passed",
		json_pack(
			"{s:{s:b, s:s}}", "integrity", "complete", 0, "reason", "2 exits unseen")));

	expect_in(text, "<property name=\"3.1.integrity\" value=\"incomplete\"/>");
	expect_in(text, "<property name=\"3.1.integrity.reason\" value=\"2 exits unseen\"/>");
}

static void what_xml_cannot_carry_is_escaped(void **state)
{
	auto_free char *text = render_one(sample_result(
		0, "<a> & \"b\" 'c'\n\t\r \x01\x1b[0m \xef\xbf\xbf \xc3\xa4", "passed", NULL));

	expect_in(text,
		"name=\"&lt;a&gt; &amp; &quot;b&quot; &#39;c&#39;&#10;&#9;&#13; \\x01\\x1b[0m "
		"\\xef\\xbf\\xbf \xc3\xa4\"");
	expect_not_in(text, "\x01");
}

static void later_try_says_so_in_its_name(void **state)
{
	auto_free char *text =
		render_one(sample_result(0, "t", "passed", json_pack("{s:i}", "try", 2)));

	expect_in(text, "name=\"t (try 2)\"");
}

static void unknown_verdict_is_an_error(void **state)
{
	auto_free char *text = render_one(sample_result(0, "t", "marvellous", NULL));

	assert_int_equal(2, count(text, "errors=\"1\""));
}

static void job_without_results_is_still_a_document(void **state)
{
	auto_json job = json_object();
	auto_free char *text = sample_render(&junit_format, job);

	expect_in(text, "tests=\"0\" failures=\"0\" errors=\"0\"");
	expect_in(text, "</testsuites>\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verdict_has_its_kind),
		cmocka_unit_test(totals_count_each_kind),
		cmocka_unit_test(failure_says_how_and_by_whom),
		cmocka_unit_test(leaks_and_warnings_are_listed),
		cmocka_unit_test(leaks_that_are_not_listed_are_counted),
		cmocka_unit_test(lost_integrity_is_a_property_of_the_suite),
		cmocka_unit_test(what_xml_cannot_carry_is_escaped),
		cmocka_unit_test(later_try_says_so_in_its_name),
		cmocka_unit_test(unknown_verdict_is_an_error),
		cmocka_unit_test(job_without_results_is_still_a_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
