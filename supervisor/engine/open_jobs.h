/* The jobs that a successor would go on with, by their names in STATE_DIR/open: a start reads
 * those, and does not look into the folder of each job that there is. */
#pragma once

#include <stdint.h>

struct error;

/*
 * A name stands there before job_private.h's file is in the job's folder and goes behind it: each
 * such file has a name at any time. A name without a file is what is left of somebody who died in
 * between; it is nothing but a name, and the next start takes it away.
 *
 * The folder is put into its place once it has all names, so that it has them if it is there. Where
 * it is not, the last supervisor was of a build without it, or could not make it: then the folders
 * of all jobs are looked into, once. Should such a build come later and go again, what it left open
 * has no name: the store and the pins know that, too, and only a file whose remover was killed just
 * before stays where it is, until its job is purged.
 */
struct open_jobs;

/* -errno: the names that are there cannot be read, or the state directory cannot. */
int open_jobs_open(const char *state_dir, struct open_jobs **ret_open, struct error *error);

/* NULL is fine. */
void open_jobs_close(struct open_jobs *open_jobs);

/* Make the names where there are none. -errno: it does without, and so does the next start. */
int open_jobs_make(struct open_jobs *open_jobs, struct error *error);

/* Each that has the file; takes away the names of those that have not. `visitor` may remove. */
typedef void open_jobs_visitor(uint64_t job, void *data);
int open_jobs_each(
	struct open_jobs *open_jobs, open_jobs_visitor *visitor, void *data, struct error *error);

/* Before the file is made; a name that is there is fine. NULL: nobody goes on with anything. */
int open_jobs_add(struct open_jobs *open_jobs, uint64_t job, struct error *error);

/* Once the file has gone; a name that stays does no harm. NULL is fine. */
void open_jobs_remove(struct open_jobs *open_jobs, uint64_t job);
