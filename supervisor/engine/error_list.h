/* What went wrong with a job or an assessment: a bounded list whose last entry is the verdict. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "axe/result.h"

#define ERROR_LIST_MOST          1000
#define ERROR_LIST_NO_ASSESSMENT (-1)

enum error_kind { ERROR_KIND_INFO, ERROR_KIND_WARNING, ERROR_KIND_ERROR };

struct error_entry {
	enum error_kind kind;
	axe_result code;
	const char *text; /* NULL: that of the code; bytes that are no UTF-8 are escaped */
	int64_t assessment; /* index, or ERROR_LIST_NO_ASSESSMENT */
};

/* All zero is an empty list. */
struct error_list {
	json_t *entries; /* owned; NULL: none yet */
	uint64_t more; /* that found no room */
};

void error_list_finish(struct error_list *list);

/* What finds no room is only counted. */
void error_list_add(struct error_list *list, const struct error_entry *entry);

/* The same with entries as error_list_json gives them; NULL: none. */
void error_list_extend(struct error_list *list, const json_t *entries);

/*
 * All of it as [{"kind", "code", "name", "text", "assessment"?}], oldest first; how many were left
 * out is said before `last`, which always has room and may be NULL: nothing failed. A new
 * reference.
 */
json_t *error_list_json(const struct error_list *list, const struct error_entry *last);
