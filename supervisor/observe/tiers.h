/* What this kernel lets us observe: each tier tried by really loading it, for `axe doctor`. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct error;

struct tier_report {
	const char *tier; /* "core" */
	char program[24]; /* "process_exit" */
	char attach_to[64]; /* "tp_btf/sched_process_exit" */
	bool required; /* the supervisor refuses to start without it */
	bool loaded;
	char reason[200]; /* why not, empty when loaded */
};

#define TIERS_ROOM 32 /* enough rows for every program of every tier */

/* Try every program of every tier by loading and attaching it, without leaving anything attached.
 * At most `room` rows are written; returns their number, or -errno when nothing can be tried (no
 * BTF, no privilege). Takes 50 ms when all is well; a tier that is refused is tried program by
 * program, 20 ms each. */
int tiers_probe(struct tier_report *rows, size_t room, struct error *error);
