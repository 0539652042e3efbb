/* A session over the fake engine and a real store, spoken to by a fuzzer. */
#pragma once

#include "unit/control/kept.h"

#include "control/varlink.h"

/* One store for all inputs: calls read it, and none writes. */
static inline void fuzz_open_store(void)
{
	static bool open;

	if (open)
		return;
	open = true;
	json_object_seed(1); /* the same input takes the same way */
	kept_open();
	keep_events(1, "job.begin", 3);
	keep_events(2, "job.end", 3);
	atexit(kept_close);
}

/* Every reply is an object, and every error one that was declared. */
static inline void fuzz_read(struct client *client)
{
	while (frame_receive(&client->inbox, client->fd) > 0) {
		json_t *message;

		while (frame_next(&client->inbox, &message) == 1) {
			assert_true(json_is_object(json_object_get(message, "parameters")));
			if (json_object_get(message, "error"))
				idl_check_error(message);
			json_decref(message);
		}
	}
}

/* What the jobs and the kernel would do meanwhile. */
static inline void fuzz_settle(struct client *client)
{
	do
		fuzz_read(client);
	while (sd_event_run(client->bench->loop, 0) > 0);
	fuzz_read(client);
}

static inline void fuzz_end_jobs(struct client *client)
{
	for (unsigned index = 0; index < FAKE_JOBS; index++)
		if (fake.jobs[index] && fake.jobs[index]->started && !fake.jobs[index]->ended)
			fake_end_job(fake.jobs[index], S_OK);
	fuzz_settle(client);
}

static inline void fuzz_send(struct client *client, const char *bytes, size_t size)
{
	while (size) {
		ssize_t sent = send(client->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0 && errno != EAGAIN)
			return;
		bytes += sent < 0 ? 0 : sent;
		size -= sent < 0 ? 0 : (size_t)sent;
		fuzz_settle(client);
		/* Calls wait behind an open one; a job that ends lets them pass. */
		if (sent < 0)
			fuzz_end_jobs(client);
	}
}

/* A supervisor with a job that runs, to be steered, and a client. */
static inline void fuzz_open(struct client *client, struct client *runner)
{
	struct supervisor_config config = { .slots = 2, .pending_max = 2 };
	void *state = NULL;

	fuzz_open_store();
	config.engine.store = kept.store;
	bench_setup_with(&state, &config);
	client_connect(runner, state);
	client_start_job(runner);
	client_connect(client, state);
}

static inline void fuzz_close(struct client *client, struct client *runner)
{
	void *state = client->bench;

	fuzz_settle(client);
	fuzz_end_jobs(client);
	client_hang_up(client);
	client_hang_up(runner);
	bench_teardown(&state);
}
