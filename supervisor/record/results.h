/* The results of one job: a line as each assessment ends, whole files once at the end. */
#pragma once

#include <jansson.h>

#include "base/cleanup.h"
#include "record/result_lines.h"

struct error;
struct results;

int results_create(int directory, struct results **ret_results, struct error *error);

/* Go on with the lines that a dead supervisor wrote: half a line at the end is cut. `seen` is told
 * of each whole one, in the order of the file. */
typedef result_lines_visitor results_visitor;
int results_reopen(int directory, results_visitor *seen, void *data, struct results **ret_results,
	struct error *error);
void results_destroy(struct results *results);
DEFINE_CLEANUP(results)

/*
 * Append one assessment's result (name, index, try, verdict, ...) to results.ndjson. A result whose
 * line could not be written is among those of results_finish all the same. `result` is borrowed,
 * and may be shared: it must not change afterwards.
 */
int results_add(struct results *results, json_t *result, struct error *error);

/*
 * Write results.json ({"v":1, "job", ..., "assessments":[...]}: `summary` with the assessments
 * added, read back from their lines), junit.xml and results.tap, and environment.json with the text
 * that is given (borrowed; NULL: it stays), each aside, synced, renamed. All are tried; the first
 * that failed is told.
 */
int results_finish(
	struct results *results, json_t *summary, char *environment, struct error *error);

/*
 * The same, but nothing of it is synced: results_sync does that, with whatever was put there before
 * of these names. *ret_not_run: the indexes of those that never ran, of whom no event tells; a new
 * array, only on success.
 */
int results_put(struct results *results, json_t *summary, char *environment, json_t **ret_not_run,
	struct error *error);

/* Also where the next attempt has put them away. Blocks. -ENOENT: one of the four is not there. */
int results_sync(int directory, unsigned attempt, struct error *error);

/*
 * For the job of a supervisor that died. The lines of results.ndjson below `directory`, whole ones
 * only, in the order of index and try: a new array, which may be empty.
 */
json_t *results_read_lines(int directory);

/* Write the whole files as results_finish does, with these `assessments` in any order. All are
 * borrowed. */
int results_write(int directory, json_t *summary, json_t *assessments, char *environment,
	struct error *error);
