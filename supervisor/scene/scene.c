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
#include "base/list.h"
#include "loop/timer.h"
#include "scene/view.h"
#include "survey/source.h"
#include "survey/survey.h"

/* So old may a picture be that counts as what the next one found. */
#define FRESH_NS (100 * NS_PER_MS)

/*
 * After that the end of an assessment does not wait for its picture any more, unless one was asked
 * for that may take longer.
 */
#define BUDGET_NS (2 * NS_PER_SEC)

struct look {
	struct list_link link; /* scene::waiting or scene::seated */
	struct comparison_order order; /* empty once it is seated */
	look_told *told; /* NULL: forgotten */
	void *data;
};

struct scene {
	sd_event *loop; /* borrowed */
	struct list_link waiting, seated; /* look::link */
	struct sitting *sitting; /* NULL: none is under way */
	struct sitting *stuck; /* one that was given up and has not come back */
	struct timer budget; /* of the sitting */
	struct timer next; /* begins one, or tells that none can be */
	struct view *latest;
	struct survey_memory *memory; /* while none is under way */
	unsigned running;
};

static void look_destroy(struct look *look)
{
	list_remove(&look->link);
	comparison_order_finish(&look->order);
	free(look);
}

static void tell(struct look *look, struct view *view, const json_t *findings)
{
	look_told *told = look->told;
	void *data = look->data;

	look_destroy(look);
	if (told)
		told(view, findings, data);
}

json_t *scene_incomplete(const char *why)
{
	return json_pack("[{s:s, s:s, s:s, s:n, s:s, s:n, s:b, s:s}]", "kind", "incomplete",
		"object", "the host", "certainty", "unattributed", "pid", "evidence", why, "remedy",
		"safe", 0, "source", "survey");
}

/* Who is told may ask again: that is put behind, and not told here. */
static void tell_all_incomplete(struct list_link *list, const char *why)
{
	json_t *findings = scene_incomplete(why);
	struct list_link now;

	list_init(&now);
	list_move_all(list, &now);
	while (!list_empty(&now))
		tell(container_of(now.next, struct look, link), NULL, findings);
	json_decref(findings);
}

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
	scene->memory = sitting_take_memory(sitting);
	if (view)
		keep_latest(scene, view);
	while (!list_empty(&scene->seated)) {
		struct look *look = container_of(scene->seated.next, struct look, link);
		struct comparison_order *order = sitting_order(sitting, number++);
		json_t *findings = order->findings ? json_incref(order->findings)
				   : view && !order->before
					   ? NULL
					   : scene_incomplete("there was no memory to look at it");

		tell(look, view, findings);
		json_decref(findings);
	}
	sitting_destroy(sitting);
	begin_soon(scene);
}

static void budget_spent(void *data)
{
	struct scene *scene = data;

	scene->stuck = take_pointer(scene->sitting);
	tell_all_incomplete(
		&scene->seated, "it could not be looked at: the kernel did not answer in time");
	begin_soon(scene);
}

/* Everybody who waits, into one sitting. */
static void sit_down(struct scene *scene)
{
	struct comparison_order *orders;
	struct look *look;
	unsigned count = 0;
	uint64_t budget_ns = BUDGET_NS;
	bool locked = false;
	int code = -ENOMEM;

	list_for_each (look, &scene->waiting, link)
		count++;
	orders = calloc(count, sizeof(*orders));
	for (unsigned number = 0; orders && number < count; number++) {
		look = container_of(scene->waiting.next, struct look, link);
		orders[number] = look->order;
		look->order = (struct comparison_order){ 0 };
		locked |= orders[number].may_lock;
		if (budget_ns < orders[number].budget_ns)
			budget_ns = orders[number].budget_ns;
		list_remove(&look->link);
		list_append(&scene->seated, &look->link);
	}
	if (!scene->memory)
		scene->memory = survey_memory_create();
	if (scene->memory && locked)
		survey_memory_doubt(scene->memory, &survey_locks);
	if (orders)
		code = sitting_create(scene->loop, orders, count, take_pointer(scene->memory),
			sitting_ended, scene, &scene->sitting);
	if (code == 0) {
		timer_arm(&scene->budget, clock_monotonic_ns() + budget_ns);
		return;
	}
	tell_all_incomplete(orders ? &scene->seated : &scene->waiting,
		"it could not be looked at: no thread could be started");
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
		tell_all_incomplete(&scene->waiting, "it could not be looked at: the kernel still "
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
	survey_memory_destroy(scene->memory);
	free(scene);
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
	struct look *look = calloc(1, sizeof(*look));

	if (!look) {
		struct comparison_order refused = *order;

		comparison_order_finish(&refused);
		return -ENOMEM;
	}
	look->order = *order;
	look->told = told;
	look->data = data;
	list_append(&scene->waiting, &look->link);
	begin_soon(scene);
	*ret_look = look;
	return 0;
}

void scene_begin(struct scene *scene)
{
	if (!scene->sitting && !scene->stuck && !list_empty(&scene->waiting))
		sit_down(scene);
}

void look_forget(struct look *look)
{
	if (look)
		look->told = NULL;
}
