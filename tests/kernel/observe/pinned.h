/* Pins of a test's own, and loaders of the kernel half that can be killed at any moment. */
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "watched.h"

struct pinned {
	struct test_groups groups;
	struct bpf_group group;
	char folder[64]; /* of the test */
	char pin_dir[80]; /* in it */
	struct probe *probe; /* of the test itself, when it has one */
	pid_t loader;
	int steps[2]; /* a byte from the loader for each step that it has done */
};

/* Before all else: whatever is mounted here goes with this process, however it ends. */
static inline void pinned_hide_mounts(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		skip_all("no mount namespace of its own");
}

static inline int pinned_setup(void **state)
{
	struct pinned *pinned = calloc(1, sizeof(*pinned));

	assert_non_null(pinned);
	strcpy(pinned->folder, "/tmp/axe-pins-XXXXXX");
	assert_non_null(mkdtemp(pinned->folder));
	snprintf(pinned->pin_dir, sizeof(pinned->pin_dir), "%s/bpf", pinned->folder);
	assert_int_equal(pipe2(pinned->steps, O_CLOEXEC), 0);
	/* Whoever loses its loader is reaped here. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(test_groups_create(&pinned->groups), 0);
	assert_int_equal(bpf_group_create(&pinned->group, pinned->groups.path, "watched"), 0);
	*state = pinned;
	return 0;
}

static inline void pinned_kill_loader(struct pinned *pinned)
{
	if (pinned->loader <= 0)
		return;
	kill(pinned->loader, SIGKILL);
	waitpid(pinned->loader, NULL, 0);
	pinned->loader = 0;
}

static inline int pinned_teardown(void **state)
{
	struct pinned *pinned = *state;

	pinned_kill_loader(pinned);
	probe_destroy(pinned->probe);
	umount2(pinned->pin_dir, MNT_DETACH);
	rmdir(pinned->pin_dir);
	rmdir(pinned->folder);
	close(pinned->steps[0]);
	close(pinned->steps[1]);
	bpf_group_close(&pinned->group);
	assert_int_equal(test_groups_destroy(&pinned->groups), 0);
	free(pinned);
	return 0;
}

static inline struct probe_config pinned_config(const struct pinned *pinned)
{
	struct probe_config config = PROBE_CONFIG_DEFAULT;

	config.watch_level = WATCHED_LEVEL;
	config.slots = 16;
	config.records = 4096;
	config.pin_dir = pinned->pin_dir;
	return config;
}

static inline void pinned_ignore(const struct axe_event *event, void *data)
{
}

static inline struct probe *pinned_create(
	const struct pinned *pinned, probe_handler *handler, void *data)
{
	struct probe_config config = pinned_config(pinned);
	struct error error = { 0 };
	struct probe *probe = NULL;

	if (probe_create(&config, handler, data, &probe, &error) < 0)
		fail_msg("%s", error.text);
	return probe;
}

/* Fork a loader that runs `body` and then waits for its death; returns when it has done a step. */
static inline void pinned_load(struct pinned *pinned, void (*body)(struct pinned *pinned))
{
	char step;

	pinned->loader = fork();
	assert_true(pinned->loader >= 0);
	if (pinned->loader == 0) {
		body(pinned);
		if (write(pinned->steps[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(pinned->steps[0], &step, 1), 1);
}

/* Bodies of loaders: nothing is watched, or the group. */
static inline void pinned_idle(struct pinned *pinned)
{
	pinned_create(pinned, pinned_ignore, NULL);
}

static inline void pinned_watch(struct pinned *pinned)
{
	struct probe *probe = pinned_create(pinned, pinned_ignore, NULL);
	uint32_t slot;

	if (probe_watch(probe, pinned->group.id, AXE_SLOT_ASSESSMENT, &slot, NULL) < 0)
		_exit(1);
	probe_intent(probe, slot)->job = 7;
	probe_intent(probe, slot)->flags = AXE_INTENT_TERMINATE;
	probe_intent_seal(probe, slot);
}

/* A supervisor that is killed when it has come so far. */
static inline void pinned_leave(struct pinned *pinned, void (*body)(struct pinned *pinned))
{
	pinned_load(pinned, body);
	pinned_kill_loader(pinned);
}

struct pinned_left {
	int count;
	uint32_t slot;
	bool has_intent;
	struct axe_slot counters;
	struct axe_intent intent;
};

static inline void pinned_note_left(
	uint32_t slot, const struct axe_slot *counters, const struct axe_intent *intent, void *data)
{
	struct pinned_left *left = data;

	left->count++;
	left->slot = slot;
	left->counters = *counters;
	left->has_intent = intent != NULL;
	if (intent)
		left->intent = *intent;
}

static inline bool pinned_has(const struct pinned *pinned, const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", pinned->pin_dir, name);
	return access(path, F_OK) == 0;
}

static inline bool pinned_is_mounted(const struct pinned *pinned)
{
	FILE *mounts = fopen("/proc/self/mounts", "re");
	char line[1024];
	bool found = false;

	assert_non_null(mounts);
	while (fgets(line, sizeof(line), mounts))
		found |= strstr(line, pinned->pin_dir) != NULL;
	fclose(mounts);
	return found;
}

/* The kernel half does its work: one process is born in the group and ends. */
static inline int pinned_exit_seven(void *data)
{
	return 7;
}

static inline void pinned_assert_counts(
	struct pinned *pinned, struct probe *probe, const char *group_name)
{
	const struct axe_slot *counters;
	struct bpf_group group;
	uint32_t slot;

	assert_int_equal(bpf_group_create(&group, pinned->groups.path, group_name), 0);
	assert_int_equal(probe_watch(probe, group.id, AXE_SLOT_ASSESSMENT, &slot, NULL), 0);
	counters = probe_slot(probe, slot);
	assert_int_equal(watched_reap(bpf_group_spawn(&group, pinned_exit_seven, NULL)), 7 << 8);
	assert_int_equal(test_groups_wait(group.path, "populated", 0), 0);
	assert_int_equal(counters->forks, 1);
	assert_int_equal(counters->exits, 1);
	assert_int_equal(counters->exits_failed, 1);
	probe_unwatch(probe, slot);
	bpf_group_close(&group);
}
