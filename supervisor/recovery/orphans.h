/* The jobs that the store has as waiting or running though their supervisor is dead: each gets its
 * end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "record/store_row.h"

struct error;
struct store;

/* A job of a dead supervisor, with copies of its texts. */
struct orphan {
	struct store_job job;
	char *name;
	bool rebooted; /* the host has, since it ran */
	bool again; /* its queue will run it again: kept with its end, for who comes after us */
};

struct orphan_set {
	struct orphan *all; /* owned, with their names */
	size_t count;
};

/* Copy what a reader of the store lends. -ENOMEM: the set is as it was. */
int orphan_set_add(struct orphan_set *set, const struct store_job *row);
void orphan_set_finish(struct orphan_set *set);

/* How long a start waits for the disk to have what became of them. */
#define ORPHANS_STORE_MOST_NS (5 * NS_PER_SEC)

/*
 * At the start of the supervisor for whom `state_dir` is locked, before it answers anybody. What
 * ran ends as `error` (AXE_E_ASSESSMENT_COULD_NOT_FINISH), what waited as not_run, and the job with
 * AXE_E_INTERNAL_ERROR, its error list saying that its supervisor ended; where its results were
 * written whole, the end that they tell. In the store, with its events, and in the job's folder.
 * What cannot be written is logged; -errno when the store cannot even be read. Those that `lives`
 * knows are no orphans.
 */
typedef bool orphan_lives(uint64_t job, void *data);
int orphans_end(struct store *store, const char *state_dir, orphan_lives *lives, void *data,
	struct error *error);

/* orphan_end.c: one of them. */
int orphan_end(struct store *store, int state, struct orphan *orphan, struct error *error);
