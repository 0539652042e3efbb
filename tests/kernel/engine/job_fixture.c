/* A job run through the engine for real, with everything that it said kept for the test. */
#include "kernel/engine/job_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "base/error.h"
#include "model/manifest.h"
#include "record/store.h"
#include "support/patience.h"
#include "support/unit.h"

#define PATIENCE_NS (100 * NS_PER_SEC)

struct job_options fixture_options;
const struct cooperation_host *fixture_cooperation;
uint32_t fixture_ring_bytes, fixture_records;

static struct fixture *make_place(void)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	sigset_t children;

	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	sigprocmask(SIG_BLOCK, &children, NULL);
	memset(&fixture_options, 0, sizeof(fixture_options));
	strcpy(fixture->state_dir, "/var/tmp/axe-engine-XXXXXX");
	assert_non_null(mkdtemp(fixture->state_dir));
	fixture->events = json_array();
	assert_return_code(sd_event_new(&fixture->loop), 0);
	return fixture;
}

static void make_engine(struct fixture *fixture)
{
	struct engine_config config = {
		.stdin_fd = -1,
		.store = fixture->store,
		.cooperation = fixture_cooperation,
		.ring_bytes = fixture_ring_bytes,
		.records = fixture_records,
	};
	struct error error = { 0 };

	if (engine_create(fixture->loop, &config, &fixture->engine, &error) < 0)
		fail_msg("%s", error.text);
}

int fixture_setup(void **state)
{
	*state = make_place();
	make_engine(*state);
	return 0;
}

static int dispatch(sd_event_source *source, int fd, uint32_t events, void *data)
{
	store_dispatch(data);
	return 0;
}

int fixture_setup_with_store(void **state, const char *vfs)
{
	struct fixture *fixture = make_place();
	struct store_config config = { .state_dir = fixture->state_dir, .vfs = vfs };
	struct error error = { 0 };

	*state = fixture;
	if (store_open(&config, &fixture->store, &error) < 0)
		fail_msg("%s", error.text);
	assert_return_code(
		sd_event_add_io(fixture->loop, &fixture->dispatch, store_descriptor(fixture->store),
			EPOLLIN, dispatch, fixture->store),
		0);
	make_engine(fixture);
	return 0;
}

int fixture_teardown(void **state)
{
	struct fixture *fixture = *state;
	char command[128];

	job_destroy(fixture->job);
	engine_destroy(fixture->engine);
	sd_event_source_disable_unref(fixture->dispatch);
	store_close(fixture->store, NULL);
	sd_event_unref(fixture->loop);
	json_decref(fixture->events);
	json_decref(fixture->summary);
	json_decref(fixture->receipt);
	snprintf(command, sizeof(command), "rm -rf %s", fixture->state_dir);
	assert_int_equal(system(command), 0);
	free(fixture);
	return 0;
}

static void on_event(struct job *job, const json_t *event, void *data)
{
	struct fixture *fixture = data;

	json_array_append(fixture->events, (json_t *)event);
	if (fixture->react && !strcmp(text_at(event, "type"), fixture->react_to))
		fixture->react(fixture, event);
}

static void on_ended(struct job *job, axe_result code, const json_t *summary, void *data)
{
	struct fixture *fixture = data;

	fixture->code = code;
	fixture->summary = json_incref((json_t *)summary);
	fixture->ended = true;
}

static void on_terminated(axe_result code, const json_t *receipt, bool durable, void *data)
{
	struct fixture *fixture = data;

	fixture->answers++;
	fixture->answer = code;
	fixture->durable = durable;
	json_decref(fixture->receipt);
	fixture->receipt = json_incref((json_t *)receipt);
	fixture->ended_before_answer = fixture_count(fixture, "job.end") == 1;
}

axe_result fixture_terminate(struct fixture *fixture)
{
	return job_terminate(fixture->job, on_terminated, fixture);
}

static struct manifest *parse(const char *text)
{
	struct manifest_error error;
	struct manifest *manifest = NULL;
	char line[512], *json = strdup(text);
	json_t *source;

	for (char *quote = json; (quote = strchr(quote, '\''));)
		*quote = '"';
	source = json_loads(json, 0, NULL);
	assert_non_null(source);
	free(json);
	if (manifest_parse(source, &manifest, &error) < 0) {
		manifest_error_format(&error, NULL, line, sizeof(line));
		fail_msg("%s", line);
	}
	json_decref(source);
	return manifest;
}

static int reserve(struct fixture *fixture, const char *manifest, struct error *error)
{
	struct job_observer observer = { .event = on_event, .ended = on_ended, .data = fixture };

	fixture_options.state_dir = fixture->state_dir;
	return job_create(fixture->engine, parse(manifest), &fixture_options, &observer,
		&fixture->job, error);
}

void fixture_reserve(struct fixture *fixture, const char *manifest)
{
	struct error error = { 0 };

	if (reserve(fixture, manifest, &error) < 0)
		fail_msg("%s", error.text);
}

int fixture_try(struct fixture *fixture, const char *manifest, struct error *error)
{
	int code = reserve(fixture, manifest, error);

	if (code < 0)
		return code;
	code = job_start(fixture->job, error);
	if (code < 0) {
		job_discard(fixture->job);
		fixture->job = NULL;
	}
	return code;
}

void fixture_start(struct fixture *fixture, const char *manifest)
{
	struct error error = { 0 };

	if (fixture_try(fixture, manifest, &error) < 0)
		fail_msg("%s", error.text);
}

void fixture_until(struct fixture *fixture, bool (*holds)(struct fixture *fixture))
{
	uint64_t patience = clock_monotonic_ns() + patience_ns(PATIENCE_NS);

	while (!holds(fixture)) {
		if (clock_monotonic_ns() > patience)
			fail_msg("gave up waiting");
		assert_return_code(sd_event_run(fixture->loop, 1000000), 0);
	}
}

static bool has_ended(struct fixture *fixture)
{
	return fixture->ended;
}

void fixture_finish(struct fixture *fixture)
{
	fixture_until(fixture, has_ended);
}

void fixture_run(struct fixture *fixture, const char *manifest)
{
	fixture_start(fixture, manifest);
	fixture_finish(fixture);
}

const json_t *fixture_result(const struct fixture *fixture, unsigned index)
{
	const json_t *event;
	size_t i;

	json_array_foreach (fixture->events, i, event) {
		if (!strcmp(text_at(event, "type"), "assessment.end") &&
			number_at(event, "assessment") == (json_int_t)index)
			return json_object_get(event, "data");
	}
	fail_msg("assessment %u has no end", index);
	return NULL;
}

unsigned fixture_count(const struct fixture *fixture, const char *type)
{
	const json_t *event;
	unsigned count = 0;
	size_t i;

	json_array_foreach (fixture->events, i, event)
		count += !strcmp(text_at(event, "type"), type);
	return count;
}
