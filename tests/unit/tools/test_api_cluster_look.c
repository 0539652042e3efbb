/* What a cluster answers, and how it is read: jobs, lists, tasks, parameters. */
#include "queue_stage.h"

#include "axe/cluster.h"

#define NOBODY 4294967293u /* no file has a name for it */

static axe_cluster *begin(
	struct queue_stage *stage, json_t *(*answer)(const json_t *call, struct queue_stage *stage))
{
	axe_cluster *cluster = NULL;

	stage->answer = answer;
	stage_begin(stage);
	assert_int_equal(S_OK, axe_cluster_open(stage->path, &cluster));
	return cluster;
}

static void end(struct queue_stage *stage, axe_cluster *cluster)
{
	axe_cluster_close(cluster);
	stage_end(stage);
}

static json_t *tell_job(const json_t *call, struct queue_stage *stage)
{
	return stage_success(json_pack(
		"{s:{s:i, s:s, s:I, s:n, s:s, s:b, s:i, s:i, s:i, s:s, s:s, s:s, s:I, s:s, s:s, "
		"s:{s:i, s:i}}, s:[{s:i}], s:{}, s:[]}",
		"job", "job", 12, "name", "night", "owner", (json_int_t)NOBODY, "owner_name",
		"state", "Canceled", "held", 0, "priority", 4, "processors", 2, "attempt", 3,
		"message", "wrong kernel", "reason", "job_canceled", "outcome", "terminated",
		"code", (json_int_t)AXE_E_JOB_CANCELED, "created", "2026-01-01T00:00:00Z",
		"directory", "/var/lib/axe/jobs/12", "counts", "Finished", 5, "Failed", 1,
		"attempts", "attempt", 3, "manifest", "warnings"));
}

static void a_job_tells_all_that_is_known(void **state)
{
	struct queue_stage *stage = *state;
	axe_cluster *cluster = begin(stage, tell_job);
	axe_job_info *info = NULL;
	auto_json whole = NULL;
	uint64_t rank;

	assert_int_equal(S_OK, axe_cluster_get_job(cluster, 12, &info));
	assert_int_equal(12, axe_job_info_number(info));
	assert_string_equal("night", axe_job_info_name(info));
	assert_int_equal(AXE_STATE_CANCELED, axe_job_info_state(info));
	assert_int_equal(NOBODY, axe_job_info_owner(info));
	assert_null(axe_job_info_owner_name(info));
	assert_int_equal(AXE_PRIORITY_HIGHEST, axe_job_info_priority(info));
	assert_int_equal(2, axe_job_info_processors(info));
	assert_int_equal(3, axe_job_info_attempt(info));
	assert_false(axe_job_info_is_held(info));
	assert_string_equal("wrong kernel", axe_job_error_message(info));
	assert_string_equal("job_canceled", axe_job_info_reason(info));
	assert_string_equal("terminated", axe_job_info_outcome(info));
	assert_int_equal(AXE_E_JOB_CANCELED, axe_job_info_code(info));
	assert_string_equal("2026-01-01T00:00:00Z", axe_job_info_time(info, AXE_MOMENT_CREATED));
	assert_null(axe_job_info_time(info, AXE_MOMENT_ENDED));
	assert_false(axe_job_info_rank(info, &rank));
	assert_string_equal("/var/lib/axe/jobs/12", axe_job_info_directory(info));
	assert_int_equal(5, axe_job_info_task_count(info, AXE_STATE_FINISHED));
	assert_int_equal(0, axe_job_info_task_count(info, AXE_STATE_QUEUED));
	whole = json_loads(axe_job_info_json(info), 0, NULL);
	assert_int_equal(1, json_array_size(json_object_get(whole, "attempts")));
	axe_job_info_free(info);
	end(stage, cluster);
}

static json_t *tell_nothing(const json_t *call, struct queue_stage *stage)
{
	return stage_success(json_object());
}

static void a_job_without_anything_is_read_all_the_same(void **state)
{
	struct queue_stage *stage = *state;
	axe_cluster *cluster = begin(stage, tell_nothing);
	axe_job_info *info = NULL;

	assert_int_equal(S_OK, axe_cluster_get_job(cluster, 12, &info));
	assert_string_equal("", axe_job_error_message(info));
	assert_string_equal("", axe_job_info_name(info));
	assert_null(axe_job_info_reason(info));
	axe_job_info_free(info);
	assert_string_equal("", axe_job_error_message(NULL));
	end(stage, cluster);
}

/* Three pages of two, two and one. */
static json_t *tell_pages(const json_t *call, struct queue_stage *stage)
{
	const json_t *parameters = json_object_get(call, "parameters");
	const char *page = json_string_value(json_object_get(parameters, "page"));
	int first = page ? atoi(page) : 5;
	json_t *jobs = json_array();
	char next[12];

	for (int job = first; job > 0 && job > first - 2; job--)
		json_array_append_new(jobs, json_pack("{s:i, s:s}", "job", job, "state", "Queued"));
	snprintf(next, sizeof(next), "%d", first - 2);
	return stage_success(first > 2 ? json_pack("{s:o, s:s}", "jobs", jobs, "next", next)
				       : json_pack("{s:o, s:n}", "jobs", jobs, "next"));
}

static void a_list_is_walked_over_all_its_pages(void **state)
{
	struct queue_stage *stage = *state;
	axe_cluster *cluster = begin(stage, tell_pages);
	const axe_job_info *info = NULL;
	axe_job_list *list = NULL;

	assert_int_equal(
		S_OK, axe_cluster_list_jobs(cluster, AXE_STATE_SET(AXE_STATE_QUEUED), 7, &list));
	for (uint64_t expected = 5; expected > 0; expected--) {
		assert_int_equal(S_OK, axe_job_list_next(list, &info));
		assert_int_equal(expected, axe_job_info_number(info));
		assert_int_equal(AXE_STATE_QUEUED, axe_job_info_state(info));
	}
	for (int again = 0; again < 2; again++) {
		assert_int_equal(S_OK, axe_job_list_next(list, &info));
		assert_null(info);
	}
	assert_int_equal(3, json_array_size(stage->calls));
	assert_string_equal(
		"Queued", json_string_value(json_array_get(stage_asked(stage, "states"), 0)));
	assert_int_equal(7, json_integer_value(stage_asked(stage, "owner")));
	axe_job_list_free(list);
	assert_int_equal(AXE_E_INVALID_ARGUMENT, axe_cluster_list_jobs(cluster, 1u << 6, 7, &list));
	end(stage, cluster);
}

static json_t *tell_tasks(const json_t *call, struct queue_stage *stage)
{
	return stage_success(json_pack("{s:[{s:i, s:s, s:s, s:b, s:i, s:i, s:s, s:{s:i}}], s:n}",
		"tasks", "index", 3, "name", "cpu", "state", "Failed", "rerunnable", 1, "attempt",
		2, "tries", 1, "verdict", "crashed", "exit", "signal", 11, "next"));
}

static void what_waits_is_one_page_of_at_most_the_limit(void **state)
{
	struct queue_stage *stage = *state;
	axe_cluster *cluster = begin(stage, tell_pages);
	const axe_job_info *info = NULL;
	axe_job_list *list = NULL;

	assert_int_equal(S_OK, axe_cluster_list_waiting(cluster, 2, &list));
	assert_int_equal(S_OK, axe_job_list_next(list, &info));
	assert_int_equal(5, axe_job_info_number(info));
	assert_int_equal(2, json_integer_value(stage_asked(stage, "limit")));
	axe_job_list_free(list);
	list = NULL;
	assert_int_equal(S_OK, axe_cluster_list_waiting(cluster, 0, &list));
	assert_null(stage_asked(stage, "limit"));
	axe_job_list_free(list);
	assert_int_equal(AXE_E_INVALID_ARGUMENT,
		axe_cluster_list_waiting(cluster, AXE_WAITING_MAX + 1, &list));
	assert_int_equal(AXE_E_INVALID_ARGUMENT, axe_cluster_list_waiting(cluster, 1, NULL));
	assert_int_equal(2, json_array_size(stage->calls));
	end(stage, cluster);
}

static void tasks_tell_how_they_ended(void **state)
{
	struct queue_stage *stage = *state;
	axe_cluster *cluster = begin(stage, tell_tasks);
	const axe_task_info *info = NULL;
	axe_task_list *list = NULL;
	int status, signal;

	assert_int_equal(S_OK, axe_cluster_list_tasks(cluster, 12, AXE_ALL_STATES, &list));
	assert_int_equal(S_OK, axe_task_list_next(list, &info));
	assert_int_equal(3, axe_task_info_index(info));
	assert_string_equal("cpu", axe_task_info_name(info));
	assert_int_equal(AXE_STATE_FAILED, axe_task_info_state(info));
	assert_true(axe_task_info_is_rerunnable(info));
	assert_int_equal(2, axe_task_info_attempt(info));
	assert_int_equal(1, axe_task_info_tries(info));
	assert_string_equal("crashed", axe_task_info_verdict(info));
	assert_null(axe_task_info_reason(info));
	assert_false(axe_task_info_exit(info, &status, &signal));
	assert_int_equal(11, signal);
	assert_non_null(strstr(axe_task_info_json(info), "\"crashed\""));
	assert_int_equal(S_OK, axe_task_list_next(list, &info));
	assert_null(info);
	axe_task_list_free(list);
	end(stage, cluster);
}

static json_t *tell_parameters(const json_t *call, struct queue_stage *stage)
{
	return stage_success(json_pack("{s:[{s:s, s:I, s:I, s:I, s:I, s:s}], s:{s:i}}",
		"parameters", "name", "Slots", "value", (json_int_t)2, "default", (json_int_t)1,
		"minimum", (json_int_t)1, "maximum", (json_int_t)64, "unit", "", "counts", "Queued",
		9));
}

static void parameters_are_found_whatever_their_case(void **state)
{
	struct queue_stage *stage = *state;
	axe_cluster *cluster = begin(stage, tell_parameters);
	axe_parameters *parameters = NULL;
	uint64_t counts[AXE_STATES];
	axe_parameter parameter;
	int64_t value = 0;

	assert_int_equal(S_OK, axe_cluster_get_parameters(cluster, &parameters));
	assert_int_equal(1, axe_parameters_count(parameters));
	assert_int_equal(S_OK, axe_parameters_get(parameters, 0, &parameter));
	assert_string_equal("Slots", parameter.name);
	assert_int_equal(1, parameter.standard);
	assert_int_equal(64, parameter.maximum);
	assert_int_equal(AXE_E_INVALID_INDEX, axe_parameters_get(parameters, 1, &parameter));
	axe_parameters_free(parameters);
	assert_int_equal(S_OK, axe_cluster_get_parameter(cluster, "sLOTS", &value));
	assert_int_equal(2, value);
	assert_int_equal(
		AXE_E_PARAMETER_NOT_FOUND, axe_cluster_get_parameter(cluster, "Slot", &value));
	assert_int_equal(S_OK, axe_cluster_set_parameter(cluster, "Slots", 3));
	assert_int_equal(3, json_integer_value(stage_asked(stage, "value")));
	assert_int_equal(S_OK, axe_cluster_get_job_counter(cluster, AXE_ALL_OWNERS, counts));
	assert_int_equal(9, counts[AXE_STATE_QUEUED]);
	assert_int_equal(0, counts[AXE_STATE_FAILED]);
	assert_null(stage_asked(stage, "owner"));
	end(stage, cluster);
}

/* Ends at the third look, after the end of an earlier attempt; tells no events. */
static json_t *end_at_last(const json_t *call, struct queue_stage *stage)
{
	unsigned *looks = stage->data;

	if (!strstr(json_string_value(json_object_get(call, "method")), "GetJob"))
		return json_pack("{s:s, s:{}}", "error", "io.axe.Events.NotFound", "parameters");
	(*looks)++;
	if (*looks == 2)
		return stage_success(
			json_pack("{s:{s:s, s:b}}", "job", "state", "Canceled", "again", true));
	return stage_success(
		json_pack("{s:{s:s}}", "job", "state", *looks < 3 ? "Running" : "Finished"));
}

static void a_job_is_waited_for(void **state)
{
	struct queue_stage *stage = *state;
	unsigned looks = 0;
	axe_job_info *info = NULL;
	axe_cluster *cluster;

	stage->data = &looks;
	cluster = begin(stage, end_at_last);
	assert_int_equal(AXE_E_TIMEOUT, axe_cluster_wait_job(cluster, 1, 0, &info));
	assert_null(info);
	assert_int_equal(S_OK, axe_cluster_wait_job(cluster, 1, AXE_FOREVER, &info));
	assert_int_equal(AXE_STATE_FINISHED, axe_job_info_state(info));
	assert_int_equal(3, looks);
	axe_job_info_free(info);
	end(stage, cluster);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, stage_setup, stage_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(a_job_tells_all_that_is_known),
		STAGED(a_job_without_anything_is_read_all_the_same),
		STAGED(a_list_is_walked_over_all_its_pages),
		STAGED(what_waits_is_one_page_of_at_most_the_limit),
		STAGED(tasks_tell_how_they_ended),
		STAGED(parameters_are_found_whatever_their_case),
		STAGED(a_job_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
