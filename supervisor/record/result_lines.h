/*
 * The lines of results.ndjson: one as each assessment ends, read back for the whole files. What is
 * on the disk is not kept in memory as well: a job may have as many results as it likes.
 */
#pragma once

#include <jansson.h>

#include "base/cleanup.h"

#define RESULT_LINES_NAME "results.ndjson"

struct error;
struct result_lines;

/* `directory` is borrowed for the call. -EEXIST: there are lines already. */
int result_lines_create(int directory, struct result_lines **ret_lines, struct error *error);

/* Go on with those that are there: half a line at the end is cut. */
typedef void result_lines_visitor(const json_t *result, void *data);
int result_lines_reopen(int directory, result_lines_visitor *seen, void *data,
	struct result_lines **ret_lines, struct error *error);

/* NULL is fine. */
void result_lines_destroy(struct result_lines *lines);
DEFINE_CLEANUP(result_lines)

/* A result whose line could not be written is kept in memory, as it is then: it is shared. */
int result_lines_add(struct result_lines *lines, json_t *result, struct error *error);

/*
 * All that were added, in the order of their index and try, one at a time: each is borrowed for its
 * visit. A line that is no longer the one that was written, whoever changed it, is not among them:
 * -EIO, and the others are visited all the same.
 */
int result_lines_visit(
	struct result_lines *lines, result_lines_visitor *visit, void *data, struct error *error);
