/* What a job lends to each of its assessments while they run. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "ending/killing.h"

struct cradle;
struct engine;
struct identity;
struct jobdir;
struct manifest;
struct spares;
struct trace;
struct trace_line;
struct view;

struct job_context {
	struct engine *engine;
	uint64_t job;
	unsigned attempt;
	const struct manifest *manifest;
	struct jobdir *jobdir;
	struct trace *trace;
	struct killing_deadlines deadlines;
	const char *const *environment; /* the client's, for `environment_inherited`; or NULL */
	struct cradle *ahead; /* what is laid for the next one; NULL: nothing ever is */
	struct spares *spares; /* what one that ends leaves to the next; NULL: there is none */
	const struct identity *owner; /* as whom all of it runs; NULL: the supervisor's own user */
	/*
	 * What the host looks like before what starts now; NULL: nobody looked, or it could not be
	 * found out, as the findings in `unseen` (NULL: none) say.
	 */
	struct view *before;
	json_t *unseen;
	/* Write a lifecycle line and tell the observer. */
	void (*emit)(const struct trace_line *line, void *data);
	void *data;
};
