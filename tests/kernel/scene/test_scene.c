/* A look at a kernel that does not answer is given up, and what comes of it late harms nobody. */
#include "scene/scene.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/mounts.h"
#include "support/patience.h"
#include "support/require.h"
#include "support/unit.h"

#define PATIENCE_NS (60 * NS_PER_SEC)

/* A file that every look reads: whoever opens a FIFO waits for one that writes. */
#define BLOCKED "/proc/locks"

struct stage {
	sd_event *loop;
	struct scene *scene;
	char folder[32], fifo[48];
};

struct asker {
	unsigned told;
	bool seen;
	char why[128];
};

static void block(struct stage *stage)
{
	strcpy(stage->folder, "/var/tmp/axe-scene-XXXXXX");
	assert_non_null(mkdtemp(stage->folder));
	snprintf(stage->fifo, sizeof(stage->fifo), "%s/fifo", stage->folder);
	assert_int_equal(mkfifo(stage->fifo, 0600), 0);
	assert_int_equal(mount(stage->fifo, BLOCKED, NULL, MS_BIND, NULL), 0);
}

/* Who waits now goes on, and nobody waits any more. */
static void unblock(const struct stage *stage)
{
	int fd;

	assert_int_equal(umount2(BLOCKED, MNT_DETACH), 0);
	fd = open(stage->fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	/* So slow a host that the look has not come as far as that. */
	assert_true(fd >= 0 || errno == ENXIO);
	if (fd >= 0)
		close(fd);
}

static int set(void **state)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	assert_true(sd_event_new(&stage->loop) >= 0);
	assert_int_equal(scene_create(stage->loop, &stage->scene), 0);
	block(stage);
	*state = stage;
	return 0;
}

static int clear(void **state)
{
	struct stage *stage = *state;

	scene_destroy(stage->scene);
	sd_event_unref(stage->loop);
	unlink(stage->fifo);
	rmdir(stage->folder);
	free(stage);
	return 0;
}

static void hear(struct view *view, const json_t *findings, void *data)
{
	const char *why =
		json_string_value(json_object_get(json_array_get(findings, 0), "evidence"));
	struct asker *asker = data;

	asker->told++;
	asker->seen = view != NULL;
	snprintf(asker->why, sizeof(asker->why), "%s", why ? why : "");
}

static void turn(struct stage *stage)
{
	assert_true(sd_event_run(stage->loop, patience_ns(PATIENCE_NS) / 1000) > 0);
}

static void ask_within(struct stage *stage, struct asker *asker, uint64_t budget_ns)
{
	const struct comparison_order order = { .budget_ns = budget_ns };
	struct look *look = NULL;

	assert_int_equal(scene_look(stage->scene, &order, hear, asker, &look), 0);
	while (!asker->told)
		turn(stage);
	assert_int_equal(asker->told, 1);
}

static void ask(struct stage *stage, struct asker *asker)
{
	ask_within(stage, asker, 0);
}

static void late_look_is_given_up_and_the_next_one_is_none(void **state)
{
	struct asker first = { 0 }, second = { 0 };

	ask(*state, &first);
	assert_false(first.seen);
	assert_non_null(strstr(first.why, "did not answer in time"));
	/* One thread that hangs is enough. */
	ask(*state, &second);
	assert_false(second.seen);
	assert_non_null(strstr(second.why, "still does not answer"));
	unblock(*state);
}

static void look_is_waited_for_as_long_as_was_asked(void **state)
{
	const uint64_t more_ns = 5 * NS_PER_SEC / 2, begun_ns = clock_monotonic_ns();
	struct asker asker = { 0 };

	ask_within(*state, &asker, more_ns);
	assert_true(clock_monotonic_ns() - begun_ns >= more_ns);
	assert_non_null(strstr(asker.why, "did not answer in time"));
	unblock(*state);
}

static void look_that_ended_late_is_forgotten(void **state)
{
	struct asker late = { 0 }, next = { 0 };

	ask(*state, &late);
	assert_false(late.seen);
	unblock(*state);
	/* Nothing else is due: this is the late one, which tells nobody. */
	turn(*state);
	assert_int_equal(late.told, 1);
	/* How long a live look takes on a busy machine is nothing of this story. */
	ask_within(*state, &next, 60 * NS_PER_SEC);
	assert_string_equal(next.why, "");
	assert_true(next.seen);
}

static void scene_may_go_while_a_look_hangs(void **state)
{
	struct stage *stage = *state;
	struct asker late = { 0 };

	ask(stage, &late);
	scene_destroy(stage->scene);
	stage->scene = NULL;
	unblock(stage);
	assert_int_equal(late.told, 1);
}

/* Its end to write to, once somebody waits there to read; who reads waits on as long as it is open.
 */
static int hold_reader(const char *fifo)
{
	uint64_t patience = clock_monotonic_ns() + patience_ns(PATIENCE_NS);
	int fd;

	while ((fd = open(fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0)
		assert_true(errno == ENXIO && clock_monotonic_ns() < patience);
	return fd;
}

/* Who reads one of two files of a look is held there, and the other one is read all the same. */
static void two_look_at_the_same_time(void **state)
{
	static const char other[] = "/proc/sysvipc/shm";
	const struct comparison_order order = { .budget_ns = PATIENCE_NS };
	struct stage *stage = *state;
	struct asker asker = { 0 };
	struct look *look = NULL;
	char fifo[64];
	int held[2];

	snprintf(fifo, sizeof(fifo), "%s/other", stage->folder);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(mount(fifo, other, NULL, MS_BIND, NULL), 0);
	assert_int_equal(scene_look(stage->scene, &order, hear, &asker, &look), 0);
	scene_begin(stage->scene);
	held[0] = hold_reader(fifo);
	held[1] = hold_reader(stage->fifo);
	assert_int_equal(umount2(other, MNT_DETACH), 0);
	assert_int_equal(umount2(BLOCKED, MNT_DETACH), 0);
	close(held[0]);
	close(held[1]);
	while (!asker.told)
		turn(stage);
	assert_true(asker.seen);
	unlink(fifo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LIVE(name) cmocka_unit_test_setup_teardown(name, set, clear)
		LIVE(late_look_is_given_up_and_the_next_one_is_none),
		LIVE(look_is_waited_for_as_long_as_was_asked),
		LIVE(look_that_ended_late_is_forgotten),
		LIVE(scene_may_go_while_a_look_hangs),
		LIVE(two_look_at_the_same_time),
	};

	require_root();
	/* So that what stands in the way does so for this test alone. */
	if (mounts_leave_host("/proc") < 0)
		skip_all("needs a mount namespace of its own");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
