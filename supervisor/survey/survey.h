/*
 * What the host looked like before, and what is not as it was: mounts, IPC objects, knobs and all
 * else that outlives the processes that made it. (KERNEL section 6 of the design lists the ranks.)
 *
 * A picture is taken by a set of sources (survey/source.h), each of which knows one kind of object;
 * two pictures are compared object by object, and each difference is explained by its source.
 */
#pragma once

#include <jansson.h>

#include "base/cleanup.h"

struct error;
struct picture;
struct survey_host;
struct survey_source;
struct survey_suspects;

/*
 * Look at everything. A source that could not look is named in the picture with its reason, and a
 * comparison repeats that instead of finding nothing. NULL: out of memory.
 */
struct picture *picture_take(const struct survey_host *host);

/*
 * What one picture of a host leaves for the next: most of a host is as it was, and need not be
 * looked at in detail to know that. For one thread at a time, and always the same host.
 */
struct survey_memory;
struct survey_memory *survey_memory_create(void); /* NULL: out of memory */
void survey_memory_destroy(struct survey_memory *memory); /* NULL is fine */
/* What it has of that source, one that is `remembered`, may not be so any more. */
void survey_memory_doubt(struct survey_memory *memory, const struct survey_source *source);
/* NULL: nothing was remembered, and nothing will be. */
struct picture *picture_take_again(const struct survey_host *host, struct survey_memory *memory);

/*
 * The same part by part, in any order, or each by a thread of its own at the same time. Only all
 * of them together are a picture. 0 or -ENOMEM.
 */
#define PICTURE_PARTS 2
struct picture *picture_create(void); /* NULL: out of memory */
int picture_look(struct picture *picture, unsigned part, const struct survey_host *host,
	struct survey_memory *memory);

/* NULL is fine. */
void picture_destroy(struct picture *picture);
DEFINE_CLEANUP(picture)

/* The most findings of one source that are told one by one; of more only their number is told. */
#define SURVEY_FINDINGS_MAX 100

/*
 * Compare. An array of findings as finding_json writes them, each with its "source" and its "key"
 * and the facts "before" and "after" (null: not there); sources that could not look, or that had
 * more to say, are rows of kind "incomplete". A new reference; NULL: out of memory.
 */
json_t *survey_compare(const struct picture *before, const struct picture *after,
	const struct survey_suspects *suspects);

/*
 * Look again, now, and drop what nobody is blamed for and what is no longer there: on a host where
 * others live a picture catches what they have for a moment, too. What could not be looked at again
 * stays. 0 or -ENOMEM.
 */
int survey_look_again(const struct survey_host *host, json_t *findings);

/*
 * Whether the object of a finding (as survey_compare wrote it) is still as it was left. 1: it is;
 * 0: it has changed again since, or is gone; -errno: that cannot be known.
 */
int survey_check(const struct survey_host *host, const json_t *finding, struct error *error);
