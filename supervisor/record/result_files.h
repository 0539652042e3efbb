/* The whole files of a job's results, made side by side from one result after the other: of ten
 * thousand only the texts are ever in memory. */
#pragma once

#include <jansson.h>

#include "base/cleanup.h"
#include "record/replacement.h"

struct error;
struct result_files;

/* How they come into a folder: replacement_make, or replacement_put. */
typedef int result_files_writer(
	int directory, const struct replacement *files, size_t count, struct error *error);

/* `summary` is borrowed until they are written. */
int result_files_create(
	const json_t *summary, struct result_files **ret_files, struct error *error);
void result_files_destroy(struct result_files *files);
DEFINE_CLEANUP(result_files)

/* In the order of index and try; `result` is borrowed. */
void result_files_add(struct result_files *files, const json_t *result);

/* Takes `files`. With environment.json, whose text is borrowed; NULL: that stays as it is. */
int result_files_write(struct result_files *files, int directory, char *environment,
	result_files_writer *write, struct error *error);

/* The name of one of them; NULL behind the last. */
const char *result_files_name(size_t at);
