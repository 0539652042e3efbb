/* What a successor of the supervisor needs to go on with a job, and nobody else may read. */
#pragma once

struct error;
struct job;

#define JOB_PRIVATE_NAME ".supervisor.json"

/*
 * Whoever finds it takes the job up again, and whoever does not has the store alone. So it goes
 * behind what it is needed for, and has a name in open_jobs.h for as long as it is there:
 *
 *   a job begins          its group and intent, the name, the file, the first line of the trace
 *   a job ends            results, job.end in the trace, job.end in the store, the file, the name,
 *                         the pins
 *   job.end is traced     what the store has not, once the store has it the file (unclosed.c)
 *   nobody can go on      what the store has not, once the store has it the file, then job.end in
 *                         the trace and in the store (orphan_end.c): else that would be taken for a
 *                         supervisor's own, and a job of the queue not be queued again
 *   neither               likewise, with the first start that finds it (unclosed.c)
 */

/*
 * Write it into the job's folder before anybody is born: the manifest with all its values, the
 * client's environment, the owner, the deadlines. Without waiting for the disk: it is for a
 * supervisor of the same boot.
 */
int job_private_write(const struct job *job, struct error *error);

/* Fill the manifest, the environment, the owner, the deadlines and the times of a job that has its
 * folder. -ENOENT: the job was not begun, or has ended. */
int job_private_read(struct job *job, struct error *error);

/* The job has ended. Missing is fine. */
void job_private_remove(const struct job *job);
