/* The folders that one try may write to: a temporary one, and one for its results. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "engine/pristine.h"

struct error;
struct job_context;
struct spares;
struct sweeper;
struct temps;

struct try_folders {
	int folder; /* of the try; -1: none */
	char *path; /* its absolute path */
	char *temp, *results; /* likewise, of what is in it; NULL: not made */
	struct pristine temp_made, results_made;
	bool temp_swept, results_swept; /* handed over already */
};

/* The descriptor of the try's folder is taken. */
void try_folders_init(struct try_folders *folders, int folder);
void try_folders_finish(struct try_folders *folders);

/* Make both for these credentials, and let another user than root come as far as there. */
int try_folders_make(struct try_folders *folders, const struct job_context *context, unsigned index,
	unsigned try_number, uid_t uid, gid_t gid, struct error *error);

/* They were made by a supervisor before us; the try's folder is open. */
void try_folders_find(struct try_folders *folders, const struct job_context *context,
	unsigned index, unsigned try_number);

/*
 * All of the try are dead: what is empty goes when the sweeper comes to it, beside all that is
 * still to be found out; what is as new is kept for the next try if there are to be `spares` (NULL:
 * none).
 */
void try_folders_sweep(struct try_folders *folders, struct spares *spares, struct sweeper *sweeper,
	bool keep_temp);

/* The try has ended: the temporary folder goes unless it is kept, the other one if it is empty. */
void try_folders_settle(
	struct try_folders *folders, struct temps *temps, struct sweeper *sweeper, bool keep_temp);
