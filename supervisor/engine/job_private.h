/* What a successor of the supervisor needs to go on with a job, and nobody else may read. */
#pragma once

struct error;
struct job;

#define JOB_PRIVATE_NAME ".supervisor.json"

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
