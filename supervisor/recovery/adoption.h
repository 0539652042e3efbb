/* The inside of going on with a job, for the files that together do it. */
#pragma once

#include "engine/job_parts.h"
#include "recovery/history.h"
#include "recovery/left.h"

struct adoption {
	struct job *job;
	struct left *left;
	struct history history;
};

static inline enum verdict verdict_of_result(const json_t *result)
{
	const char *name = json_string_value(json_object_get(result, "verdict"));
	enum verdict verdict = VERDICT_ERROR;

	if (name)
		verdict_from_name(name, &verdict);
	return verdict;
}

static inline struct history_task *adoption_task(struct adoption *adoption, size_t index)
{
	return &adoption->history.tasks[index];
}

/* adoption_replay.c: what its trace and its intents tell of the job as a whole. */
void adoption_replay(struct adoption *adoption);
/* Results that were written, and those of whose writing only the trace knows. */
int adoption_take_results(struct adoption *adoption, struct error *error);

/* adoption_tries.c: each try that had begun and not ended. */
int adoption_take_tries(struct adoption *adoption, struct error *error);

/* adoption_store.c: the events that the trace has and the store has not, with their rows. */
int adoption_catch_up(struct adoption *adoption, struct error *error);
