/* The folders that jobs leave on disk, read back. */
#pragma once

#include <jansson.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

#define STATE_DIR_DEFAULT "/var/lib/axe"

struct error;

struct job_folder {
	uint64_t id;
	int directory;
	char path[PATH_MAX];
};

/* Close. NULL is fine. */
void job_folder_destroy(struct job_folder *folder);
DEFINE_CLEANUP(job_folder)

/* `state_dir` NULL: the default. -ENOENT says that there is no such job; -EACCES what is needed. */
int job_folder_open(
	const char *state_dir, uint64_t id, struct job_folder **ret_folder, struct error *error);

/* The folder of job `id` where a supervisor says that it is. 0 or -errno. */
int job_folder_open_path(const char *path, uint64_t id, struct job_folder **ret_folder);

/* The numbers of all jobs, ascending; freed by the caller. No state directory: no jobs. */
int job_folder_list(
	const char *state_dir, uint64_t **ret_ids, size_t *ret_count, struct error *error);

/*
 * What is known of the job as one object, a new reference: `job`, `name`, `state`, `outcome`,
 * `message`, `attempts`, `counts`, `assessments`, `directory`, `duration_ms`, `started`, `by`. A
 * job without results is made of what was written while it ran: its state is Incomplete, or, with
 * the status of its supervisor in `live` (may be NULL), Running.
 */
json_t *job_folder_read(const struct job_folder *folder, const json_t *live);

/* How many assessments its manifest has; 0: not known. */
size_t job_folder_planned(const struct job_folder *folder);

/* One line of its trace after another, until `each` returns non-zero, which is returned. The line
 * is borrowed. Broken lines (the last one of a killed supervisor, or of one that writes it just
 * now) are left out. */
int job_folder_each_line(const struct job_folder *folder, const char *file,
	int (*each)(const json_t *line, const char *text, void *data), void *data);

/* How much of the end of such a file is left out as torn. 0: nothing, or there is no such file. */
uint64_t job_folder_torn_bytes(const struct job_folder *folder, const char *file);

/* Open a file of one try: "stdout" or "stderr". Returns a descriptor or -errno. */
int job_folder_open_output(const struct job_folder *folder, unsigned attempt, unsigned index,
	unsigned try_number, const char *name);
