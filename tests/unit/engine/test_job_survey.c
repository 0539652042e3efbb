/* What a job's summary repeats of what its assessments changed of the host. */
#include "engine/job_parts.h"

#include "base/json.h"
#include "support/unit.h"

#define LISTED 1000

/* As many findings as that, each of its own; their keys count on. */
static json_t *result_with(unsigned from, unsigned count)
{
	json_t *warnings = json_array();

	for (unsigned at = from; at < from + count; at++)
		json_array_append_new(warnings, json_pack("{s:s, s:s, s:i}", "certainty", "proved",
							"source", "mounts", "key", (int)at));
	return json_pack("{s:i, s:o}", "index", 7, "warnings", warnings);
}

static void note(struct job *job, unsigned from, unsigned count)
{
	auto_json result = result_with(from, count);

	job_survey_note(job, result);
}

static void what_many_have_seen_is_listed_once(void **state)
{
	struct job job = { .residue = json_array() };

	(void)state;
	note(&job, 0, 3);
	note(&job, 1, 3);
	assert_int_equal(4, json_array_size(job.residue));
	json_decref(job.residue);
}

static void list_that_is_full_says_so_once(void **state)
{
	struct job job = { .residue = json_array() };
	const json_t *last;

	(void)state;
	note(&job, 0, LISTED);
	assert_int_equal(LISTED, json_array_size(job.residue));
	note(&job, 0, LISTED + 5);
	note(&job, LISTED, 5);
	assert_int_equal(LISTED + 1, json_array_size(job.residue));
	last = json_array_get(job.residue, LISTED);
	assert_string_equal("incomplete", json_string_value(json_object_get(last, "kind")));
	assert_string_equal("more than 1000: the results of the assessments have the others",
		json_string_value(json_object_get(last, "text")));
	assert_int_equal(7, json_integer_value(json_object_get(last, "assessment")));
	json_decref(job.residue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_many_have_seen_is_listed_once),
		cmocka_unit_test(list_that_is_full_says_so_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
