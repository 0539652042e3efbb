/* The folder of one job: its number, its files, and who may read them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

struct error;
struct jobdir;

/*
 * Reserve the next free number below STATE_DIR/jobs by mkdir (a number is never reused: the highest
 * that ever existed is kept in a file of the state directory) and open the new folder. Makes the
 * state directory itself when absent (0755, jobs 0755, a job 0750).
 */
int jobdir_create(const char *state_dir, struct jobdir **ret_jobdir, struct error *error);

/*
 * The same for several at once, whose folders are not opened; all or none. With a group as by
 * jobdir_show; NULL: as they are.
 */
int jobdir_reserve(const char *state_dir, size_t count, const gid_t *group, uint64_t *ret_ids,
	struct error *error);

/* Open the folder of a job that a supervisor before us began. -ENOENT: it is gone. */
int jobdir_open(
	const char *state_dir, uint64_t id, struct jobdir **ret_jobdir, struct error *error);

/* Close. The folder stays. NULL is fine. */
void jobdir_destroy(struct jobdir *jobdir);
DEFINE_CLEANUP(jobdir)

/* Remove the folder and all of it: for a job that could not be started. Closes too. NULL is fine.
 */
void jobdir_discard(struct jobdir *jobdir);

/*
 * Let a group look at all that will be made in the folder: it is root's with the mode 2750, so that
 * files and folders below get that group, too, and nobody else can enter.
 */
int jobdir_show(struct jobdir *jobdir, gid_t group, struct error *error);

uint64_t jobdir_id(const struct jobdir *jobdir);
const char *jobdir_path(const struct jobdir *jobdir); /* absolute */
int jobdir_descriptor(const struct jobdir *jobdir);

/* Make and open ATTEMPT/INDEX.TRY below the job. Returns a descriptor or -errno. */
int jobdir_make_try(struct jobdir *jobdir, unsigned attempt, unsigned index, unsigned try_number,
	struct error *error);

/* Open that folder again. Returns a descriptor or -errno. */
int jobdir_open_try(struct jobdir *jobdir, unsigned attempt, unsigned index, unsigned try_number,
	struct error *error);

/* Remove it with all that is in it: of a try that nobody was born in. Missing is fine. An empty one
 * goes though no descriptor is free. */
void jobdir_discard_try(
	struct jobdir *jobdir, unsigned attempt, unsigned index, unsigned try_number);
