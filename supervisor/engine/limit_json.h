/* Limits as a person and a program read them: what was asked, where it is kept, what it showed. */
#pragma once

#include <jansson.h>

struct hierarchy;
struct limit_set;
struct limit_usage;
struct limits;

/* [{"name", "value", "set_as", "hierarchy", "caveat"?}] of all that are set. A new reference. */
json_t *limits_json(const struct hierarchy *hierarchy, const struct limits *limits);

/*
 * Add {"kind": "limit", "limit", "value", "text"} for each limit that was skipped or is shown to be
 * exceeded, in the latter case with the counters of "usage" that show it, as "evidence".
 */
void limit_warnings_add(json_t *warnings, const struct limits *limits, const struct limit_set *set,
	const struct limit_usage *usage);

/* "usage" of a result; what was not measured is null. A new reference. */
json_t *limit_usage_json(const struct limit_usage *usage);
