/* A supervisor with one slot and few places to wait for it. */
#pragma once

#include "unit/control/bench.h"

#define WAITING_MAX 3
#define TICKET_SIZE 40
#define EXECUTE_WITH(options)                                                                      \
	"{\"method\":\"io.axe.Engine.ExecuteJob\",\"more\":true,\"parameters\":{" MANIFEST         \
	",\"options\":{" options "}}}"

/* One slot, few places to wait. */
static inline int queue_setup(void **state)
{
	const struct supervisor_config config = { .slots = 1, .pending_max = WAITING_MAX };

	return bench_setup_with(state, &config);
}

/* Reads its job.pending. */
static inline void client_wait(struct client *client, struct bench *bench, char ticket[TICKET_SIZE])
{
	auto_json parameters = NULL;
	const json_t *event;

	client_connect(client, bench);
	client_send(client, EXECUTE_MORE);
	parameters = client_expect(client, true);
	event = json_object_get(parameters, "event");
	assert_string_equal("job.pending", text_of(event, "type"));
	assert_int_equal(number_of(parameters, "job"), number_of(event, "job"));
	snprintf(ticket, TICKET_SIZE, "%s", text_of(parameters, "ticket"));
}

static inline json_int_t client_read_start(struct client *client)
{
	auto_json parameters = client_expect(client, true);

	return number_of(parameters, "job");
}

/* Its withdrawal: job.end, then the last answer. */
static inline void client_read_withdrawal(struct client *client)
{
	auto_json last = client_expect(client, true);
	auto_json answer = NULL;
	const json_t *event = json_object_get(last, "event");

	assert_string_equal("job.end", text_of(event, "type"));
	assert_string_equal("canceled", text_of(json_object_get(event, "data"), "outcome"));
	answer = client_expect(client, false);
	assert_string_equal("canceled", text_of(answer, "outcome"));
	assert_int_equal(AXE_E_JOB_CANCELED, number_of(answer, "code"));
}

#define queue_test(name) cmocka_unit_test_setup_teardown(name, queue_setup, bench_teardown)
