/* What a program finds around it: environment, directory, credentials, resource limits. */
#pragma once

#include "confine/spawn.h"

struct assessment;
struct error;
struct job_context;
struct limit_set;

#define SURROUNDINGS_RLIMITS 8

/* Owns what the plan points to; the group and stdio of the plan are the caller's to set. */
struct surroundings {
	struct spawn_plan plan;
	char **environment;
	unsigned environment_count;
	char *user, *home; /* NULL: the supervisor's own */
	gid_t *groups;
	struct spawn_rlimit rlimits[SURROUNDINGS_RLIMITS];
};

/* Where a program finds its supervisor and may write; what is NULL is not there. */
struct surroundings_places {
	const char *support, *temp, *results;
};

/* Whose credentials it gets; they are known from here on. */
int surroundings_init(struct surroundings *surroundings, const struct job_context *context,
	const struct assessment *assessment, struct error *error);

/* All the rest. */
int surroundings_prepare(struct surroundings *surroundings, const struct job_context *context,
	const struct assessment *assessment, const struct surroundings_places *places,
	const struct limit_set *set, unsigned index, unsigned try_number, struct error *error);

/* Harmless after any failure of the two. */
void surroundings_finish(struct surroundings *surroundings);
