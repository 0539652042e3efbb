/* Files of jobs that have ended come to the disk by and by, and the store is told once they have.
 */
#include "unit/record/store_case.h"

#include <errno.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "engine/syncer.h"

#define PATIENCE_US UINT64_C(20000000)
#define MOST_WAIT   64 /* as the syncer has it */
#define ENDED_NS    (1000 * NS_PER_SEC)
#define HELD_NS     (500 * NS_PER_MS) /* at the most, likewise */

static const char *const names[] = {
	"results.json",
	"junit.xml",
	"results.tap",
	"environment.json",
};

struct scene {
	struct store_case *test;
	sd_event *loop;
	sd_event_source *stored;
	struct syncer *syncer;
};

static int dispatch(sd_event_source *source, int fd, uint32_t events, void *data)
{
	store_dispatch(((struct scene *)data)->test->store);
	return 0;
}

static int scene_setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	store_case_setup((void **)&scene->test);
	store_case_open(scene->test);
	assert_return_code(sd_event_new(&scene->loop), 0);
	assert_return_code(sd_event_add_io(scene->loop, &scene->stored,
				   store_descriptor(scene->test->store), EPOLLIN, dispatch, scene),
		0);
	assert_int_equal(0, syncer_create(scene->loop, scene->test->store, &scene->syncer));
	*state = scene;
	return 0;
}

static int scene_teardown(void **state)
{
	struct scene *scene = *state;

	syncer_destroy(scene->syncer);
	sd_event_source_disable_unref(scene->stored);
	sd_event_unref(scene->loop);
	store_case_teardown((void **)&scene->test);
	free(scene);
	return 0;
}

static void count(const struct store_unsynced *row, void *data)
{
	++*(size_t *)data;
}

static size_t rows(struct scene *scene)
{
	size_t found = 0;

	assert_int_equal(0, store_read_unsynced(scene->test->store, count, &found, NULL));
	return found;
}

/* As the end of a job stores it; with its files, unless they are missing. */
static int end_job(struct scene *scene, uint64_t id, bool with_files)
{
	const struct store_change changes[] = {
		{ .kind = STORE_JOB, .job = { .id = id, .name = "j", .state = STATE_FINISHED } },
		{ .kind = STORE_UNSYNCED,
			.unsynced = { .job = id,
				.attempt = 1,
				.environment = "{}",
				.not_run = "[]" } },
	};
	char name[24];
	int folder;

	assert_int_equal(0, store_submit(scene->test->store, changes, 2, NULL, NULL, NULL));
	assert_true(store_await(scene->test->store, 60 * NS_PER_SEC));
	snprintf(name, sizeof(name), "%" PRIu64, id);
	assert_return_code(mkdirat(scene->test->folder->fd, name, 0755), errno);
	folder = file_open_beneath(scene->test->folder->fd, name, O_RDONLY | O_DIRECTORY, 0);
	assert_true(folder >= 0);
	for (size_t at = 0; with_files && at < 4; at++)
		assert_int_equal(0, file_make_at(folder, names[at], "x", 1, 0640, NULL));
	return folder;
}

static void run_until_left(struct scene *scene, size_t left)
{
	while (rows(scene) > left)
		assert_return_code(sd_event_run(scene->loop, PATIENCE_US), 0);
}

static void store_is_told_once_all_are_synced(void **state)
{
	struct scene *scene = *state;

	for (uint64_t id = 1; id <= 3; id++)
		syncer_take(scene->syncer, id, 1, end_job(scene, id, true));
	assert_int_equal(3, rows(scene));
	run_until_left(scene, 0);
}

static void what_cannot_be_synced_keeps_its_row(void **state)
{
	struct scene *scene = *state;

	syncer_take(scene->syncer, 1, 1, end_job(scene, 1, false));
	syncer_take(scene->syncer, 3, 1, end_job(scene, 3, true));
	run_until_left(scene, 1);
	syncer_destroy(scene->syncer);
	scene->syncer = NULL;
	assert_true(store_await(scene->test->store, 60 * NS_PER_SEC));
	assert_int_equal(1, rows(scene));
}

static void what_waits_at_the_end_is_synced_then(void **state)
{
	struct scene *scene = *state;

	for (uint64_t id = 1; id <= 3; id++)
		syncer_take(scene->syncer, id, 1, end_job(scene, id, true));
	syncer_destroy(scene->syncer);
	scene->syncer = NULL;
	assert_true(store_await(scene->test->store, 60 * NS_PER_SEC));
	assert_int_equal(0, rows(scene));
}

static void no_more_wait_than_it_keeps_in_mind(void **state)
{
	struct scene *scene = *state;

	for (uint64_t id = 1; id <= MOST_WAIT; id++) {
		assert_true(syncer_has_room(scene->syncer));
		syncer_take(scene->syncer, id, 1, end_job(scene, id, true));
	}
	assert_false(syncer_has_room(scene->syncer));
	run_until_left(scene, 0);
	assert_true(syncer_has_room(scene->syncer));
}

static void without_a_store_nobody_waits(void **state)
{
	struct scene *scene = *state;
	struct syncer *alone;

	assert_int_equal(0, syncer_create(scene->loop, NULL, &alone));
	assert_false(syncer_has_room(alone));
	syncer_destroy(alone);
}

static void one_waits_for_a_quiet_moment(void **state)
{
	assert_true(syncer_due_ns(ENDED_NS, ENDED_NS, 1) > ENDED_NS + 20 * NS_PER_MS);
	assert_true(syncer_due_ns(ENDED_NS, ENDED_NS, 1) < ENDED_NS + 100 * NS_PER_MS);
}

static void each_end_puts_it_off(void **state)
{
	uint64_t before = syncer_due_ns(ENDED_NS, ENDED_NS, 1);
	uint64_t after = syncer_due_ns(ENDED_NS, ENDED_NS + 7 * NS_PER_MS, 2);

	assert_int_equal(7 * NS_PER_MS, after - before);
}

static void nothing_puts_it_off_for_ever(void **state)
{
	for (uint64_t after = 0; after <= HELD_NS; after += 7 * NS_PER_MS)
		assert_true(syncer_due_ns(ENDED_NS, ENDED_NS + after, 5) <= ENDED_NS + HELD_NS);
}

/* Else the next would have to be synced before its answer. */
static void half_of_what_may_wait_goes_at_once(void **state)
{
	uint64_t last = ENDED_NS + NS_PER_MS;

	assert_true(syncer_due_ns(ENDED_NS, last, MOST_WAIT / 2 - 1) > last);
	assert_int_equal(last, syncer_due_ns(ENDED_NS, last, MOST_WAIT / 2));
}

#define scene_test(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(store_is_told_once_all_are_synced),
		scene_test(what_cannot_be_synced_keeps_its_row),
		scene_test(what_waits_at_the_end_is_synced_then),
		scene_test(no_more_wait_than_it_keeps_in_mind),
		scene_test(without_a_store_nobody_waits),
		cmocka_unit_test(one_waits_for_a_quiet_moment),
		cmocka_unit_test(each_end_puts_it_off),
		cmocka_unit_test(nothing_puts_it_off_for_ever),
		cmocka_unit_test(half_of_what_may_wait_goes_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
