/* All that the start of a job needs of the store. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/identity.h"
#include "model/state.h"

struct entry;
struct error;
struct manifest;
struct queue;

struct preparation {
	struct manifest *manifest; /* owned */
	enum state *tasks; /* owned */
	struct identity identity; /* owned */
	bool has_identity;
	const char **environment; /* owned; its words are those of `asked` */
	json_t *asked; /* owned */
	unsigned next; /* task to be read */
};

/* Into one that is all 0; to be finished on failure, too. */
int preparation_read(struct queue *queue, const struct entry *entry,
	struct preparation *preparation, struct error *error);
void preparation_finish(struct preparation *preparation);
