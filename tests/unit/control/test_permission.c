/* A user sees and steers its own jobs, an admin those of all. */
#include "support/require.h"
#include "unit/control/bench.h"

#define ALICE 65533
#define BOB   65532

static int two_slots(void **state)
{
	const struct supervisor_config config = {
		.slots = 2, .pending_max = 100, .state_dir = "/s"
	};

	return bench_setup_with(state, &config);
}

static json_int_t start_as(struct client *client, struct bench *bench, uid_t uid)
{
	auto_json first = NULL;

	client_connect_as(client, bench, uid);
	client_send(client, EXECUTE_MORE);
	first = client_expect(client, true);
	return number_of(first, "job");
}

static void jobs_run_as_who_called(void **state)
{
	struct client alice;

	start_as(&alice, *state, ALICE);
	assert_int_equal(ALICE, fake.job->owner);
	client_hang_up(&alice);
}

static void job_of_another_cannot_be_steered(void **state)
{
	struct client alice, bob;
	char call[200];

	assert_int_equal(12, start_as(&alice, *state, ALICE));
	client_connect_as(&bob, *state, BOB);
#define NOT_AUTHORISED "io.axe.Engine.NotAuthorised"
	client_refused(&bob, CALL_WITH("TerminateJob", "\"job\":12"), NOT_AUTHORISED);
	client_refused(&bob, CALL_WITH("CancelJob", "\"job\":12"), NOT_AUTHORISED);
	client_refused(
		&bob, CALL_WITH("CancelAssessment", "\"index\":3,\"job\":12"), NOT_AUTHORISED);
	client_refused(&bob, CALL_WITH("GetStatus", "\"job\":12"), NOT_AUTHORISED);
	client_refused(&bob, CALL_WITH("GetJob", "\"job\":12"), NOT_AUTHORISED);
	/* What is not one's own is not meant by "the one that runs". */
	client_refused(&bob, CALL("CancelJob"), "io.axe.Engine.NoJobRunning");
	client_refused(&bob, CALL("GetStatus"), "io.axe.Engine.NoJobRunning");
	assert_int_equal(0, fake.cancels);
	assert_int_equal(0, fake.terminations);
	snprintf(call, sizeof(call), CALL_WITH("CancelJob", "\"job\":%d"), 12);
	client_hang_up(&bob);
	client_connect_as(&bob, *state, ALICE);
	client_send(&bob, call);
	client_expect_done(&bob);
	assert_int_equal(1, fake.cancels);
	client_hang_up(&alice);
	client_hang_up(&bob);
}

static void refusal_says_whose_it_is_and_who_may(void **state)
{
	struct client alice, bob;
	auto_json refusal = NULL;

	start_as(&alice, *state, ALICE);
	client_connect_as(&bob, *state, BOB);
	client_send(&bob, CALL_WITH("CancelJob", "\"job\":12"));
	refusal = client_expect_error(&bob, NOT_AUTHORISED);
	assert_int_equal(12, number_of(refusal, "job"));
	assert_string_equal("job 12 belongs to uid 65533: only that user, root and the members of "
			    "the group axe-admin may see or steer it",
		text_of(refusal, "text"));
	client_hang_up(&alice);
	client_hang_up(&bob);
}

/* Even if it got out: a ticket steers a job that waits. */
static void ticket_of_another_is_worth_nothing(void **state)
{
	struct client first, second, alice, bob;
	auto_json pending = NULL;
	char call[300];

	start_as(&first, *state, ALICE);
	start_as(&second, *state, ALICE);
	client_connect_as(&alice, *state, ALICE);
	client_send(&alice, EXECUTE_MORE);
	pending = client_expect(&alice, true);
	client_connect_as(&bob, *state, BOB);
	snprintf(call, sizeof(call), CALL_WITH("CancelJob", "\"ticket\":\"%s\""),
		text_of(pending, "ticket"));
	client_refused(&bob, call, NOT_AUTHORISED);
	assert_false(fake_find(14)->ended);
	client_hang_up(&bob);
	client_hang_up(&alice);
	client_hang_up(&first);
	client_hang_up(&second);
}

static size_t count_listed(struct client *client)
{
	auto_json parameters = client_call(client, CALL("ListJobs"));

	return json_array_size(json_object_get(parameters, "jobs"));
}

/* By one-way calls one connection is enough. */
static void users_leave_room_among_those_who_wait(void **state)
{
	struct bench *bench = *state;
	struct client alice, bob;

	client_connect_as(&alice, bench, ALICE);
	for (unsigned count = 0; count < 2 + SUPERVISOR_PENDING_USER_MAX; count++)
		client_send(&alice, "{\"method\":\"io.axe.Engine.ExecuteJob\",\"oneway\":true,"
				    "\"parameters\":{" MANIFEST "}}");
	client_refused(&alice, EXECUTE_MORE, "io.axe.Engine.LimitReached");
	assert_int_equal(
		SUPERVISOR_PENDING_USER_MAX, supervisor_count_waiting(bench->supervisor, ALICE));
	client_connect_as(&bob, bench, BOB);
	client_send(&bob, EXECUTE_MORE);
	json_decref(client_expect(&bob, true));
	client_hang_up(&bob);
	client_hang_up(&alice);
}

static void list_leaves_out_what_is_not_ones_own(void **state)
{
	struct client first, second, alice, bob, carol, root;

	start_as(&first, *state, ALICE);
	start_as(&second, *state, BOB);
	client_connect_as(&alice, *state, ALICE);
	client_connect_as(&bob, *state, BOB);
	client_connect_as(&carol, *state, 65531);
	client_connect(&root, *state);
	client_send(&alice, EXECUTE_MORE); /* waits */
	json_decref(client_expect(&alice, true));
	client_hang_up(&first);
	client_connect_as(&first, *state, ALICE);
	assert_int_equal(2, count_listed(&first));
	assert_int_equal(1, count_listed(&bob));
	assert_int_equal(0, count_listed(&carol));
	assert_int_equal(3, count_listed(&root));
	client_hang_up(&alice);
	client_hang_up(&first);
	client_hang_up(&second);
	client_hang_up(&bob);
	client_hang_up(&carol);
	client_hang_up(&root);
}

static void admin_steers_the_jobs_of_all(void **state)
{
	struct client alice, root;

	start_as(&alice, *state, ALICE);
	client_connect(&root, *state);
	client_send(&root, CALL("CancelJob"));
	client_expect_done(&root);
	assert_int_equal(12, fake.canceled_job);
	client_hang_up(&alice);
	client_hang_up(&root);
}

#define WITH_USER(method)                                                                          \
	CALL_WITH(method, "\"manifest\":{\"name\":\"n\",\"assessments\":[{\"name\":\"a\","         \
			  "\"command\":[\"true\"],\"user\":\"root\"}]}")

static void naming_another_user_is_a_bad_manifest(void **state)
{
	struct client alice;
	auto_json refusal = NULL;

	client_connect_as(&alice, *state, ALICE);
	client_send(&alice, WITH_USER("ExecuteJob"));
	refusal = client_expect_error(&alice, "io.axe.Engine.BadManifest");
	assert_string_equal("user", text_of(refusal, "path"));
	assert_string_equal("`root` in `a`", text_of(refusal, "found"));
	client_refused(&alice, WITH_USER("PlanJob"), "io.axe.Engine.BadManifest");
	assert_int_equal(0, fake.numbers);
	client_hang_up(&alice);
}

/* No path of an ordinary user's is as much as looked at, and no job of its is harder to end. */
static void options_of_an_ordinary_user_are_bounded(void **state)
{
	static const struct {
		const char *option, *value;
	} rows[] = {
		{ "state_dir", "\"/tmp\"" },
		{ "freeze_deadline_ns", "1000000001" },
		{ "picture_budget_ns", "250000001" },
		{ "kill_deadline_ns", "10000000001" },
		{ "abandon_after_ns", "60000000001" },
		{ "core_grace_ns", "1" },
	};
	struct client alice, root;

	client_connect_as(&alice, *state, ALICE);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char call[400], name[64];

		snprintf(call, sizeof(call),
			CALL_WITH("ExecuteJob", MANIFEST ",\"options\":{\"%s\":%s}"),
			rows[i].option, rows[i].value);
		snprintf(name, sizeof(name), "options.%s", rows[i].option);
		client_refused_for(&alice, call, name);
	}
	client_hang_up(&alice);
	client_connect_as(&alice, *state, ALICE);
	client_send(&alice,
		"{\"method\":\"io.axe.Engine.ExecuteJob\",\"more\":true,\"parameters\":{" MANIFEST
		",\"options\":{\"state_dir\":\"/s\",\"kill_deadline_ns\":10000000000}}}");
	json_decref(client_expect(&alice, true));
	client_connect(&root, *state);
	client_send(&root,
		"{\"method\":\"io.axe.Engine.ExecuteJob\",\"more\":true,\"parameters\":{" MANIFEST
		",\"options\":{\"kill_deadline_ns\":10000000001}}}");
	json_decref(client_expect(&root, true));
	client_hang_up(&alice);
	client_hang_up(&root);
}

/* Without a store nobody knows whose an event is. */
static void stranger_hears_no_event_of_a_supervisor_without_a_store(void **state)
{
	struct client alice, root;
	struct session *session;

	client_connect_as(&alice, *state, ALICE);
	client_send(&alice, SUBSCRIBE);
	bench_turn(*state);
	client_connect(&root, *state);
	client_start_job(&root);
	fake_emit("job.begin", 0);
	json_decref(client_expect(&root, true));
	session = container_of(((struct bench *)*state)->list.next, struct session, link);
	assert_int_equal(ALICE, session->config.actor.identity.uid);
	assert_int_equal(0, frame_pending(&session->outbox));
	client_hang_up(&alice);
	client_hang_up(&root);
}

static void residue_of_others_is_not_told(void **state)
{
	struct client alice, root;
	auto_json own = NULL;
	auto_json all = NULL;

	client_connect(&root, *state);
	client_start_job(&root);
	client_connect_as(&alice, *state, ALICE);
	own = client_call(&alice, CALL("Diagnose"));
	client_hang_up(&alice);
	client_connect(&alice, *state);
	all = client_call(&alice, CALL("Diagnose"));
	assert_int_equal(
		0, json_array_size(json_object_get(json_object_get(own, "report"), "residue")));
	assert_int_equal(
		1, json_array_size(json_object_get(json_object_get(all, "report"), "residue")));
	client_hang_up(&alice);
	client_hang_up(&root);
}

#define case_of(name) cmocka_unit_test_setup_teardown(name, two_slots, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		case_of(jobs_run_as_who_called),
		case_of(job_of_another_cannot_be_steered),
		case_of(refusal_says_whose_it_is_and_who_may),
		case_of(ticket_of_another_is_worth_nothing),
		case_of(users_leave_room_among_those_who_wait),
		case_of(list_leaves_out_what_is_not_ones_own),
		case_of(admin_steers_the_jobs_of_all),
		case_of(naming_another_user_is_a_bad_manifest),
		case_of(options_of_an_ordinary_user_are_bounded),
		case_of(stranger_hears_no_event_of_a_supervisor_without_a_store),
		case_of(residue_of_others_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
