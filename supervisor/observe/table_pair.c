/* The maps of an older set of programs and ours side by side: read by theirs, given as ours. */
#include "observe/table_pair.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "observe/pin_set.h"

/* Without these nothing can be gone on with; what else there is may have come later. */
static const struct {
	enum core_map map;
	bool in_key;
	const char *field;
} needed[] = {
	{ CORE_SLOTS, false, "cgroup_id" },
	{ CORE_SLOTS, false, "generation" },
	{ CORE_SLOTS, false, "kind" },
	{ CORE_SLOTS, false, "sequence" },
	{ CORE_SLOTS, false, "forks" },
	{ CORE_SLOTS, false, "exits" },
	{ CORE_SLOTS, false, "roots" },
	{ CORE_SLOTS, false, "root_exited" },
	{ CORE_INTENTS, false, "generation" },
	{ CORE_INTENTS, false, "flags" },
	{ CORE_INTENTS, false, "job" },
	{ CORE_INTENTS, false, "attempt" },
	{ CORE_INTENTS, false, "index" },
	{ CORE_INTENTS, false, "try_number" },
	{ CORE_INTENTS, false, "begun_ns" },
	{ CORE_INTENTS, false, "heard" },
	{ CORE_GROUPS, false, "slot" },
	{ CORE_GROUPS, false, "generation" },
	{ CORE_PROCESSES, true, "tgid" },
	{ CORE_PROCESSES, true, "start_ns" },
	{ CORE_PROCESSES, false, "slot" },
	{ CORE_PROCESSES, false, "generation" },
	{ CORE_PROCESSES, false, "fork_ns" },
	{ CORE_PROCESSES, false, "exit_ns" },
	{ CORE_PROCESSES, false, "flags" },
	{ CORE_PROCESSES, false, "exit_code" },
};

/* Keys that are plain numbers have no fields to go by. */
static const uint32_t number_keys[TABLE_PAIRS] = {
	[CORE_SLOTS] = sizeof(uint32_t),
	[CORE_INTENTS] = sizeof(uint32_t),
	[CORE_GROUPS] = sizeof(uint64_t),
};

static bool have_what_is_needed(const struct table_pairs *pairs)
{
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		const struct table *from = &pairs->from[needed[i].map];
		const struct table *to = &pairs->to[needed[i].map];
		bool in_key = needed[i].in_key;

		if (!shape_shares(in_key ? &from->key : &from->value,
			    in_key ? &to->key : &to->value, needed[i].field))
			return false;
	}
	for (size_t at = 0; at < TABLE_PAIRS; at++)
		if (number_keys[at] && pairs->from[at].key_bytes != number_keys[at])
			return false;
	return true;
}

static int make_room(struct table_pairs *pairs)
{
	size_t most = 0;

	for (size_t at = 0; at < TABLE_PAIRS; at++)
		if (pairs->from[at].value_bytes > most)
			most = pairs->from[at].value_bytes;
	pairs->value = malloc(most);
	return pairs->value ? 0 : -ENOMEM;
}

int table_pairs_open(const char *set, const struct core *core, struct table_pairs *ret_pairs)
{
	struct table_pairs pairs = { .value = NULL };
	int code = 0;

	for (size_t at = 0; at < TABLE_PAIRS; at++)
		pairs.from[at].map = pairs.to[at].map = -1;
	for (size_t at = 0; code == 0 && at < TABLE_PAIRS; at++) {
		code = table_open(pin_open(set, PIN_MAP, core_map_name(at)), &pairs.from[at]);
		if (code == 0)
			code = table_open(fcntl(core->maps[at], F_DUPFD_CLOEXEC, 3), &pairs.to[at]);
	}
	if (code == 0)
		code = have_what_is_needed(&pairs) ? make_room(&pairs) : -ESTALE;
	if (code < 0) {
		table_pairs_close(&pairs);
		return -ESTALE;
	}
	*ret_pairs = pairs;
	return 0;
}

void table_pairs_close(struct table_pairs *pairs)
{
	for (size_t at = 0; at < TABLE_PAIRS; at++) {
		table_close(&pairs->from[at]);
		table_close(&pairs->to[at]);
	}
	free(pairs->value);
	pairs->value = NULL;
}

int table_pairs_read(
	const struct table_pairs *pairs, enum core_map map, const void *key, void *ret_value)
{
	int code = bpf_map_lookup_elem(pairs->from[map].map, key, pairs->value);

	if (code < 0)
		return code;
	shape_copy(&pairs->from[map].value, pairs->value, &pairs->to[map].value, ret_value);
	return 0;
}
