/* The handle of a cluster: what it asks, whom it waits for, and what it remembers of failures. */
#include "queue_stage.h"

#include "axe/cluster.h"

#define THREADS 8
#define ROUNDS  50

static axe_cluster *open_at(struct queue_stage *stage)
{
	axe_cluster *cluster = NULL;

	assert_int_equal(S_OK, axe_cluster_open(stage->path, &cluster));
	return cluster;
}

static void assert_fault(axe_cluster *cluster, const char *part)
{
	char *text = axe_cluster_error_message(cluster);

	assert_non_null(text);
	if (!strstr(text, part))
		fail_msg("`%s` is not in `%s`", part, text);
	axe_text_free(text);
}

static json_t *agree(const json_t *call, struct queue_stage *stage)
{
	return stage_success(json_object());
}

static json_t *be_silent(const json_t *call, struct queue_stage *stage)
{
	return NULL;
}

/* {method: error name, parameters: its parameters} is in `data`. */
static json_t *refuse(const json_t *call, struct queue_stage *stage)
{
	const json_t *script = stage->data;

	return stage_error(json_string_value(json_object_get(script, "error")),
		json_incref(json_object_get(script, "parameters")));
}

static void a_call_is_one_of_the_queue(void **state)
{
	struct queue_stage *stage = *state;
	axe_cluster *cluster;

	stage->answer = agree;
	stage_begin(stage);
	cluster = open_at(stage);
	assert_int_equal(S_OK, axe_cluster_hold_job(cluster, 7));
	assert_string_equal("io.axe.Cluster.HoldJob",
		json_string_value(json_object_get(stage_last(stage), "method")));
	assert_int_equal(7, json_integer_value(stage_asked(stage, "job")));
	assert_fault(cluster, "");
	axe_cluster_close(cluster);
	stage_end(stage);
}

static void nobody_who_listens_is_said(void **state)
{
	struct queue_stage *stage = *state;
	axe_cluster *cluster = NULL;

	assert_int_equal(AXE_E_ENGINE_NOT_RUNNING, axe_cluster_open(stage->path, &cluster));
	assert_null(cluster);
	assert_int_equal(AXE_E_INVALID_ARGUMENT, axe_cluster_open("", &cluster));
	assert_int_equal(AXE_E_INVALID_ARGUMENT, axe_cluster_hold_job(NULL, 1));
	axe_cluster_close(NULL);
}

static const struct refusal_case {
	const char *answer;
	const char *code, *part;
} refusal_cases[] = {
	{ "{'error':'NotFound','parameters':{'job':3}}", "AXE_E_NOT_FOUND", "no job 3" },
	{ "{'error':'InvalidState','parameters':{'job':3,'state':'Finished','allowed':"
	  "['NotSubmitted','Queued','Running']}}",
		"AXE_E_INVALID_STATE",
		"is Finished; this can be done while it is NotSubmitted, "
		"Queued or Running" },
	{ "{'error':'InvalidState','parameters':{'job':3,'state':'Running','allowed':"
	  "['NotSubmitted','Queued','Running']}}",
		"AXE_E_INVALID_STATE", "job 3 is Running; it is being ended already" },
	{ "{'error':'InvalidTask','parameters':{'job':3,'index':9,'tasks':2}}",
		"AXE_E_INVALID_INDEX", "no task 9: it has 2" },
	{ "{'error':'MessageTooLong','parameters':{'limit':320,'length':321}}",
		"AXE_E_MESSAGE_TOO_LONG", "321 characters" },
	{ "{'error':'InvalidMessage','parameters':{'text':'not UTF-8'}}", "AXE_E_INVALID_ARGUMENT",
		"not UTF-8" },
	{ "{'error':'NotRerunnable','parameters':{'job':3,'task':1,'name':'flash\\u001b'}}",
		"AXE_E_NOT_RERUNNABLE", "task 1 (`flash\\x1b`) of job 3" },
	{ "{'error':'NotAuthorised','parameters':{'job':3,'text':'it is of uid 7'}}",
		"AXE_E_NOT_PERMITTED", "it is of uid 7" },
	{ "{'error':'UnknownParameter','parameters':{'name':'Slot','nearest':'Slots'}}",
		"AXE_E_PARAMETER_NOT_FOUND", "did you mean `Slots`?" },
	{ "{'error':'OutOfRange','parameters':{'name':'Slots','minimum':1,'maximum':64}}",
		"AXE_E_INVALID_ARGUMENT", "`Slots` is from 1 to 64" },
	{ "{'error':'OutOfRange','parameters':{'name':'page','minimum':1,'maximum':9}}",
		"AXE_E_INVALID_ARGUMENT", "`page` is not what a listing ended with" },
	{ "{'error':'LimitReached','parameters':{'name':'UserQueuedJobs','limit':5}}",
		"AXE_E_LIMIT_REACHED", "`UserQueuedJobs` is reached: 5" },
	{ "{'error':'PageExpired','parameters':{'text':'ask again'}}", "AXE_E_LIMIT_REACHED",
		"ask again" },
	{ "{'error':'InternalError','parameters':{'text':'the disk is full'}}",
		"AXE_E_INTERNAL_ERROR", "the disk is full" },
	{ "{'error':'BatchStopped','parameters':{'done':2,'job':5,'error':"
	  "'io.axe.Cluster.NotFound','parameters':{'job':5}}}",
		"AXE_E_NOT_FOUND", "job 5, after 2 were done: there is no job 5" },
	{ "{'error':'BatchStopped','parameters':{'done':0,'job':5,'error':'BatchStopped'}}",
		"AXE_E_INTERNAL_ERROR", "job 5, after 0" },
	{ "{'error':'NoQueue','parameters':{}}", "AXE_E_INTERNAL_ERROR", "keeps no queue" },
	{ "{'error':'MethodNotFound','parameters':{'method':'x'}}", "AXE_E_INTERNAL_ERROR",
		"keeps no queue" },
};

static axe_result code_named(const char *name)
{
#define CODE_(code, value, origin, text)                                                           \
	if (strcmp(name, #code) == 0)                                                              \
		return value;
	AXE_RESULT_TABLE(CODE_)
#undef CODE_
	fail_msg("no code %s", name);
	return S_OK;
}

static void every_refusal_has_a_code_and_a_sentence(void **state)
{
	struct queue_stage *stage = *state;
	axe_cluster *cluster;

	stage->answer = refuse;
	stage_begin(stage);
	cluster = open_at(stage);
	for (size_t at = 0; at < sizeof(refusal_cases) / sizeof(*refusal_cases); at++) {
		auto_free char *text = strdup(refusal_cases[at].answer);
		auto_json script = NULL;

		for (char *quote = text; (quote = strchr(quote, '\''));)
			*quote = '"';
		script = json_loads(text, 0, NULL);
		assert_non_null(script);
		stage->data = script;
		assert_int_equal(
			code_named(refusal_cases[at].code), axe_cluster_purge_job(cluster, 3));
		assert_fault(cluster, refusal_cases[at].part);
	}
	axe_cluster_close(cluster);
	stage_end(stage);
}

static json_t *refuse_odd(const json_t *call, struct queue_stage *stage)
{
	json_int_t job =
		json_integer_value(json_object_get(json_object_get(call, "parameters"), "job"));

	return job % 2 ? stage_error("NotFound", json_pack("{s:I}", "job", job))
		       : stage_success(json_object());
}

static void the_last_failure_stays_until_another_call_fails(void **state)
{
	struct queue_stage *stage = *state;
	axe_cluster *one, *other;

	stage->answer = refuse_odd;
	stage_begin(stage);
	one = open_at(stage);
	other = open_at(stage);
	assert_int_equal(AXE_E_NOT_FOUND, axe_cluster_release_job(one, 3));
	assert_int_equal(S_OK, axe_cluster_release_job(one, 4));
	assert_fault(one, "no job 3");
	assert_int_equal(AXE_E_NOT_FOUND, axe_cluster_release_job(other, 5));
	assert_fault(one, "no job 3");
	assert_int_equal(AXE_E_NOT_FOUND, axe_cluster_release_job(one, 7));
	assert_fault(one, "no job 7");
	axe_cluster_close(one);
	axe_cluster_close(other);
	stage_end(stage);
}

static void a_call_waits_as_long_as_its_handle_says(void **state)
{
	struct queue_stage *stage = *state;
	axe_cluster *cluster;

	stage->answer = be_silent;
	stage_begin(stage);
	cluster = open_at(stage);
	assert_int_equal(0, axe_cluster_get_timeout(cluster));
	assert_int_equal(S_OK, axe_cluster_set_timeout(cluster, 20));
	assert_int_equal(AXE_E_TIMEOUT, axe_cluster_submit_job(cluster, 1));
	assert_fault(cluster, "did not answer in time");
	/* A late answer to the one before is not taken for that of the next. */
	stage_change(stage, refuse_odd);
	assert_int_equal(S_OK, axe_cluster_set_timeout(cluster, AXE_FOREVER));
	assert_int_equal(0, axe_cluster_get_timeout(cluster));
	assert_int_equal(S_OK, axe_cluster_hold_job(cluster, 2));
	axe_cluster_close(cluster);
	stage_end(stage);
}

static void a_daemon_that_was_started_anew_is_found_again(void **state)
{
	struct queue_stage *stage = *state;
	axe_cluster *cluster;

	stage->answer = agree;
	stage_begin(stage);
	cluster = open_at(stage);
	assert_int_equal(S_OK, axe_cluster_hold_job(cluster, 1));
	stage_end(stage);
	assert_int_equal(AXE_E_ENGINE_NOT_RUNNING, axe_cluster_hold_job(cluster, 1));
	stage_begin(stage);
	assert_int_equal(S_OK, axe_cluster_hold_job(cluster, 1));
	axe_cluster_close(cluster);
	stage_end(stage);
}

static json_t *requeue_by_number(const json_t *call, struct queue_stage *stage)
{
	json_t *job = json_object_get(json_object_get(call, "parameters"), "job");

	return stage_success(json_pack("{s:O, s:[]}", "attempt", job, "tasks"));
}

struct caller {
	axe_cluster *cluster;
	uint32_t number;
	unsigned wrong;
};

static void *call_often(void *data)
{
	struct caller *caller = data;

	for (unsigned round = 0; round < ROUNDS; round++) {
		uint32_t attempt = 0;

		caller->wrong += axe_cluster_requeue_job(
					 caller->cluster, caller->number, &attempt) != S_OK ||
				 attempt != caller->number;
	}
	return NULL;
}

static void threads_get_their_own_answers(void **state)
{
	struct queue_stage *stage = *state;
	struct caller callers[THREADS];
	pthread_t threads[THREADS];
	axe_cluster *cluster;

	stage->answer = requeue_by_number;
	stage_begin(stage);
	cluster = open_at(stage);
	for (uint32_t at = 0; at < THREADS; at++) {
		callers[at] = (struct caller){ .cluster = cluster, .number = at + 1 };
		assert_int_equal(0, pthread_create(&threads[at], NULL, call_often, &callers[at]));
	}
	for (size_t at = 0; at < THREADS; at++) {
		pthread_join(threads[at], NULL);
		assert_int_equal(0, callers[at].wrong);
	}
	axe_cluster_close(cluster);
	stage_end(stage);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, stage_setup, stage_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(a_call_is_one_of_the_queue),
		STAGED(nobody_who_listens_is_said),
		STAGED(every_refusal_has_a_code_and_a_sentence),
		STAGED(the_last_failure_stays_until_another_call_fails),
		STAGED(a_call_waits_as_long_as_its_handle_says),
		STAGED(a_daemon_that_was_started_anew_is_found_again),
		STAGED(threads_get_their_own_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
