/* Tracing that was switched on for the whole kernel. */
#include "recorded.h"

#define PLACE "sys/kernel/tracing/"

static json_t *explain(const char *name, const char *text)
{
	struct recorded recorded;
	json_t *before, *row;

	recorded_begin(&recorded);
	recorded_write(&recorded, PLACE "current_tracer", "nop\n");
	recorded_write(&recorded, PLACE "set_event", "");
	recorded_write(&recorded, PLACE "kprobe_events", "");
	recorded_write(&recorded, PLACE "instances/none", "");
	before = recorded_take(&recorded, &survey_tracing);
	recorded_write(&recorded, name, text);
	row = recorded_explain(&survey_tracing, before, recorded_take(&recorded, &survey_tracing));
	recorded_end(&recorded);
	return row;
}

static void tracer_is_told_with_the_one_before(void **state)
{
	json_t *row = explain(PLACE "current_tracer", "function\n");
	char text[512];

	assert_string_equal(told(row, "kind"), "tracing");
	assert_string_equal(told(row, "object"), "/" PLACE "current_tracer");
	assert_string_equal(told(row, "evidence"), "is `function`, was `nop`");
	assert_string_equal(remedy_of(row, text), "sh -c echo 'nop' >>'/" PLACE "current_tracer'");
	json_decref(row);
}

static void event_is_told_with_its_end(void **state)
{
	json_t *row = explain(PLACE "set_event", "sched:sched_switch\n");
	char text[512];

	assert_string_equal(told(row, "object"), "sched:sched_switch");
	assert_string_equal(
		remedy_of(row, text), "sh -c echo '!sched:sched_switch' >>'/" PLACE "set_event'");
	json_decref(row);
}

static void probe_is_told_by_its_name(void **state)
{
	json_t *row = explain(PLACE "kprobe_events", "p:kprobes/mine do_exit arg=%ax\n");
	char text[512];

	assert_string_equal(told(row, "object"), "kprobes/mine");
	assert_string_equal(told(row, "evidence"), "is a probe in the kernel, and was not before");
	assert_string_equal(
		remedy_of(row, text), "sh -c echo '-:kprobes/mine' >>'/" PLACE "kprobe_events'");
	json_decref(row);
}

static void instance_is_told(void **state)
{
	json_t *row = explain(PLACE "instances/mine/x", "");
	char text[512];

	assert_string_equal(told(row, "object"), "/" PLACE "instances/mine");
	assert_string_equal(remedy_of(row, text), "rmdir -- /" PLACE "instances/mine");
	json_decref(row);
}

static void nothing_is_known_without_tracefs(void **state)
{
	struct recorded recorded;
	json_t *objects;

	recorded_begin(&recorded);
	objects = recorded_take(&recorded, &survey_tracing);
	assert_int_equal(json_object_size(objects), 0);
	json_decref(objects);
	recorded_end(&recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tracer_is_told_with_the_one_before),
		cmocka_unit_test(event_is_told_with_its_end),
		cmocka_unit_test(probe_is_told_by_its_name),
		cmocka_unit_test(instance_is_told),
		cmocka_unit_test(nothing_is_known_without_tracefs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
