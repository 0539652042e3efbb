/* A bench whose supervisor keeps a store, and the events that a test puts there. */
#pragma once

#include "unit/control/bench.h"

#include <poll.h>

#include "record/store.h"

struct kept {
	struct store *store;
	char directory[64];
};

static struct kept kept;
static uid_t kept_owner; /* of the jobs that follow; 0 again with each test */

static inline void kept_open(void)
{
	struct store_config store = { .state_dir = kept.directory };

	strcpy(kept.directory, "/tmp/axe-kept-XXXXXX");
	assert_non_null(mkdtemp(kept.directory));
	assert_int_equal(0, store_open(&store, &kept.store, NULL));
}

static inline void kept_close(void)
{
	static const char *const names[] = { "axe.db", "axe.db-wal", "axe.db-shm", "axe.lock" };
	char path[128];

	store_close(kept.store, NULL);
	for (size_t index = 0; index < sizeof(names) / sizeof(*names); index++) {
		snprintf(path, sizeof(path), "%s/%s", kept.directory, names[index]);
		unlink(path);
	}
	rmdir(kept.directory);
}

static inline int kept_setup(void **state)
{
	struct supervisor_config config = { .slots = 2 };

	kept_owner = 0;
	kept_open();
	config.engine.store = kept.store;
	return bench_setup_with(state, &config);
}

static inline int kept_teardown(void **state)
{
	int code = bench_teardown(state);

	kept_close();
	return access(kept.directory, F_OK) == 0 ? -1 : code;
}

/* `count` more events of that job and type are durable. */
static inline void keep_events(uint64_t job, const char *type, unsigned count)
{
	for (unsigned index = 0; index < count; index++) {
		const struct store_change changes[] = {
			{ .kind = STORE_JOB,
				.job = { .id = job, .name = "kept", .owner = kept_owner } },
			{ .kind = STORE_EVENT, .event = { .job = job, .type = type } },
		};

		assert_int_equal(0, store_submit(kept.store, changes, 2, NULL, NULL, NULL));
	}
	for (;;) {
		struct pollfd done = { .fd = store_descriptor(kept.store), .events = POLLIN };
		struct store_status status;

		store_dispatch(kept.store);
		store_status(kept.store, &status);
		if (status.queued_changes == 0)
			return;
		assert_true(poll(&done, 1, (int)(BENCH_PATIENCE_US / 1000)) > 0);
	}
}

#define kept_test(name) cmocka_unit_test_setup_teardown(name, kept_setup, kept_teardown)
