/* results.json is what jansson would write of the whole, though nobody ever has the whole. */
#include "record/results_json.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "support/unit.h"
#include "unit/record/sample.h"

/* `assessments` is taken. */
static void expect_as_at_once(json_t *assessments)
{
	auto_json job = sample_job(assessments);
	auto_json summary = json_copy(job);
	auto_json whole = json_pack("{s:i}", "v", 1);
	auto_free char *expected = NULL, *text = NULL;
	void *document;
	const json_t *result;
	size_t at;

	json_object_del(summary, "assessments");
	json_object_set_new(summary, "duration_ms", json_real(0.1));
	json_object_update(whole, summary);
	json_object_set(whole, "assessments", assessments);
	expected = json_dumps(whole, JSON_INDENT(2) | JSON_DECIMALS);

	document = results_json_format.begin(summary);
	json_array_foreach (assessments, at, result)
		results_json_format.add(document, result);
	text = results_json_format.end(document);
	assert_string_equal(expected, text);
}

static void of_no_assessment(void **state)
{
	expect_as_at_once(json_array());
}

static void of_one(void **state)
{
	expect_as_at_once(json_pack("[o]", sample_result(0, "a", "passed", NULL)));
}

static void of_several_with_whatever_is_in_them(void **state)
{
	json_t *odd = json_pack(
		"{s:[s, {}, [], {s:n}], s:f}", "text", "\n]\"}\n\t\\n", "deep", "ratio", 0.1);

	expect_as_at_once(json_pack("[o, o, {}]", sample_result(0, "a\nb", "failed", odd),
		sample_result(1, "b", "passed", NULL)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_no_assessment),
		cmocka_unit_test(of_one),
		cmocka_unit_test(of_several_with_whatever_is_in_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
