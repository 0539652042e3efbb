/* What this kernel lets us observe: each tier tried by really loading it, for `axe doctor`. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct tier_report {
	const char *tier; /* "core" */
	const char *program; /* "process_exit" */
	const char *attach_to; /* "tp_btf/sched_process_exit" */
	bool required; /* the supervisor refuses to start without it */
	bool loaded;
	char reason[200]; /* why not, empty when loaded */
};

/* Try every program of every tier, each alone, without leaving anything attached. At most `room`
 * rows are written; returns their number, or -errno when nothing can be tried (no BTF, no
 * privilege). */
struct error;
int tiers_probe(struct tier_report *rows, size_t room, struct error *error);
