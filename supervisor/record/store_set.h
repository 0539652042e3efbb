/* One change set on its way to the disk: a copy of what was submitted, and who wants to know. */
#pragma once

#include "base/list.h"
#include "record/store.h"

struct store_set;

struct store_set {
	struct list_link live; /* store::live; the loop's alone */
	struct list_link link; /* store_writer::queue, then ::batch, then ::written */
	struct list_link delayed; /* store_writer::delayed */
	store_done *done; /* these two are the loop's alone */
	void *data;
	int delay; /* from here on: the writer's until it is written; why it was not at first */
	int refusal; /* the rows contradict the store: -errno */
	uint64_t first_seq;
	size_t event_count; /* from here on: never changed */
	size_t bytes;
	bool patient; /* nobody waits for it */
	size_t count;
	struct store_change changes[]; /* and behind them their texts */
};

/* -EINVAL: a field that must be there is not; -EMSGSIZE: a text is too long; -ENOMEM. */
int store_set_create(const struct store_change *changes, size_t count, struct store_set **ret_set,
	struct error *error);

/* What became of it, to whoever wants to know. */
void store_set_tell(const struct store_set *set, int code, bool final);

/* In no list. NULL is fine. */
void store_set_destroy(struct store_set *set);

/* All that hang in a list by store_set::link. */
void store_set_destroy_all(struct list_link *sets);
