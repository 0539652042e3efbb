/* What a person sees while a job runs. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/terminal.h"

enum progress_mode {
	PROGRESS_NONE,
	PROGRESS_FAILURES, /* only what went wrong */
	PROGRESS_LINES, /* START and END, and a heartbeat each minute */
	PROGRESS_LIVE, /* a line that changes, for a terminal */
};

struct progress {
	enum progress_mode mode;
	struct terminal terminal;
	int directory; /* of the job, for the tails of outputs; -1: not known */
	long long planned, done;
	unsigned drawn; /* lines of the live display that stand on the screen */
	uint64_t begun_ns;
	json_t *running; /* name by index, as the events told; owned */
};

/* The stream is borrowed. */
void progress_init(struct progress *progress, enum progress_mode mode, FILE *stream);
void progress_finish(struct progress *progress);

/* The job has a folder: its outputs can be shown. `directory` is borrowed. */
void progress_started(struct progress *progress, const json_t *first, int directory);

/* A lifecycle event. */
void progress_event(struct progress *progress, const json_t *event);

/* The answer of GetStatus. */
void progress_status(struct progress *progress, const json_t *status);

/* A minute has passed. */
void progress_beat(struct progress *progress);

/* Take the live display off the screen, so that something else can be said. */
void progress_clear(struct progress *progress);
