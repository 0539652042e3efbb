/* What the calls of a cluster send: jobs, options, messages, batches. */
#include "queue_stage.h"

#include "axe/cluster.h"

#define MANIFEST "{\"name\":\"j\",\"assessments\":[{\"name\":\"a\",\"command\":[\"true\"]}]}"

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

static axe_job *make_job(void)
{
	axe_job *job = NULL;

	assert_int_equal(S_OK, axe_job_parse(MANIFEST, strlen(MANIFEST), &job, NULL));
	return job;
}

static json_t *agree(const json_t *call, struct queue_stage *stage)
{
	return stage_success(json_pack("{s:i}", "done", 2));
}

static json_t *number_jobs(const json_t *call, struct queue_stage *stage)
{
	const json_t *asked = json_object_get(json_object_get(call, "parameters"), "jobs");
	json_t *numbers = json_array();

	for (size_t at = 0; at < json_array_size(asked); at++)
		json_array_append_new(numbers, json_integer((json_int_t)(41 + at)));
	return stage_success(json_pack("{s:o}", "jobs", numbers));
}

static void jobs_are_added_with_what_was_given_of_them(void **state)
{
	struct queue_stage *stage = *state;
	axe_cluster *cluster = begin(stage, number_jobs);
	axe_job *job = make_job();
	const axe_job *jobs[] = { job, job };
	const char *const environment[] = { "A=b", NULL };
	const axe_job_options options[] = {
		{ .size = sizeof(axe_job_options) },
		{ .size = sizeof(axe_job_options),
			.given = AXE_OPTION_NAME | AXE_OPTION_PRIORITY | AXE_OPTION_RUNTIME |
				 AXE_OPTION_HOLD | AXE_OPTION_ENVIRONMENT,
			.name = "night",
			.priority = AXE_PRIORITY_LOWEST,
			.runtime_ms = 1500,
			.hold = true,
			.environment = environment },
	};
	uint64_t numbers[2] = { 0 };
	json_t *first, *second;

	assert_int_equal(0, axe_job_number(job));
	assert_int_equal(S_OK, axe_cluster_queue_jobs(cluster, jobs, options, 2, numbers));
	assert_int_equal(41, numbers[0]);
	assert_int_equal(42, numbers[1]);
	assert_int_equal(42, axe_job_number(job));
	first = json_array_get(stage_asked(stage, "jobs"), 0);
	second = json_object_get(json_array_get(stage_asked(stage, "jobs"), 1), "options");
	assert_string_equal("j",
		json_string_value(json_object_get(json_object_get(first, "manifest"), "name")));
	assert_int_equal(0, json_object_size(json_object_get(first, "options")));
	assert_string_equal("night", json_string_value(json_object_get(second, "name")));
	assert_int_equal(0, json_integer_value(json_object_get(second, "priority")));
	assert_int_equal(1500000000, json_integer_value(json_object_get(second, "runtime_ns")));
	assert_true(json_is_true(json_object_get(second, "hold")));
	assert_string_equal("A=b",
		json_string_value(json_array_get(json_object_get(second, "environment"), 0)));
	assert_null(json_object_get(second, "processors"));
	axe_job_free(job);
	end(stage, cluster);
}

static void what_cannot_be_sent_is_refused_before_anybody_is_asked(void **state)
{
	struct queue_stage *stage = *state;
	axe_cluster *cluster = begin(stage, number_jobs);
	axe_job *job = make_job();
	const axe_job_options broken = {
		.size = sizeof(axe_job_options), .given = AXE_OPTION_NAME, .name = "\xff"
	};
	const axe_job_options older = { .size = 4, .given = AXE_OPTION_HOLD };
	uint64_t number = 0;

	assert_int_equal(
		AXE_E_INVALID_ARGUMENT, axe_cluster_add_job(cluster, job, &broken, &number));
	assert_int_equal(
		AXE_E_INVALID_ARGUMENT, axe_cluster_add_job(cluster, job, &older, &number));
	assert_int_equal(
		AXE_E_INVALID_ARGUMENT, axe_cluster_queue_job(cluster, NULL, NULL, &number));
	assert_int_equal(
		AXE_E_INVALID_ARGUMENT, axe_cluster_add_jobs(cluster, NULL, NULL, 0, NULL));
	assert_int_equal(AXE_E_INVALID_ARGUMENT, axe_cluster_submit_jobs(cluster, &number, 0));
	assert_int_equal(AXE_E_INVALID_ARGUMENT, axe_cluster_modify_job(cluster, 1, NULL));
	assert_int_equal(0, number);
	assert_int_equal(0, axe_job_number(job));
	assert_int_equal(0, json_array_size(stage->calls));
	axe_job_free(job);
	end(stage, cluster);
}

/* `count` times the character. */
static char *repeat(const char *character, size_t count)
{
	char *text = calloc(count + 1, strlen(character));

	for (size_t at = 0; at < count; at++)
		strcat(text, character);
	return text;
}

static void a_message_is_counted_in_characters(void **state)
{
	/* A letter, an emoji, a combining mark. */
	static const char *const characters[] = { "a", "\xf0\x9f\x98\x80", "\xcc\x81" };
	struct queue_stage *stage = *state;
	axe_cluster *cluster = begin(stage, agree);

	for (size_t at = 0; at < sizeof(characters) / sizeof(*characters); at++) {
		auto_free char *most = repeat(characters[at], AXE_MESSAGE_MAX);
		auto_free char *more = repeat(characters[at], AXE_MESSAGE_MAX + 1);

		assert_int_equal(S_OK, axe_cluster_cancel_job(cluster, 1, most, AXE_TEXT));
		assert_string_equal(most, json_string_value(stage_asked(stage, "message")));
		assert_int_equal(
			AXE_E_MESSAGE_TOO_LONG, axe_cluster_cancel_job(cluster, 1, more, AXE_TEXT));
		assert_int_equal(AXE_E_MESSAGE_TOO_LONG,
			axe_cluster_cancel_job_async(cluster, 1, more, strlen(more)));
		assert_int_equal(at + 1, json_array_size(stage->calls));
	}
	end(stage, cluster);
}

static void a_message_that_is_no_text_is_refused(void **state)
{
	static const char *const broken[] = { "\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80",
		"\xf4\x90\x80\x80" };
	struct queue_stage *stage = *state;
	axe_cluster *cluster = begin(stage, agree);
	const uint64_t numbers[] = { 1, 2 };
	size_t done = 7;

	for (size_t at = 0; at < sizeof(broken) / sizeof(*broken); at++)
		assert_int_equal(AXE_E_INVALID_ARGUMENT,
			axe_cluster_cancel_job(cluster, 1, broken[at], AXE_TEXT));
	assert_int_equal(AXE_E_INVALID_ARGUMENT, axe_cluster_cancel_job(cluster, 1, "a\0b", 3));
	assert_int_equal(AXE_E_INVALID_ARGUMENT, axe_cluster_cancel_task(cluster, 1, 0, "a\0b", 3));
	assert_int_equal(AXE_E_INVALID_ARGUMENT,
		axe_cluster_cancel_jobs(cluster, numbers, 2, "\xff", AXE_TEXT, &done));
	assert_int_equal(0, done);
	assert_int_equal(0, json_array_size(stage->calls));
	end(stage, cluster);
}

static void an_empty_message_is_one(void **state)
{
	struct queue_stage *stage = *state;
	axe_cluster *cluster = begin(stage, agree);

	assert_int_equal(S_OK, axe_cluster_cancel_job(cluster, 1, "", AXE_TEXT));
	assert_string_equal("", json_string_value(stage_asked(stage, "message")));
	assert_int_equal(S_OK, axe_cluster_cancel_task(cluster, 1, 3, "\x1b[2J", 1));
	assert_string_equal("\x1b", json_string_value(stage_asked(stage, "message")));
	assert_int_equal(3, json_integer_value(stage_asked(stage, "index")));
	assert_int_equal(S_OK, axe_cluster_cancel_job(cluster, 1, NULL, AXE_TEXT));
	assert_null(stage_asked(stage, "message"));
	end(stage, cluster);
}

static json_t *stop_at_second(const json_t *call, struct queue_stage *stage)
{
	return stage_error(
		"BatchStopped", json_pack("{s:i, s:i, s:s, s:{s:i, s:s, s:[s]}}", "done", 1, "job",
					9, "error", "InvalidState", "parameters", "job", 9, "state",
					"Canceled", "allowed", "Queued"));
}

static void a_batch_tells_how_many_were_done(void **state)
{
	struct queue_stage *stage = *state;
	axe_cluster *cluster = begin(stage, agree);
	const uint64_t numbers[] = { 8, 9 };
	size_t done = 0;

	assert_int_equal(S_OK, axe_cluster_cancel_jobs(cluster, numbers, 2, NULL, AXE_TEXT, &done));
	assert_int_equal(2, done);
	assert_int_equal(9, json_integer_value(json_array_get(stage_asked(stage, "jobs"), 1)));
	stage->answer = stop_at_second;
	assert_int_equal(AXE_E_INVALID_STATE, axe_cluster_requeue_jobs(cluster, numbers, 2, &done));
	assert_int_equal(1, done);
	end(stage, cluster);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, stage_setup, stage_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(jobs_are_added_with_what_was_given_of_them),
		STAGED(what_cannot_be_sent_is_refused_before_anybody_is_asked),
		STAGED(a_message_is_counted_in_characters),
		STAGED(a_message_that_is_no_text_is_refused),
		STAGED(an_empty_message_is_one),
		STAGED(a_batch_tells_how_many_were_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
