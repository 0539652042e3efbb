/* The living of a ledger: found by key, visited in the order of their birth. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"
#include "observe/ledger.h"

struct words;

struct member {
	struct ledger_process process; /* the first: a key is compared as a member */
	struct words *words; /* behind process.argv */
	struct list_link link; /* living::births */
};

struct living {
	struct list_link births; /* oldest first */
	void *by_key; /* a tree of <search.h> */
	size_t count;
};

void living_init(struct living *living);
void living_finish(struct living *living);

struct member *living_find(const struct living *living, const struct axe_process_key *key);

/* A member of nobody yet, with what it inherits from its parent. The caller's, to be admitted or
 * destroyed. NULL: no memory. */
struct member *member_create(const struct living *living, const struct ledger_process *process);
void member_destroy(struct member *member);

/* The words become the member's, in place of those it had. NULL is fine. */
void member_set_words(struct member *member, struct words *words);

/* False when there is no memory: the member stays the caller's. */
bool living_admit(struct living *living, struct member *member);

/* The member becomes the caller's. */
void living_dismiss(struct living *living, struct member *member);
