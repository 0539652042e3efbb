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
	char *home;
	gid_t *groups;
	struct spawn_rlimit rlimits[SURROUNDINGS_RLIMITS];
};

/* On failure there is nothing to finish, but surroundings_finish is harmless. */
int surroundings_prepare(struct surroundings *surroundings, const struct job_context *context,
	const struct assessment *assessment, const struct limit_set *set, unsigned index,
	unsigned try_number, struct error *error);
void surroundings_finish(struct surroundings *surroundings);
