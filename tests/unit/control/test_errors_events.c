/* Each error of io.axe.Events is told over the wire, with exactly its fields. */
#include "support/require.h"
#include "unit/control/kept.h"

#include "control/subscribers.h"

static void unknown_type_and_job_are_told(void **state)
{
	auto_json parameters = NULL;
	struct client client;

	client_connect(&client, *state);
	client_send(&client, SUBSCRIBE_WITH("\"types\":[\"job.begin\",\"process.fork\"]"));
	parameters = client_expect_error(&client, "io.axe.Events.UnknownType");
	assert_string_equal("process.fork", text_of(parameters, "type"));
	assert_true(json_array_size(json_object_get(parameters, "known")) > 4);
	client_refused(&client, SUBSCRIBE_WITH("\"job\":99"), "io.axe.Events.NotFound");
	client_hang_up(&client);
}

static void supervisor_without_a_store_says_so(void **state)
{
	struct client client;

	client_connect(&client, *state);
	client_refused(&client, SUBSCRIBE_WITH("\"after\":0"), "io.axe.Events.StoreUnavailable");
	client_refused(&client, EVENTS("GetEvents", ""), "io.axe.Events.StoreUnavailable");
	client_refused(&client, EVENTS("GetLast", ""), "io.axe.Events.StoreUnavailable");
	client_hang_up(&client);
}

static void damaged_store_is_told(void **state)
{
	struct client client;
	auto_fd log = -1;
	char path[128], garbage[65536];

	keep_events(1, "job.begin", 100);
	snprintf(path, sizeof(path), "%s/axe.db-wal", kept.directory);
	memset(garbage, 0x5a, sizeof(garbage));
	log = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(log >= 0);
	for (off_t at = 0; at < lseek(log, 0, SEEK_END); at += (off_t)sizeof(garbage))
		assert_true(pwrite(log, garbage, sizeof(garbage), at) > 0);
	client_connect(&client, *state);
	client_refused(&client, EVENTS("GetEvents", ""), "io.axe.Events.StoreFailed");
	client_refused(&client, SUBSCRIBE_WITH("\"after\":0"), "io.axe.Events.StoreFailed");
	client_hang_up(&client);
}

/* Of a user who is no admin: neither a page nor a subscription tells what is another's. */
static void what_is_anothers_is_not_told(void **state)
{
	struct client client;
	auto_json page = NULL;

	keep_events(1, "job.begin", 3);
	client_connect_as(&client, *state, 65533);
	client_refused(&client, EVENTS("GetEvents", "\"job\":1"), "io.axe.Events.NotAuthorised");
	client_refused(&client, SUBSCRIBE_WITH("\"job\":1"), "io.axe.Events.NotAuthorised");
	page = client_call(&client, EVENTS("GetEvents", ""));
	assert_int_equal(0, json_array_size(json_object_get(page, "events")));
	assert_int_equal(3, number_of(page, "last"));
	client_hang_up(&client);
}

static void own_events_are_told(void **state)
{
	struct client client;
	auto_json page = NULL;
	auto_json told = NULL;

	keep_events(1, "job.begin", 1);
	kept_owner = 65533;
	keep_events(2, "job.end", 1);
	client_connect_as(&client, *state, 65533);
	page = client_call(&client, EVENTS("GetEvents", "\"job\":2"));
	assert_int_equal(1, json_array_size(json_object_get(page, "events")));
	client_send(&client, SUBSCRIBE_WITH("\"after\":0"));
	told = client_expect(&client, true);
	assert_string_equal("job.end", text_of(json_object_get(told, "event"), "type"));
	client_hang_up(&client);
}

static void one_subscription_too_many_is_told(void **state)
{
	struct client clients[SUBSCRIBERS_MAX + 1];

	require_descriptors(3 * SUBSCRIBERS_MAX);
	for (unsigned index = 0; index < SUBSCRIBERS_MAX; index++) {
		client_connect(&clients[index], *state);
		client_send(&clients[index], SUBSCRIBE);
		bench_turn(*state);
	}
	client_connect(&clients[SUBSCRIBERS_MAX], *state);
	client_refused(&clients[SUBSCRIBERS_MAX], SUBSCRIBE, "io.axe.Events.LimitReached");
	for (unsigned index = 0; index <= SUBSCRIBERS_MAX; index++)
		client_hang_up(&clients[index]);
}

static void ordinary_users_leave_subscriptions_for_admins(void **state)
{
	struct client clients[SUBSCRIBERS_ORDINARY + 2];
	unsigned count = 0;

	require_descriptors(3 * SUBSCRIBERS_MAX);
	for (uid_t user = 65533; count < SUBSCRIBERS_ORDINARY; user--) {
		for (unsigned each = 0; each < SUBSCRIBERS_USER; each++) {
			client_connect_as(&clients[count], *state, user);
			client_send(&clients[count++], SUBSCRIBE);
			bench_turn(*state);
		}
		client_connect_as(&clients[count], *state, user);
		client_refused(&clients[count], SUBSCRIBE, "io.axe.Events.LimitReached");
		client_hang_up(&clients[count]);
	}
	client_connect_as(&clients[count], *state, 1000);
	client_refused(&clients[count++], SUBSCRIBE, "io.axe.Events.LimitReached");
	client_connect(&clients[count], *state);
	client_send(&clients[count++], SUBSCRIBE);
	bench_turn(*state);
	assert_int_equal(0, frame_pending(&clients[count - 1].inbox));
	while (count)
		client_hang_up(&clients[--count]);
}

static void who_does_not_read_is_told_what_is_lost(void **state)
{
	struct bench *bench = *state;
	struct client runner, watcher;
	const struct session *slow;

	client_connect(&runner, bench);
	bench->session_config.send_max = 65536;
	slow = client_connect(&watcher, bench);
	client_start_job(&runner);
	client_send(&watcher, SUBSCRIBE);
	bench_turn(bench);
	while (!slow->cut) {
		fake_emit("assessment.begin", 1000);
		json_decref(client_expect(&runner, true));
	}
	for (bool lost = false; !lost;) {
		auto_json message = client_read(&watcher);

		lost = json_object_get(message, "error") != NULL;
	}
	client_hang_up(&runner);
	client_hang_up(&watcher);
}

/* Comes last. */
static void every_declared_error_was_told(void **state)
{
	idl_expect_all_seen(VARLINK_EVENTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(unknown_type_and_job_are_told),
		bench_test(supervisor_without_a_store_says_so),
		kept_test(damaged_store_is_told),
		kept_test(what_is_anothers_is_not_told),
		kept_test(own_events_are_told),
		bench_test(ordinary_users_leave_subscriptions_for_admins),
		bench_test(one_subscription_too_many_is_told),
		bench_test(who_does_not_read_is_told_what_is_lost),
		cmocka_unit_test(every_declared_error_was_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
