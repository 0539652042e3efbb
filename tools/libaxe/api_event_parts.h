/* The inside of an event. */
#pragma once

#include <jansson.h>

#include "libaxe/api_event.h"

struct axe_event {
	axe_event_kind kind;
	json_t *json; /* owned, as are the texts that do not stand in it */
	char *text;
	char *name;
	char *result_path;
	axe_errors *errors;
	uint64_t sequence, job;
	uint32_t assessment;
	axe_result code;
	bool exited;
	int status, signal;
	const char *verdict;
	const char *progress_type, *progress_message;
	int64_t progress_value;
	struct event_counts counts;
};
