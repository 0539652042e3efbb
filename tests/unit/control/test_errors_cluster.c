/* Each error of io.axe.Cluster is told over the wire, with exactly its fields. */
#include "unit/control/cluster.h"

static void batch_has_a_bound(void **state)
{
	char *call = malloc(65536), *at = call;
	auto_json refusal = NULL;
	struct client client;

	at += sprintf(at, "{\"method\":\"io.axe.Cluster.SubmitJob\",\"parameters\":{\"jobs\":[1");
	for (unsigned count = 1; count <= QUEUE_BATCH_MAX; count++)
		at += sprintf(at, ",%u", count);
	sprintf(at, "]}}");
	client_connect(&client, *state);
	client_send(&client, call);
	refusal = client_expect_error(&client, "io.axe.Cluster.LimitReached");
	assert_string_equal("jobs", text_of(refusal, "name"));
	assert_int_equal(QUEUE_BATCH_MAX, number_of(refusal, "limit"));
	assert_int_equal(0, fake_queue.asked);
	client_hang_up(&client);
	free(call);
}

static void wrong_manifest_is_told_with_its_place_in_the_batch(void **state)
{
	auto_json refusal = NULL;
	struct client client;

	client_connect(&client, *state);
	client_send(
		&client, CLUSTER("QueueJob", "\"jobs\":[" NEW_JOB "},{\"manifest\":{\"name\":\"m\","
					     "\"assessments\":[{\"nam\":1}]}}]"));
	refusal = client_expect_error(&client, "io.axe.Cluster.BadManifest");
	assert_int_equal(1, number_of(refusal, "job"));
	assert_string_equal("assessments[0].nam", text_of(refusal, "path"));
	assert_int_equal(0, fake_queue.asked);
	client_hang_up(&client);
}

/* Every error that the interface declares, as the queue would tell it. */
static void refusals_of_the_queue_keep_their_names_and_fields(void **state)
{
	static const struct {
		const char *name, *fields;
	} rows[] = {
		{ "NotFound", "{\"job\": 5}" },
		{ "InvalidState",
			"{\"job\": 5, \"state\": \"Finished\", \"allowed\": [\"Queued\"]}" },
		{ "InvalidTask", "{\"job\": 5, \"index\": 9, \"tasks\": 3}" },
		{ "TerminateFailed", "{\"job\": 5, \"survivors\": [{\"pid\": 7}]}" },
		{ "MessageTooLong", "{\"limit\": 320, \"length\": 321}" },
		{ "InvalidMessage", "{\"text\": \"NUL\"}" },
		{ "NotRerunnable", "{\"job\": 5, \"task\": 0, \"name\": \"a\"}" },
		{ "NotAuthorised", "{\"job\": 5, \"text\": \"no\"}" },
		{ "UnknownParameter", "{\"name\": \"a\", \"nearest\": null}" },
		{ "OutOfRange", "{\"name\": \"priority\", \"minimum\": 0, \"maximum\": 4}" },
		{ "LimitReached", "{\"name\": \"UserQueuedJobs\", \"limit\": 10}" },
		{ "BatchStopped", "{\"done\": 1, \"job\": 5, \"error\": \"NotFound\", "
				  "\"parameters\": {}}" },
		{ "PageExpired", "{\"text\": \"ask again\"}" },
		{ "InternalError", "{\"text\": \"no\"}" },
	};
	struct client client;

	fake_queue.waits = true;
	client_connect(&client, *state);
	for (size_t at = 0; at < sizeof(rows) / sizeof(*rows); at++) {
		json_t *fields = json_loads(rows[at].fields, 0, NULL);
		auto_json expected = json_deep_copy(fields);
		auto_json told = NULL;
		char name[64];

		client_send(&client, CLUSTER("CancelJob", "\"job\":5"));
		while (fake_queue.asked == at)
			bench_turn(*state);
		fake_queue_answer(AXE_E_INVALID_STATE, rows[at].name, fields);
		snprintf(name, sizeof(name), "io.axe.Cluster.%s", rows[at].name);
		told = client_expect_error(&client, name);
		assert_true(json_equal(expected, told));
	}
	client_hang_up(&client);
}

static void supervisor_without_a_queue_says_so(void **state)
{
	struct bench *bench = *state;
	struct client client;
	auto_json refusal = NULL;

	supervisor_set_queue(bench->supervisor, NULL);
	client_connect(&client, bench);
	client_send(&client, CLUSTER("QueueJob", "\"jobs\":[" NEW_JOB "}]"));
	refusal = client_expect_error(&client, "io.axe.Cluster.NoQueue");
	assert_int_equal(0, json_object_size(refusal));
	client_hang_up(&client);
}

/* Comes last. */
static void every_declared_error_was_told(void **state)
{
	idl_expect_all_seen(VARLINK_CLUSTER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		queue_test(batch_has_a_bound),
		queue_test(wrong_manifest_is_told_with_its_place_in_the_batch),
		queue_test(refusals_of_the_queue_keep_their_names_and_fields),
		queue_test(supervisor_without_a_queue_says_so),
		cmocka_unit_test(every_declared_error_was_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
