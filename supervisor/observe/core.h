/* The kernel half as descriptors: its maps, and the links that keep its programs attached. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct old_ring;
struct probe_config;

enum core_map {
	CORE_SLOTS,
	CORE_INTENTS,
	CORE_GROUPS,
	CORE_PROCESSES,
	CORE_EVENTS,
	CORE_MAPS,
};

#define CORE_LINKS_MAX 16
#define CORE_NAME_MAX  24

struct core_link {
	int fd;
	char program[CORE_NAME_MAX];
};

struct core {
	int maps[CORE_MAPS];
	struct core_link links[CORE_LINKS_MAX];
	size_t links_count;
	/* Of the set that this one replaced, until it is drained; owned; NULL: there is none. */
	struct old_ring *old_ring;
};

/* All closed. */
void core_init(struct core *core);

/* Load and attach: all of it, or nothing and an error that names what the kernel refused. */
int core_load(const struct probe_config *config, struct core *ret_core, struct error *error);

/* Is each link still what holds a program of ours? 0, or -ENOENT with the first that is not. */
int core_check(const struct core *core, struct error *error);

/* Does this descriptor lead to a link with a program? */
bool core_link_holds(int fd);

/* Does it count in axe_slot::lock_calls whatever may leave a lock behind? */
bool core_counts_locks(const struct core *core);

/* What is not pinned ends with this. */
void core_close(struct core *core);

/* The name of a map, in the kernel and as a pin. */
const char *core_map_name(enum core_map map);

/* A number that two builds of the programs share only when they are the same, for all one knows. */
uint64_t core_code(void);
