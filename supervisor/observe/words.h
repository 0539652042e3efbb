/* An argv as it was captured at an exec, shared by the process and the children that inherit it. */
#pragma once

#include <stdint.h>

struct axe_event_exec;

struct words {
	uint32_t holders;
	uint32_t size; /* of the whole block in the process */
	uint32_t captured; /* bytes of it below */
	char bytes[];
};

/* One holder. NULL when there is no memory or nothing was captured. */
struct words *words_create(const struct axe_event_exec *exec);

/* One holder more; returns `words`. NULL is fine. */
struct words *words_hold(struct words *words);

/* The last holder frees. NULL is fine. */
void words_release(struct words *words);
