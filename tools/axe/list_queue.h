/* The jobs of a daemon's queue, page by page. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "axe/output.h"
#include "cli/options.h"

struct connection;

struct list_query {
	const char *owner; /* a user's name or number; NULL: all */
	const char *page; /* where a listing before ended; NULL: the newest */
	const char *limit; /* of one page; NULL: 100 */
	struct option_list states; /* none: all */
	bool all; /* every page */
};

/* The first option that only a queue understands; NULL: none was given. */
const char *list_query_given(const struct list_query *query);

/* List the jobs. The exit code; what went wrong was said. `*ret_lacking` (then 0 is returned): the
 * supervisor has no queue, and nothing was printed. */
int list_queue(struct connection *connection, const struct list_query *query,
	enum output_format format, bool *ret_lacking);
