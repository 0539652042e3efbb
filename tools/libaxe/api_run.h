/* One execution of one job, as its engine sees it: from the supervisor's first word to job.end. */
#pragma once

#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "axe/engine.h"
#include "base/cleanup.h"

struct error;
struct rescue;

/* What is not said to be under a lock belongs to who has the engine's turn. */
struct run {
	unsigned references; /* under the engine's lock, as are all up to `line` */
	uint64_t number; /* 0: none yet */
	char *directory, *socket, *ticket; /* NULL: none yet, or none at all */
	bool begun; /* job.begin was handled */
	bool ended; /* job.end is known: nothing is left to be steered */
	bool handling_end; /* the handler of job.end runs */
	bool over; /* and it has returned */
	axe_result code; /* once ended */
	axe_errors *errors; /* so far; once ended all */
	int line; /* a copy of the conversation's descriptor, closed at the end; -1: daemon's */

	const axe_job *job; /* held; NULL once ended */
	uint64_t kill_deadline_ns; /* of our own kill */
	json_t *end_event, *summary, *results;
	uint32_t *open; /* assessments that began and have not ended */
	size_t open_count, open_room;

	pthread_mutex_t rescue_lock; /* over all below */
	struct rescue *rescue; /* NULL: not ours to end, or no group is known */
	bool rescued;
	unsigned survivors;
};

/* It holds the job. NULL: out of memory; then nothing is held. */
struct run *run_create(const axe_job *job);

/* Only for who dropped the last reference. */
void run_destroy(struct run *run);

/* Under the engine's lock: what the supervisor says of a job that it took in. */
bool run_take_start(struct run *run, const json_t *first);

/* Hold the group of a job whose supervisor is ours. */
void run_hold_group(struct run *run, const char *group);

/* An assessment begins or ends. False: out of memory, or it has not begun. */
bool run_begin_assessment(struct run *run, uint32_t index);
bool run_end_assessment(struct run *run, uint32_t index);

/* The supervisor is dead: end the group, once. How many processes survived; what is not known to be
 * dead counts as one, and `error` (may be NULL) says why. */
unsigned run_rescue(struct run *run, struct error *error);
