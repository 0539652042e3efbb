/* A job run through the engine for real, with everything that it said kept for the test. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <systemd/sd-event.h>

#include "engine/engine.h"
#include "engine/job.h"
#include "support/json_at.h"

struct fixture {
	sd_event *loop;
	struct engine *engine;
	struct job *job;
	struct store *store; /* NULL: none */
	sd_event_source *dispatch;
	char state_dir[64];
	json_t *events; /* all lifecycle lines */
	json_t *summary; /* of the ended job */
	axe_result code;
	bool ended;
	/* What a test does when an event of this type comes; NULL: nothing. */
	const char *react_to;
	void (*react)(struct fixture *fixture, const json_t *event);
	/* The answer of TerminateJob. */
	unsigned answers;
	axe_result answer;
	bool durable;
	json_t *receipt;
	bool ended_before_answer;
};

int fixture_setup(void **state);

/* The same with a store below the state directory; `vfs` NULL: SQLite's own file layer. */
int fixture_setup_with_store(void **state, const char *vfs);
int fixture_teardown(void **state);

/* Options of the next job; reset by setup. */
extern struct job_options fixture_options;

/* Of the next engine; NULL: none. */
struct cooperation_host;
extern const struct cooperation_host *fixture_cooperation;

/* Of the next engine; 0: as always. */
extern uint32_t fixture_ring_bytes, fixture_records;

/* Start a job of this manifest text (JSON with single quotes for readability). */
void fixture_start(struct fixture *fixture, const char *manifest);

/* Only give it a number: it waits for job_start. */
void fixture_reserve(struct fixture *fixture, const char *manifest);

/* The same as fixture_start for one that may be refused: 0, or -errno with the reason. */
struct error;
int fixture_try(struct fixture *fixture, const char *manifest, struct error *error);

/* Turn the loop until the job has ended (fails the test after 30 s). */
void fixture_finish(struct fixture *fixture);

/* Both. */
void fixture_run(struct fixture *fixture, const char *manifest);

/* Turn the loop until this holds (fails the test after 30 s). */
void fixture_until(struct fixture *fixture, bool (*holds)(struct fixture *fixture));

/* TerminateJob whose answer lands in the fixture. */
axe_result fixture_terminate(struct fixture *fixture);

/* The result object of assessment `index`, from its assessment.end. Borrowed. */
const json_t *fixture_result(const struct fixture *fixture, unsigned index);

/* How many events of a type there were. */
unsigned fixture_count(const struct fixture *fixture, const char *type);
