/*
 * The files of jobs that have ended, on their way to the disk: behind the answer.
 *
 * Theory of operation
 *
 * Whoever was told of a job's end finds its results after a power cut. The store is synced before
 * anybody is told, and has all that results.json, junit.xml and results.tap say: the events of the
 * assessments and of the end, and the manifest. What it lacks goes into a row of `unsynced` with
 * the event of the end: environment.json, and who never ran. So these four are only written before
 * the answer, whole, and synced behind it, and then the row goes. Each point at which all may end:
 *
 *   before the event is in the trace   the job has not ended: whoever goes on with it, or ends it,
 *                                      writes them again, synced (job_end.c, orphan_end.c);
 *   before it is in the store          likewise, as the trace has it (adoption_store.c);
 *   before the row goes                the next supervisor makes them again from the store, whether
 *                                      they are torn or not (remake.c);
 *   after                              they are on the disk.
 *
 * A sync keeps the disk from those who wait for it, above all the jobs that follow one another. So
 * the files wait until no job has ended for 50 ms; for half a second at the most, and only half as
 * many as may wait at all.
 *
 * What a sync refuses keeps its row, too. A supervisor without a store syncs before it answers, and
 * so does one of which as many files as it keeps in mind wait for the disk. Never synced are
 * results.ndjson, the trace and what programs write.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct store;
struct syncer;

/* `store` (NULL: there is never room) is borrowed and must outlive it. */
int syncer_create(sd_event *loop, struct store *store, struct syncer **ret_syncer);

/* What was handed over is still synced. NULL is fine. */
void syncer_destroy(struct syncer *syncer);

/* Whether another job's files may wait. */
bool syncer_has_room(const struct syncer *syncer);

/* When those that wait are to be synced of which the first and the last ended then. */
uint64_t syncer_due_ns(uint64_t first_ns, uint64_t last_ns, size_t count);

/* The files of this attempt in the job's folder (taken; negative: their row stays). */
void syncer_take(struct syncer *syncer, uint64_t job, unsigned attempt, int folder);
