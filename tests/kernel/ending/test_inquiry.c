/* Who survives is described by a helper; what it does not say in time is said to be missing. */
#include "ending/inquiry.h"

#include <jansson.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "kernel/ending/killing_scene.h"
#include "support/children.h"
#include "support/patience.h"

#define PATIENCE_NS (20 * NS_PER_SEC)
#define BUDGET_NS   (500 * NS_PER_MS)

static void on_answer(json_t *survivors, void *data)
{
	*(json_t **)data = json_deep_copy(survivors);
}

static struct inquiry *ask(struct scene *scene, json_t **answer)
{
	struct inquiry *inquiry = NULL;

	assert_return_code(inquiry_create(scene->loop, &scene->hierarchy, scene->group, on_answer,
				   answer, &inquiry),
		0);
	return inquiry;
}

static void run_until_answered(struct scene *scene, json_t *const *answer)
{
	uint64_t patience = clock_monotonic_ns() + patience_ns(PATIENCE_NS);

	while (!*answer && clock_monotonic_ns() < patience)
		assert_return_code(sd_event_run(scene->loop, 100000), 0);
	assert_int_equal(json_array_size(*answer), 1);
}

static const char *reason_of(const json_t *answer, pid_t pid)
{
	const json_t *survivor = json_array_get(answer, 0);

	assert_int_equal(json_integer_value(json_object_get(survivor, "pid")), pid);
	return json_string_value(json_object_get(survivor, "reason"));
}

static void spend_budget(uint64_t begin_ns)
{
	const struct timespec nap = { .tv_nsec = NS_PER_MS };

	while (clock_monotonic_ns() <= begin_ns + BUDGET_NS)
		nanosleep(&nap, NULL);
}

static void an_answer_counts_though_the_loop_comes_late(void **state)
{
	struct scene *scene = *state;
	pid_t pid = test_groups_sleeper(group_path(scene->group));
	uint64_t begin_ns = clock_monotonic_ns();
	json_t *answer = NULL;
	struct inquiry *inquiry;
	siginfo_t ended;

	assert_true(pid > 0);
	inquiry = ask(scene, &answer);
	assert_return_code(waitid(P_PID, (id_t)children_youngest(), &ended, WEXITED | WNOWAIT), 0);
	spend_budget(begin_ns);
	run_until_answered(scene, &answer);
	assert_null(strstr(reason_of(answer, pid), "not described"));
	json_decref(answer);
	inquiry_destroy(inquiry);
}

/* Of one processor, and nobody there who yields it: a child does not run before its parent waits.
 */
static void keep_the_processor(cpu_set_t *ret_before)
{
	const struct sched_param first = { .sched_priority = 1 };
	cpu_set_t one;

	if (sched_setscheduler(0, SCHED_FIFO, &first) < 0)
		skip_case("no real-time scheduling here");
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	assert_return_code(sched_getaffinity(0, sizeof(*ret_before), ret_before), 0);
	assert_return_code(sched_setaffinity(0, sizeof(one), &one), 0);
}

static void give_the_processor_back(const cpu_set_t *before)
{
	const struct sched_param usual = { .sched_priority = 0 };

	assert_return_code(sched_setscheduler(0, SCHED_OTHER, &usual), 0);
	assert_return_code(sched_setaffinity(0, sizeof(*before), before), 0);
}

static void who_is_not_described_in_time_is_named_and_so_is_that(void **state)
{
	struct scene *scene = *state;
	pid_t pid = test_groups_sleeper(group_path(scene->group));
	json_t *answer = NULL;
	struct inquiry *inquiry;
	cpu_set_t before;

	assert_true(pid > 0);
	keep_the_processor(&before);
	inquiry = ask(scene, &answer);
	assert_return_code(kill(children_youngest(), SIGSTOP), 0);
	give_the_processor_back(&before);
	run_until_answered(scene, &answer);
	assert_non_null(strstr(reason_of(answer, pid), "not described within 500 ms"));
	assert_true(json_is_null(json_object_get(json_array_get(answer, 0), "state")));
	json_decref(answer);
	inquiry_destroy(inquiry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_answer_counts_though_the_loop_comes_late, scene_setup, scene_teardown),
		cmocka_unit_test_setup_teardown(
			who_is_not_described_in_time_is_named_and_so_is_that, scene_setup,
			scene_teardown),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
