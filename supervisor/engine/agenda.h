/* Which assessment of a job may start next: the manifest's order, held back by `depends`. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

struct agenda;
struct manifest;

/* The manifest is borrowed; its dependencies have no cycles (manifest_parse sees to that). */
int agenda_create(const struct manifest *manifest, struct agenda **ret_agenda);
void agenda_destroy(struct agenda *agenda);
DEFINE_CLEANUP(agenda)

/* Take the lowest index whose predecessors have all ended; false: none now. */
bool agenda_take(struct agenda *agenda, size_t *ret_index);

/* Which one that would be, as far as is known now: the end of another may put a lower one before.
 */
bool agenda_next(struct agenda *agenda, size_t *ret_index);

/* It has ended, however: what waited for it only waited for the order. */
void agenda_done(struct agenda *agenda, size_t index);

/* Take the lowest index that was never taken, predecessors or not: for saying `not_run`. */
bool agenda_drop(struct agenda *agenda, size_t *ret_index);

/* Take that one; false: it was taken before. */
bool agenda_drop_one(struct agenda *agenda, size_t index);

/* Never taken so far. */
size_t agenda_left(const struct agenda *agenda);
