/* What a whole file of a job's results is made by, from one result after the other. */
#pragma once

#include <jansson.h>

struct result_format {
	const char *name; /* of the file */

	/* `summary` ({"job", "name", "outcome", ...}) is borrowed until the end. NULL: no memory.
	 */
	void *(*begin)(const json_t *summary);

	/* In the order of index and try. `result` is borrowed. */
	void (*add)(void *document, const json_t *result);

	/* Takes the document. The whole text, to be freed; NULL: there was no memory for it. */
	char *(*end)(void *document);
};
