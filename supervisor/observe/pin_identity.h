/* What a set of pins says of itself: whether a supervisor may go on with it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "observe/core.h"

struct error;
struct probe_config;

/* The value of a pinned array of one entry. Its size is part of the contract, too. */
struct pin_identity {
	uint32_t abi; /* AXE_ABI_VERSION */
	uint32_t layout; /* of the shared structures, should a change have forgotten the version */
	uint32_t watch_level;
	uint32_t slots;
	uint32_t records;
	uint32_t ring_bytes;
	uint64_t code; /* core_code() */
	uint64_t generation; /* supervisors that used the set, from 1 */
	char boot_id[40];
	uint32_t links_count;
	uint32_t padding;
	char programs[CORE_LINKS_MAX][CORE_NAME_MAX];
};

/* A map with the identity of a half that was just loaded; the caller pins it. */
int pin_identity_make(const struct probe_config *config, const struct core *core, int *ret_map,
	struct error *error);

/* -ESTALE: it is no identity of ours. */
int pin_identity_read(int map, struct pin_identity *ret_identity);
int pin_identity_write(int map, const struct pin_identity *identity);

bool pin_identity_is_of_this_boot(const struct pin_identity *identity);

/* How long the keys and values of a set's tables are, as the kernel has them. */
struct pin_sizes {
	uint32_t slot;
	uint32_t intent;
	uint32_t group;
	uint32_t process_key;
	uint32_t process;
};

/* Whatever else differs: the events are as long as they are here, so they are the same. */
bool pin_identity_has_our_events(
	const struct pin_identity *identity, const struct pin_sizes *sizes);

/* The same contract, the same sizes, the same boot. */
bool pin_identity_fits(const struct pin_identity *identity, const struct probe_config *config);
