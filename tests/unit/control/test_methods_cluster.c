/* Each call of io.axe.Cluster: checked member by member, passed on as it was asked, and answered.
 */
#include "unit/control/cluster.h"

#define NO_WISHES "name= priority=-1 processors=0 runtime=0:0 hold=0:0 env="

static void each_call_is_passed_on_as_it_was_asked(void **state)
{
	static const struct {
		const char *call, *asked;
	} rows[] = {
		{ CLUSTER("AddJob", "\"jobs\":[" NEW_JOB "}," NEW_JOB "}]"),
			"add 2: m " NO_WISHES },
		{ CLUSTER("QueueJob", WITH("\"name\":\"x\",\"priority\":4,\"processors\":2,"
					   "\"runtime_ns\":0,\"hold\":true,\"environment\":"
					   "[\"A=1\"]")),
			"queue 1: m name=x priority=4 processors=2 runtime=1:0 hold=1:1 env=A=1" },
		{ CLUSTER("QueueJob", "\"jobs\":[" NEW_JOB ",\"options\":null}]"),
			"queue 1: m " NO_WISHES },
		{ CLUSTER("QueueJob", WITH("\"name\":null,\"priority\":null")),
			"queue 1: m " NO_WISHES },
		{ CLUSTER("SubmitJob", "\"jobs\":[3,1,2]"), "submit 3 1 2" },
		{ CLUSTER("ModifyJob", "\"job\":5,\"options\":{\"hold\":false}"),
			"modify 5 name= priority=-1 processors=0 runtime=0:0 hold=1:0 env=" },
		{ CLUSTER("HoldJob", "\"job\":5"), "hold 5" },
		{ CLUSTER("ReleaseJob", "\"job\":5"), "release 5" },
		{ CLUSTER("CancelJob", "\"job\":5"), "cancel 5 'none' 0 0" },
		{ CLUSTER("CancelJob", "\"job\":5,\"message\":\"\",\"asynchronous\":true"),
			"cancel 5 '' 0 1" },
		{ CLUSTER("CancelJob", "\"job\":5,\"message\":\"\xf0\x9f\x92\xa3\""),
			"cancel 5 '\xf0\x9f\x92\xa3' 4 0" },
		{ CLUSTER("CancelJobs", "\"jobs\":[7,8],\"message\":\"m\""), "cancel all 7 8 'm'" },
		{ CLUSTER("CancelTask", "\"job\":5,\"index\":0,\"message\":null"),
			"cancel 5/0 'none'" },
		{ CLUSTER("CancelTask", "\"job\":5,\"index\":9223372036854775807"),
			"cancel 5/4294967295 'none'" },
		{ CLUSTER("RequeueJob", "\"job\":5"), "requeue 5 0" },
		{ CLUSTER("RequeueJob", "\"job\":5,\"asynchronous\":true"), "requeue 5 1" },
		{ CLUSTER("RequeueJobs", "\"jobs\":[9]"), "requeue all 9" },
		{ CLUSTER("RequeueTask", "\"job\":5,\"index\":3"), "requeue 5/3" },
		{ CLUSTER("PurgeJob", "\"job\":5"), "purge 5" },
		{ CLUSTER("GetJob", "\"job\":5"), "get 5" },
		{ CLUSTER("ListJobs", ""), "list states=0 owner=0:0 page= limit=0" },
		{ CLUSTER("ListJobs", "\"states\":[\"Queued\",\"Failed\"],\"owner\":65533,"
				      "\"page\":\"p\",\"limit\":1000"),
			"list states=12 owner=1:65533 page=p limit=1000" },
		{ CLUSTER("ListWaiting", ""), "waiting limit=0" },
		{ CLUSTER("ListWaiting", "\"limit\":1000"), "waiting limit=1000" },
		{ CLUSTER("ListTasks",
			  "\"job\":5,\"states\":[\"Canceled\"],\"first\":7,\"limit\":1"),
			"tasks 5 states=20 first=7 limit=1" },
		{ CLUSTER("GetJobCounter", ""), "count 0:0" },
		{ CLUSTER("GetJobCounter", "\"owner\":0"), "count 1:0" },
		{ CLUSTER("Parameters", ""), "parameters" },
		{ CLUSTER("SetClusterParameter", "\"name\":\"slots\",\"value\":-1"),
			"set slots -1" },
	};
	struct client client;

	client_connect(&client, *state);
	for (size_t at = 0; at < sizeof(rows) / sizeof(*rows); at++) {
		json_decref(client_call(&client, rows[at].call));
		assert_string_equal(rows[at].asked, fake_queue.text);
	}
	assert_int_equal(sizeof(rows) / sizeof(*rows), fake_queue.asked);
	client_hang_up(&client);
}

static void wrong_member_is_named_and_nothing_is_asked(void **state)
{
	static const struct {
		const char *call, *named;
	} rows[] = {
		{ CLUSTER("AddJob", ""), "jobs" },
		{ CLUSTER("AddJob", "\"jobs\":[]"), "jobs" },
		{ CLUSTER("AddJob", "\"jobs\":{}"), "jobs" },
		{ CLUSTER("AddJob", "\"jobs\":[7]"), "jobs[0]" },
		{ CLUSTER("AddJob", "\"jobs\":[null]"), "jobs[0]" },
		{ CLUSTER("AddJob", "\"jobs\":[{}]"), "jobs[0].manifest" },
		{ CLUSTER("AddJob", "\"jobs\":[{\"manifest\":null}]"), "jobs[0].manifest" },
		{ CLUSTER("AddJob", "\"jobs\":[{\"manifest\":\"m\"}]"), "jobs[0].manifest" },
		{ CLUSTER("AddJob", "\"jobs\":[" NEW_JOB ",\"bogus\":1}]"), "jobs[0].bogus" },
		{ CLUSTER("AddJob", "\"jobs\":[" NEW_JOB ",\"options\":[]}]"), "jobs[0].options" },
		{ CLUSTER("QueueJob",
			  "\"jobs\":[" NEW_JOB "}," NEW_JOB ",\"options\":{\"name\":1}}]"),
			"jobs[1].options.name" },
		{ CLUSTER("QueueJob", WITH("\"bogus\":1")), "jobs[0].options.bogus" },
		{ CLUSTER("QueueJob", WITH("\"priority\":\"1\"")), "jobs[0].options.priority" },
		{ CLUSTER("QueueJob", WITH("\"processors\":1.5")), "jobs[0].options.processors" },
		{ CLUSTER("QueueJob", WITH("\"runtime_ns\":true")), "jobs[0].options.runtime_ns" },
		{ CLUSTER("QueueJob", WITH("\"hold\":1")), "jobs[0].options.hold" },
		{ CLUSTER("QueueJob", WITH("\"environment\":{}")), "jobs[0].options.environment" },
		{ CLUSTER("QueueJob", WITH("\"environment\":[\"A\"]")),
			"jobs[0].options.environment" },
		{ CLUSTER("QueueJob", WITH("\"environment\":[\"=a\"]")),
			"jobs[0].options.environment" },
		{ CLUSTER("QueueJob", WITH("\"environment\":[1]")), "jobs[0].options.environment" },
		{ CLUSTER("SubmitJob", "\"jobs\":[1,0]"), "jobs[1]" },
		{ CLUSTER("SubmitJob", "\"jobs\":[\"1\"]"), "jobs[0]" },
		{ CLUSTER("SubmitJob", "\"jobs\":[]"), "jobs" },
		{ CLUSTER("ModifyJob", "\"job\":1"), "options" },
		{ CLUSTER("ModifyJob", "\"job\":1,\"options\":{\"x\":1}"), "options.x" },
		{ CLUSTER("HoldJob", "\"job\":0"), "job" },
		{ CLUSTER("HoldJob", "\"job\":-1"), "job" },
		{ CLUSTER("HoldJob", "\"job\":null"), "job" },
		{ CLUSTER("CancelJob", "\"job\":1,\"message\":1"), "message" },
		{ CLUSTER("CancelJob", "\"job\":1,\"asynchronous\":1"), "asynchronous" },
		{ CLUSTER("CancelTask", "\"job\":1,\"index\":-1"), "index" },
		{ CLUSTER("CancelTask", "\"job\":1"), "index" },
		{ CLUSTER("RequeueTask", "\"index\":1"), "job" },
		{ CLUSTER("ListJobs", "\"states\":[]"), "states" },
		{ CLUSTER("ListJobs", "\"states\":[\"Queued\",\"queued\"]"), "states[1]" },
		{ CLUSTER("ListJobs", "\"states\":[1]"), "states[0]" },
		{ CLUSTER("ListJobs", "\"owner\":-1"), "owner" },
		{ CLUSTER("ListJobs", "\"owner\":4294967295"), "owner" },
		{ CLUSTER("ListJobs", "\"limit\":0"), "limit" },
		{ CLUSTER("ListJobs", "\"limit\":1001"), "limit" },
		{ CLUSTER("ListTasks", "\"job\":1,\"first\":-1"), "first" },
		{ CLUSTER("GetJobCounter", "\"owner\":\"root\""), "owner" },
		{ CLUSTER("Parameters", "\"x\":1"), "x" },
		{ CLUSTER("SetClusterParameter", "\"name\":\"a\",\"value\":\"1\""), "value" },
	};
	struct client client;

	client_connect(&client, *state);
	for (size_t at = 0; at < sizeof(rows) / sizeof(*rows); at++)
		client_refused_for(&client, rows[at].call, rows[at].named);
	assert_int_equal(0, fake_queue.asked);
	client_hang_up(&client);
}

static void numbers_that_stand_for_nothing_are_not_taken_for_it(void **state)
{
	struct client client;

	client_connect(&client, *state);
	json_decref(client_call(&client, CLUSTER("QueueJob", WITH("\"priority\":-1"))));
	assert_non_null(strstr(fake_queue.text, "priority=-2"));
	json_decref(client_call(&client, CLUSTER("QueueJob", WITH("\"processors\":0"))));
	assert_non_null(strstr(fake_queue.text, "processors=-1"));
	client_hang_up(&client);
}

static void jobs_belong_to_who_adds_them_and_no_other_may_be_named(void **state)
{
	auto_json refusal = NULL;
	struct client client;

	client_connect_as(&client, *state, 65533);
	json_decref(client_call(&client, CLUSTER("AddJob", "\"jobs\":[" NEW_JOB "}]")));
	assert_int_equal(65533, fake_queue.actor.uid);
	assert_int_equal(65533, fake_queue.owner);
	assert_false(fake_queue.actor.admin);
	client_send(&client,
		CLUSTER("AddJob", "\"jobs\":[{\"manifest\":{\"name\":\"m\",\"assessments\":[{"
				  "\"name\":\"a\",\"command\":[\"true\"],\"user\":\"root\"}]}}]"));
	refusal = client_expect_error(&client, "io.axe.Cluster.BadManifest");
	assert_string_equal("user", text_of(refusal, "path"));
	assert_int_equal(1, fake_queue.asked);
	client_hang_up(&client);
	client_connect(&client, *state);
	json_decref(client_call(&client, CLUSTER("AddJob", "\"jobs\":[" NEW_JOB "}]")));
	assert_true(fake_queue.actor.admin);
	assert_int_equal(0, fake_queue.owner);
	client_hang_up(&client);
}

static void who_hung_up_is_forgotten(void **state)
{
	struct bench *bench = *state;
	struct client client;

	fake_queue.waits = true;
	client_connect(&client, bench);
	client_send(&client, CLUSTER("CancelJob", "\"job\":5"));
	while (!fake_queue.asked)
		bench_turn(bench);
	assert_non_null(fake_queue.caller.done);
	client_hang_up(&client);
	while (bench->sessions)
		bench_turn(bench);
	assert_int_equal(1, fake_queue.forgotten);
	assert_null(fake_queue.caller.done);
}

/* Nobody waits for the first: the second one comes at once. */
static void one_way_call_is_done_and_not_answered(void **state)
{
	struct client client;

	fake_queue.waits = true;
	client_connect(&client, *state);
	client_send(&client, "{\"method\":\"io.axe.Cluster.CancelJob\",\"oneway\":true,"
			     "\"parameters\":{\"job\":5}}");
	client_send(&client, CLUSTER("GetJob", "\"job\":6"));
	while (fake_queue.asked < 2)
		bench_turn(*state);
	assert_string_equal("get 6", fake_queue.text);
	fake_queue_answer(S_OK, NULL, json_pack("{s:i}", "job", 6));
	json_decref(client_expect(&client, false));
	client_hang_up(&client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		queue_test(each_call_is_passed_on_as_it_was_asked),
		queue_test(wrong_member_is_named_and_nothing_is_asked),
		queue_test(numbers_that_stand_for_nothing_are_not_taken_for_it),
		queue_test(jobs_belong_to_who_adds_them_and_no_other_may_be_named),
		queue_test(who_hung_up_is_forgotten),
		queue_test(one_way_call_is_done_and_not_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
