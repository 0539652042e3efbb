/* What a job needs of the supervisor itself is looked at before anything begins. */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "base/error.h"
#include "engine/plan.h"
#include "model/manifest.h"
#include "support/unit.h"

static struct manifest *manifest_of(json_t *parallel, size_t count, json_t *limits)
{
	json_t *list = json_array(), *job;
	struct manifest *manifest = NULL;
	struct manifest_error error;

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:[s]}", "command", "true"));
	job = json_pack("{s:o, s:o, s:{s:o}}", "parallel", parallel, "assessments", list,
		"defaults", "limits", limits);
	assert_int_equal(manifest_parse(job, &manifest, &error), 0);
	json_decref(job);
	return manifest;
}

/* 0, or the refusal; with so many open files. Consumes the limits. */
static int check(rlim_t files, unsigned parallel, size_t count, json_t *limits, struct error *error)
{
	struct manifest *manifest = manifest_of(json_integer(parallel), count, limits);
	struct rlimit own, lower;
	int code;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &own), 0);
	lower = (struct rlimit){ files, own.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &lower), 0);
	code = plan_check_descriptors(manifest, error);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &own), 0);
	manifest_destroy(manifest);
	return code;
}

static void too_few_open_files_are_said_with_the_way_out(void **state)
{
	struct error error = { 0 };

	assert_int_equal(check(1024, 200, 300, json_object(), &error), -EMFILE);
	assert_non_null(strstr(error.text, "200 assessments at once need 3392 open files"));
	assert_non_null(strstr(error.text, "may have 1024"));
	assert_non_null(strstr(error.text, "lower `parallel`"));
	assert_int_equal(check(32, 1, 1, json_object(), &error), -EMFILE);
	assert_null(strstr(error.text, "lower `parallel`"));
}

static void only_what_runs_at_once_counts(void **state)
{
	struct error error = { 0 };

	assert_int_equal(check(256, 200, 2, json_object(), &error), 0);
	assert_int_equal(check(256, 1, 300, json_object(), &error), 0);
	assert_int_equal(check(4096, 200, 300, json_object(), &error), 0);
}

static void limits_of_groups_need_more_and_those_of_processes_do_not(void **state)
{
	struct error error = { 0 };

	assert_int_equal(check(384, 12, 12, json_object(), &error), 0);
	assert_int_equal(check(384, 12, 12, json_pack("{s:i}", "files", 64), &error), 0);
	assert_int_equal(check(384, 12, 12, json_pack("{s:i}", "pids", 64), &error), -EMFILE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_few_open_files_are_said_with_the_way_out),
		cmocka_unit_test(only_what_runs_at_once_counts),
		cmocka_unit_test(limits_of_groups_need_more_and_those_of_processes_do_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
