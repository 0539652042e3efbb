/* A member of a watched group that outlives an exchange of the programs that watch it. */
#pragma once

#include <bpf/bpf.h>

#include "base/cleanup.h"
#include "observe/pin_identity.h"
#include "observe/probe_parts.h"

#include "pinned.h"

/* A member of the group that lives until the test lets it through. */
struct member {
	struct gate gate;
	pid_t pid;
};

static inline int wait_and_exit_seven(void *data)
{
	gate_wait(data);
	return 7;
}

static inline void member_begin(struct member *member, const struct pinned *pinned)
{
	gate_open(&member->gate);
	member->pid = bpf_group_spawn(&pinned->group, wait_and_exit_seven, &member->gate);
	assert_true(member->pid > 0);
}

static inline void member_end(struct member *member, const struct pinned *pinned)
{
	gate_let(&member->gate);
	assert_int_equal(watched_reap(member->pid), 7 << 8);
	assert_int_equal(test_groups_wait(pinned->group.path, "populated", 0), 0);
	gate_close(&member->gate);
}

static inline void pin_path(const struct pinned *pinned, const char *name, char path[static 160])
{
	snprintf(path, 160, "%s/%s", pinned->pin_dir, name);
}

static inline int open_pin(const struct pinned *pinned, const char *name)
{
	char path[160];
	int fd;

	pin_path(pinned, name, path);
	fd = bpf_obj_get(path);
	assert_true(fd >= 0);
	return fd;
}

static inline void change_identity(
	struct pinned *pinned, void (*change)(struct pin_identity *identity))
{
	struct pin_identity identity;
	int map = open_pin(pinned, "kept/identity");

	assert_int_equal(pin_identity_read(map, &identity), 0);
	change(&identity);
	assert_int_equal(pin_identity_write(map, &identity), 0);
	close(map);
}

static inline void change_abi(struct pin_identity *identity)
{
	identity->abi--;
}

static inline void remove_pin(const struct pinned *pinned, const char *name)
{
	char path[160];

	pin_path(pinned, name, path);
	assert_int_equal(unlink(path), 0);
}

static inline void rename_set(const struct pinned *pinned, const char *from, const char *to)
{
	char old[160], new[160];

	pin_path(pinned, from, old);
	pin_path(pinned, to, new);
	assert_int_equal(rename(old, new), 0);
}

static inline struct pinned_left succeed(struct pinned *pinned, enum probe_origin origin)
{
	struct pinned_left left = { 0 };

	pinned->probe = pinned_create(pinned, pinned_ignore, NULL);
	assert_int_equal(probe_origin(pinned->probe), origin);
	probe_adopt(pinned->probe, pinned_note_left, &left);
	assert_false(pinned_has(pinned, "making"));
	assert_false(pinned_has(pinned, "gone"));
	return left;
}

static inline void assert_is_ours(const struct pinned_left *left)
{
	assert_int_equal(left->count, 1);
	assert_true(left->has_intent);
	assert_int_equal(left->intent.job, 7);
	assert_true(left->intent.flags & AXE_INTENT_TERMINATE);
}

struct ends {
	unsigned living, ended;
	uint32_t code, flags;
};

static inline void note_end(
	const struct axe_process_key *key, const struct axe_process *record, void *data)
{
	struct ends *ends = data;

	ends->living += !(record->flags & AXE_PROCESS_EXITED);
	ends->ended += (record->flags & AXE_PROCESS_EXITED) != 0;
	ends->code = record->exit_code;
	ends->flags = record->flags;
}

static inline struct ends look_at_records(const struct pinned *pinned, uint32_t slot)
{
	struct ends ends = { 0 };

	assert_int_equal(probe_walk(pinned->probe, slot, note_end, &ends), 0);
	return ends;
}

static inline void assert_seven(const struct pinned *pinned, uint32_t slot)
{
	const struct axe_slot *counters = probe_slot(pinned->probe, slot);
	struct ends ends = look_at_records(pinned, slot);

	assert_int_equal(counters->forks, 1);
	assert_int_equal(counters->exits, 1);
	assert_int_equal(counters->root_exited, 1);
	assert_int_equal(ends.ended, 1);
	assert_int_equal(ends.living, 0);
	assert_int_equal(ends.code, 7 << 8);
	assert_true(ends.flags & AXE_PROCESS_ROOT);
}
