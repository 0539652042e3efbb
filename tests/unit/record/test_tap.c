/* TAP tells every result on a line of its own and explains those that failed. */
#include "support/unit.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "record/tap.h"
#include "unit/record/sample.h"

static void expect_render(json_t *assessments, const char *expected)
{
	auto_json job = sample_job(assessments);
	auto_free char *text = sample_render(&tap_format, job);

	assert_non_null(text);
	assert_string_equal(expected, text);
}

static void passed_and_skipped_are_ok(void **state)
{
	expect_render(json_pack("[o, o, o, o]", sample_result(0, "a", "passed", NULL),
			      sample_result(1, "b", "skipped",
				      json_pack("{s:{s:i}}", "exit", "status", 77)),
			      sample_result(2, "c", "not_run", NULL),
			      sample_result(3, "d", "canceled", NULL)),
		"TAP version 13\n1..4\nok 1 - a\nok 2 - b # SKIP skipped: exit status 77\n"
		"ok 3 - c # SKIP not_run\nok 4 - d # SKIP canceled\n");
}

static void failure_carries_its_facts(void **state)
{
	expect_render(json_pack("[o]",
			      sample_result(0, "a", "failed",
				      json_pack("{s:{s:i}, s:n, s:n, s:n, s:n}", "exit", "status",
					      3, "error", "leaks", "warnings", "integrity"))),
		"TAP version 13\n1..1\nnot ok 1 - a\n  ---\n"
		"  message: \"failed: exit status 3\"\n  verdict: \"failed\"\n"
		"  exit: {\"status\": 3}\n  duration_ms: 1500.25\n  ...\n");
}

static void residue_is_a_comment(void **state)
{
	json_t *warnings = json_pack("[{s:s, s:s}, {s:s, s:s, s:s}]", "kind", "oom", "text",
		"no comment", "kind", "mount", "text", "/mnt: left", "certainty", "proved");

	expect_render(json_pack("[o]", sample_result(0, "a", "passed",
					       json_pack("{s:o}", "warnings", warnings))),
		"TAP version 13\n1..1\nok 1 - a\n# warning: mount: /mnt: left\n");
}

static void every_bad_end_is_not_ok(void **state)
{
	static const char *const verdicts[] = { "failed", "broken", "timeout", "oom", "crashed",
		"terminated", "leaked", "error", "abandoned", "marvellous" };

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++) {
		auto_json job =
			sample_job(json_pack("[o]", sample_result(0, "a", verdicts[i], NULL)));
		auto_free char *text = sample_render(&tap_format, job);

		assert_non_null(strstr(text, "\nnot ok 1 - a\n  ---\n"));
		assert_non_null(strstr(text, verdicts[i]));
	}
}

static void name_cannot_break_its_line(void **state)
{
	expect_render(json_pack("[o]", sample_result(0, "a # TODO\nok 2", "passed", NULL)),
		"TAP version 13\n1..1\nok 1 - a \\# TODO\\\\x0aok 2\n");
}

static void job_without_results_plans_none(void **state)
{
	expect_render(json_array(), "TAP version 13\n1..0\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(residue_is_a_comment),
		cmocka_unit_test(passed_and_skipped_are_ok),
		cmocka_unit_test(failure_carries_its_facts),
		cmocka_unit_test(every_bad_end_is_not_ok),
		cmocka_unit_test(name_cannot_break_its_line),
		cmocka_unit_test(job_without_results_plans_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
