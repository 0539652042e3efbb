/* Who asks for a look gets one that began after the question, and each gets an answer. */
#include "scene/scene.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "scene/view.h"
#include "support/patience.h"
#include "support/unit.h"

struct asker {
	unsigned told;
	uint64_t asked_ns, taken_ns;
	bool compared;
	struct view **kept; /* NULL: nobody wants it */
	size_t findings;
};

static void hear(struct view *view, const json_t *findings, void *data)
{
	struct asker *asker = data;

	asker->told++;
	asker->taken_ns = view ? view_taken_ns(view) : 0;
	asker->compared = findings != NULL;
	if (asker->kept)
		*asker->kept = view_reference(view);
	asker->findings = json_array_size(findings);
}

static struct look *ask(struct scene *scene, struct asker *asker, struct view *before)
{
	const struct comparison_order order = { .before = view_reference(before) };
	struct look *look = NULL;

	asker->asked_ns = clock_monotonic_ns();
	assert_int_equal(scene_look(scene, &order, hear, asker, &look), 0);
	return look;
}

static void run_until_told(sd_event *loop, const struct asker *asker, unsigned times)
{
	while (asker->told < times)
		assert_true(sd_event_run(loop, 10 * NS_PER_SEC / 1000) > 0);
}

static void every_look_begins_after_it_was_asked_for(void **state)
{
	struct asker first = { 0 }, second = { 0 };
	struct scene *scene;
	sd_event *loop;

	assert_true(sd_event_new(&loop) >= 0);
	assert_int_equal(scene_create(loop, &scene), 0);
	ask(scene, &first, NULL);
	/* The first one's sitting begins; who asks now is answered by the next. */
	assert_true(sd_event_run(loop, 10 * NS_PER_SEC / 1000) > 0);
	ask(scene, &second, NULL);
	assert_int_equal(first.told + second.told, 0);
	run_until_told(loop, &second, 1);
	assert_int_equal(first.told, 1);
	assert_true(first.taken_ns >= first.asked_ns);
	assert_true(second.taken_ns >= second.asked_ns);
	scene_destroy(scene);
	sd_event_unref(loop);
}

static void latest_view_is_of_a_scene_where_nothing_runs(void **state)
{
	struct asker asker = { 0 };
	struct scene *scene;
	struct view *latest;
	sd_event *loop;

	assert_true(sd_event_new(&loop) >= 0);
	assert_int_equal(scene_create(loop, &scene), 0);
	assert_null(scene_latest(scene));
	scene_enter(scene);
	ask(scene, &asker, NULL);
	run_until_told(loop, &asker, 1);
	assert_null(scene_latest(scene));
	scene_leave(scene);
	latest = scene_latest(scene);
	if (latest) /* unless this host took longer than it stays fresh */
		assert_true(view_taken_ns(latest) == asker.taken_ns);
	view_drop(latest);
	scene_enter(scene);
	scene_leave(scene);
	assert_null(scene_latest(scene));
	scene_destroy(scene);
	sd_event_unref(loop);
}

static void latest_view_is_of_no_use_when_it_is_old(void **state)
{
	uint64_t patience = clock_monotonic_ns() + 60 * NS_PER_SEC;
	struct asker asker = { 0 };
	struct scene *scene;
	struct view *latest;
	sd_event *loop;

	assert_true(sd_event_new(&loop) >= 0);
	assert_int_equal(scene_create(loop, &scene), 0);
	ask(scene, &asker, NULL);
	run_until_told(loop, &asker, 1);
	while ((latest = scene_latest(scene))) {
		view_drop(latest);
		assert_true(clock_monotonic_ns() < patience);
	}
	scene_destroy(scene);
	sd_event_unref(loop);
}

static void forgotten_look_tells_nobody(void **state)
{
	struct asker forgotten = { 0 }, other = { 0 };
	struct scene *scene;
	sd_event *loop;

	assert_true(sd_event_new(&loop) >= 0);
	assert_int_equal(scene_create(loop, &scene), 0);
	look_forget(ask(scene, &forgotten, NULL));
	ask(scene, &other, NULL);
	run_until_told(loop, &other, 1);
	assert_int_equal(forgotten.told, 0);
	/* One that nobody waits for any more goes with the scene. */
	ask(scene, &forgotten, NULL);
	scene_destroy(scene);
	sd_event_unref(loop);
	assert_int_equal(forgotten.told, 0);
}

/* The picture is of the host as it was before the order was given. */
static void look_begun_at_once_gets_its_order_later(void **state)
{
	struct comparison_order order = { 0 };
	struct asker first = { .kept = &order.before }, asker = { 0 };
	uint64_t asked_ns, ordered_ns;
	struct scene *scene;
	sd_event *loop;

	assert_true(sd_event_new(&loop) >= 0);
	assert_int_equal(scene_create(loop, &scene), 0);
	scene_enter(scene);
	ask(scene, &first, NULL);
	run_until_told(loop, &first, 1);
	asked_ns = clock_monotonic_ns();
	assert_non_null(scene_look_now(scene, false, 0, hear, &asker));
	ordered_ns = clock_monotonic_ns();
	scene_order(scene, &order);
	run_until_told(loop, &asker, 1);
	assert_true(asker.taken_ns >= asked_ns && asker.taken_ns <= ordered_ns);
	assert_true(asker.compared);
	scene_destroy(scene);
	sd_event_unref(loop);
}

/* What others do meanwhile is for a picture that all of them share. */
static void look_begins_at_once_only_for_who_is_alone(void **state)
{
	struct asker asker = { 0 };
	struct scene *scene;
	sd_event *loop;

	assert_true(sd_event_new(&loop) >= 0);
	assert_int_equal(scene_create(loop, &scene), 0);
	scene_enter(scene);
	scene_enter(scene);
	assert_null(scene_look_now(scene, false, 0, hear, &asker));
	scene_leave(scene);
	ask(scene, &asker, NULL);
	assert_null(scene_look_now(scene, false, 0, hear, &asker));
	scene_begin(scene);
	assert_null(scene_look_now(scene, false, 0, hear, &asker));
	run_until_told(loop, &asker, 1);
	/* One that is never given its order goes with the scene, and its threads. */
	assert_non_null(scene_look_now(scene, false, 0, hear, &asker));
	scene_destroy(scene);
	assert_int_equal(asker.told, 1);
	sd_event_unref(loop);
}

/* Much may be made between the two: who looks then does so anew. */
static void warm_scene_has_no_view_of_its_own(void **state)
{
	struct asker asker = { 0 };
	struct scene *scene;
	sd_event *loop;

	assert_true(sd_event_new(&loop) >= 0);
	assert_int_equal(scene_create(loop, &scene), 0);
	scene_warm(scene);
	assert_true(sd_event_run(loop, 60 * NS_PER_SEC / 1000) > 0);
	assert_null(scene_latest(scene));
	scene_warm(scene);
	ask(scene, &asker, NULL);
	run_until_told(loop, &asker, 1);
	assert_true(asker.taken_ns >= asker.asked_ns);
	scene_warm(scene);
	scene_destroy(scene);
	sd_event_unref(loop);
}

/* Of this process: what tells of groups that come and go. */
static unsigned count_listening(void)
{
	char path[64], what[64];
	unsigned count = 0;

	for (int fd = 0; fd < 256; fd++) {
		ssize_t length;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		length = readlink(path, what, sizeof(what) - 1);
		what[length > 0 ? length : 0] = '\0';
		count += strcmp(what, "anon_inode:inotify") == 0;
	}
	return count;
}

static void await_nobody_listening(void)
{
	uint64_t patience = clock_monotonic_ns() + patience_ns(60 * NS_PER_SEC);

	while (count_listening())
		assert_true(clock_monotonic_ns() < patience);
}

/* Beside the loop: nobody waits for the kernel, and who asks all the same is answered. */
static void scene_at_rest_listens_no_more(void **state)
{
	struct asker asker = { 0 };
	struct scene *scene;
	sd_event *loop;

	/* The threads of a scene that was destroyed in the middle of a look let go when they have
	 * looked. */
	await_nobody_listening();
	assert_true(sd_event_new(&loop) >= 0);
	assert_int_equal(scene_create(loop, &scene), 0);
	scene_rest(scene); /* where nobody looked nothing is kept */
	ask(scene, &asker, NULL);
	run_until_told(loop, &asker, 1);
	assert_int_equal(count_listening(), 1);
	scene_rest(scene);
	await_nobody_listening();
	ask(scene, &asker, NULL);
	run_until_told(loop, &asker, 2);
	assert_true(asker.taken_ns >= asker.asked_ns);
	scene_destroy(scene);
	sd_event_unref(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_look_begins_after_it_was_asked_for),
		cmocka_unit_test(latest_view_is_of_a_scene_where_nothing_runs),
		cmocka_unit_test(latest_view_is_of_no_use_when_it_is_old),
		cmocka_unit_test(forgotten_look_tells_nobody),
		cmocka_unit_test(warm_scene_has_no_view_of_its_own),
		cmocka_unit_test(scene_at_rest_listens_no_more),
		cmocka_unit_test(look_begun_at_once_gets_its_order_later),
		cmocka_unit_test(look_begins_at_once_only_for_who_is_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
