/* Two pictures compared: every difference is told once, and what could not be seen is said. */
#include "survey/survey.h"

#include <errno.h>

#include "pictures.h"

static void same_host_has_no_findings(void **state)
{
	struct recorded recorded;
	struct picture *before, *after;
	json_t *findings;

	pictures_begin(&recorded);
	before = picture_take(&recorded.host);
	after = picture_take(&recorded.host);
	findings = pictures_compare(before, after);
	assert_int_equal(json_array_size(findings), 0);
	json_decref(findings);
	picture_destroy(before);
	picture_destroy(after);
	recorded_end(&recorded);
}

static void finding_has_its_facts_before_and_after(void **state)
{
	struct recorded recorded;
	struct picture *before, *after;
	json_t *findings, *row;

	pictures_begin(&recorded);
	recorded_write(&recorded, "proc/sys/vm/swappiness", "60\n");
	before = picture_take(&recorded.host);
	recorded_write(&recorded, "proc/sys/vm/swappiness", "10\n");
	after = picture_take(&recorded.host);
	findings = pictures_compare(before, after);
	assert_int_equal(json_array_size(findings), 1);
	row = json_array_get(findings, 0);
	assert_string_equal(told(row, "source"), "knobs");
	assert_string_equal(told(row, "key"), "proc/sys/vm/swappiness");
	assert_string_equal(told(json_object_get(row, "before"), "value"), "60");
	assert_string_equal(told(json_object_get(row, "after"), "value"), "10");
	json_decref(findings);
	picture_destroy(before);
	picture_destroy(after);
	recorded_end(&recorded);
}

static void source_that_could_not_look_is_said(void **state)
{
	struct recorded recorded;
	struct picture *before, *after;
	json_t *findings, *row;

	pictures_begin(&recorded);
	before = picture_take(&recorded.host);
	assert_int_equal(unlinkat(recorded.host.root, "proc/self/mountinfo", 0), 0);
	after = picture_take(&recorded.host);
	findings = pictures_compare(before, after);
	assert_int_equal(json_array_size(findings), 1);
	row = json_array_get(findings, 0);
	assert_string_equal(told(row, "kind"), "incomplete");
	assert_string_equal(told(row, "source"), "mounts");
	assert_non_null(strstr(told(row, "evidence"), "mountinfo"));
	json_decref(findings);
	picture_destroy(before);
	picture_destroy(after);
	recorded_end(&recorded);
}

static void too_many_findings_are_counted(void **state)
{
	struct recorded recorded;
	struct picture *before, *after;
	json_t *findings, *row;
	char name[64];

	pictures_begin(&recorded);
	before = picture_take(&recorded.host);
	for (unsigned number = 0; number < SURVEY_FINDINGS_MAX + 7; number++) {
		snprintf(name, sizeof(name), "dev/shm/%u", number);
		recorded_write(&recorded, name, "");
	}
	after = picture_take(&recorded.host);
	findings = pictures_compare(before, after);
	assert_int_equal(json_array_size(findings), SURVEY_FINDINGS_MAX + 1);
	row = json_array_get(findings, SURVEY_FINDINGS_MAX);
	assert_string_equal(told(row, "evidence"), "7 more are not shown");
	json_decref(findings);
	picture_destroy(before);
	picture_destroy(after);
	recorded_end(&recorded);
}

static json_t *swap_of(const char *value)
{
	return json_pack("{s:s}", "value", value);
}

static json_t *evidence_of(const char *key, const char *before, const char *after)
{
	return json_pack("[{s:s, s:s, s:i, s:s, s:o, s:o}]", "source", "knobs", "key", key, "pid",
		OUR_PID, "text", "pid 4711 wrote it", "before", swap_of(before), "after",
		swap_of(after));
}

static void change_that_was_seen_is_proved(void **state)
{
	json_t *evidence = evidence_of("proc/sys/vm/swappiness", "60", "10"), *findings, *row;
	const struct survey_suspects suspects = { .include = recorded_is_ours,
		.evidence = evidence };
	struct picture *before, *after;
	struct recorded recorded;

	pictures_begin(&recorded);
	recorded_write(&recorded, "proc/sys/vm/swappiness", "60\n");
	before = picture_take(&recorded.host);
	recorded_write(&recorded, "proc/sys/vm/swappiness", "10\n");
	after = picture_take(&recorded.host);
	findings = survey_compare(before, after, &suspects);
	assert_int_equal(json_array_size(findings), 1);
	row = json_array_get(findings, 0);
	assert_string_equal(told(row, "certainty"), "proved");
	assert_int_equal(json_integer_value(json_object_get(row, "pid")), OUR_PID);
	assert_string_equal(told(row, "evidence"), "is `10`, was `60`; pid 4711 wrote it");
	json_decref(findings);
	json_decref(evidence);
	picture_destroy(before);
	picture_destroy(after);
	recorded_end(&recorded);
}

static void change_outside_of_the_pictures_is_told_when_seen(void **state)
{
	json_t *evidence = evidence_of("proc/sys/kernel/unlisted", "1", "2"), *findings, *row;
	const struct survey_suspects suspects = { .include = recorded_is_ours,
		.evidence = evidence };
	struct picture *before, *after;
	struct recorded recorded;

	pictures_begin(&recorded);
	before = picture_take(&recorded.host);
	after = picture_take(&recorded.host);
	findings = survey_compare(before, after, &suspects);
	assert_int_equal(json_array_size(findings), 1);
	row = json_array_get(findings, 0);
	assert_string_equal(told(row, "object"), "/proc/sys/kernel/unlisted");
	assert_string_equal(told(row, "certainty"), "proved");
	json_decref(findings);
	json_decref(evidence);
	picture_destroy(before);
	picture_destroy(after);
	recorded_end(&recorded);
}

static void object_is_checked_against_how_it_was_left(void **state)
{
	json_t *left = json_pack("{s:s, s:s, s:o, s:o}", "source", "knobs", "key",
		"proc/sys/vm/swappiness", "before", swap_of("60"), "after", swap_of("10"));
	struct recorded recorded;
	struct error error = { 0 };

	pictures_begin(&recorded);
	recorded_write(&recorded, "proc/sys/vm/swappiness", "10\n");
	assert_int_equal(survey_check(&recorded.host, left, &error), 1);
	recorded_write(&recorded, "proc/sys/vm/swappiness", "20\n");
	assert_int_equal(survey_check(&recorded.host, left, &error), 0);
	json_object_set_new(left, "after", json_null());
	assert_int_equal(survey_check(&recorded.host, left, &error), 0);
	assert_int_equal(unlinkat(recorded.host.root, "proc/sys/vm/swappiness", 0), 0);
	assert_int_equal(survey_check(&recorded.host, left, &error), 1);
	json_object_set_new(left, "key", json_string("proc/sys/vm/unlisted"));
	json_object_set_new(left, "after", swap_of("2"));
	assert_int_equal(survey_check(&recorded.host, left, &error), 0);
	recorded_write(&recorded, "proc/sys/vm/unlisted", "2\n");
	assert_int_equal(survey_check(&recorded.host, left, &error), 1);
	json_object_set_new(left, "key", json_string("etc/passwd"));
	assert_int_equal(survey_check(&recorded.host, left, &error), -EINVAL);
	json_object_set_new(left, "source", json_string("dreams"));
	assert_int_equal(survey_check(&recorded.host, left, &error), -EINVAL);
	json_decref(left);
	recorded_end(&recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_host_has_no_findings),
		cmocka_unit_test(finding_has_its_facts_before_and_after),
		cmocka_unit_test(source_that_could_not_look_is_said),
		cmocka_unit_test(too_many_findings_are_counted),
		cmocka_unit_test(change_that_was_seen_is_proved),
		cmocka_unit_test(change_outside_of_the_pictures_is_told_when_seen),
		cmocka_unit_test(object_is_checked_against_how_it_was_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
