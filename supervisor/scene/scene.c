/*
 * What the host looks like before and after each assessment, and what is not as it was.
 *
 * At most one picture is being taken. Who asks meanwhile waits for the next one, since what it has
 * done may have been passed by already; all who wait then share it.
 */
#include "scene/scene.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "loop/timer.h"
#include "scene/keepsake.h"
#include "scene/look.h"
#include "scene/view.h"

/* So old may a picture be that counts as what the next one found. */
#define FRESH_NS (100 * NS_PER_MS)

/*
 * After that the end of an assessment does not wait for its picture any more, unless one was asked
 * for that may take longer.
 */
#define BUDGET_NS (2 * NS_PER_SEC)

struct scene {
	sd_event *loop; /* borrowed */
	struct list_link waiting, seated; /* look::link */
	struct sitting *sitting; /* NULL: none is under way */
	struct sitting *stuck; /* one that was given up and has not come back */
	bool warming; /* it is for what it leaves to the next one: nobody waits for it */
	struct timer budget; /* of the sitting */
	struct timer next; /* begins one, or tells that none can be */
	struct view *latest;
	struct keepsake keepsake; /* empty while a sitting is under way */
	unsigned running;
};

static void begin_soon(struct scene *scene)
{
	if (!scene->sitting && !list_empty(&scene->waiting))
		timer_arm_now(&scene->next);
}

static void keep_latest(struct scene *scene, struct view *view)
{
	view_drop(scene->latest);
	scene->latest = view_reference(view);
}

/* The kernel did answer at last. Who asked was told otherwise meanwhile, and what it saw is old. */
static void stuck_ended(struct scene *scene)
{
	sitting_destroy(take_pointer(scene->stuck));
	begin_soon(scene);
}

static void sitting_ended(struct sitting *sitting, void *data)
{
	struct scene *scene = data;
	struct view *view = sitting_view(sitting);
	unsigned number = 0;

	if (sitting == scene->stuck) {
		stuck_ended(scene);
		return;
	}
	timer_disarm(&scene->budget);
	scene->sitting = NULL;
	scene->keepsake.memory = sitting_take_memory(sitting);
	if (view && !scene->warming)
		keep_latest(scene, view);
	scene->warming = false;
	while (!list_empty(&scene->seated)) {
		struct look *look = container_of(scene->seated.next, struct look, link);
		struct comparison_order *order = sitting_order(sitting, number++);
		json_t *findings = order && order->findings ? json_incref(order->findings)
				   : view && order && !order->before
					   ? NULL
					   : scene_incomplete("there was no memory to look at it");

		look_tell(look, view, findings);
		json_decref(findings);
	}
	sitting_destroy(sitting);
	begin_soon(scene);
}

static void budget_spent(void *data)
{
	struct scene *scene = data;

	scene->stuck = take_pointer(scene->sitting);
	scene->warming = false;
	looks_tell_incomplete(
		&scene->seated, "it could not be looked at: the kernel did not answer in time");
	begin_soon(scene);
}

static void set_budget(struct scene *scene, uint64_t budget_ns)
{
	timer_arm(&scene->budget,
		clock_monotonic_ns() + (budget_ns > BUDGET_NS ? budget_ns : BUDGET_NS));
}

static int begin_sitting(struct scene *scene, bool may_lock, uint64_t budget_ns)
{
	int code;

	code = sitting_create(scene->loop, keepsake_take(&scene->keepsake, may_lock), sitting_ended,
		scene, &scene->sitting);
	if (code == 0)
		set_budget(scene, budget_ns);
	return code;
}

/* Everybody who waits; without memory none of them has an order. */
static void seat_all(struct scene *scene)
{
	struct comparison_order *orders;
	unsigned count = looks_count(&scene->waiting), number = 0;
	struct look *look;

	orders = calloc(count, sizeof(*orders));
	list_for_each (look, &scene->waiting, link)
		if (orders)
			orders[number++] = look_take_order(look);
	list_move_all(&scene->waiting, &scene->seated);
	sitting_give(scene->sitting, orders, number);
}

static void sit_down(struct scene *scene)
{
	uint64_t budget_ns = 0;
	bool may_lock = false;
	struct look *look;

	list_for_each (look, &scene->waiting, link) {
		may_lock |= look->order.may_lock;
		if (budget_ns < look->order.budget_ns)
			budget_ns = look->order.budget_ns;
	}
	if (begin_sitting(scene, may_lock, budget_ns) == 0)
		seat_all(scene);
	else
		looks_tell_incomplete(
			&scene->waiting, "it could not be looked at: no thread could be started");
}

static void next_turn(void *data)
{
	struct scene *scene = data;

	if (scene->sitting || list_empty(&scene->waiting))
		return;
	if (scene->stuck && sitting_is_over(scene->stuck))
		sitting_destroy(take_pointer(scene->stuck));
	/* One thread that hangs is enough. */
	if (scene->stuck)
		looks_tell_incomplete(&scene->waiting,
			"it could not be looked at: the kernel still "
			"does not answer an earlier look");
	else
		sit_down(scene);
}

int scene_create(sd_event *loop, struct scene **ret_scene)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	int code;

	if (!scene)
		return -ENOMEM;
	scene->loop = loop;
	list_init(&scene->waiting);
	list_init(&scene->seated);
	code = timer_init(&scene->budget, loop, budget_spent, scene);
	if (code >= 0)
		code = timer_init(&scene->next, loop, next_turn, scene);
	if (code < 0) {
		scene_destroy(scene);
		return code;
	}
	*ret_scene = scene;
	return 0;
}

void scene_destroy(struct scene *scene)
{
	if (!scene)
		return;
	while (!list_empty(&scene->waiting))
		look_destroy(container_of(scene->waiting.next, struct look, link));
	while (!list_empty(&scene->seated))
		look_destroy(container_of(scene->seated.next, struct look, link));
	sitting_destroy(scene->sitting);
	sitting_destroy(scene->stuck);
	timer_finish(&scene->budget);
	timer_finish(&scene->next);
	view_drop(scene->latest);
	keepsake_finish(&scene->keepsake);
	free(scene);
}

void scene_warm(struct scene *scene)
{
	if (scene->sitting || scene->stuck || begin_sitting(scene, false, 0) < 0)
		return;
	scene->warming = true;
	sitting_give(scene->sitting, NULL, 0);
}

void scene_rest(struct scene *scene)
{
	keepsake_rest(&scene->keepsake, scene->loop);
}

void scene_enter(struct scene *scene)
{
	scene->running++;
	view_drop(take_pointer(scene->latest));
}

void scene_leave(struct scene *scene)
{
	scene->running--;
}

struct view *scene_latest(const struct scene *scene)
{
	struct view *latest = scene->running ? NULL : scene->latest;

	if (!latest || clock_monotonic_ns() - view_taken_ns(latest) > FRESH_NS)
		return NULL;
	return view_reference(latest);
}

int scene_look(struct scene *scene, const struct comparison_order *order, look_told *told,
	void *data, struct look **ret_look)
{
	struct look *look;

	if (look_create(told, data, &look) < 0) {
		struct comparison_order refused = *order;

		comparison_order_finish(&refused);
		return -ENOMEM;
	}
	look->order = *order;
	list_append(&scene->waiting, &look->link);
	/* Who waits behind the first one waits for it as long as for its own. */
	if (scene->warming)
		set_budget(scene, order->budget_ns);
	begin_soon(scene);
	*ret_look = look;
	return 0;
}

struct look *scene_look_now(
	struct scene *scene, bool may_lock, uint64_t budget_ns, look_told *told, void *data)
{
	struct look *look;

	if (scene->running != 1 || scene->sitting || scene->stuck || !list_empty(&scene->waiting) ||
		look_create(told, data, &look) < 0)
		return NULL;
	if (begin_sitting(scene, may_lock, budget_ns) < 0) {
		look_destroy(look);
		return NULL;
	}
	list_append(&scene->seated, &look->link);
	return look;
}

void scene_order(struct scene *scene, const struct comparison_order *order)
{
	struct comparison_order *orders = malloc(sizeof(*orders)), refused = *order;

	if (orders)
		*orders = *order;
	else
		comparison_order_finish(&refused);
	sitting_give(scene->sitting, orders, orders ? 1 : 0);
}

void scene_begin(struct scene *scene)
{
	if (!scene->sitting && !scene->stuck && !list_empty(&scene->waiting))
		sit_down(scene);
}
