/* Events on their way to the store where there is no memory for them. */
#include "engine/publisher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "record/store.h"
#include "record/trace.h"
#include "support/unit.h"

#define ALL 1000 /* more than anybody tries */

/* Stands for the store: takes what it is given, or has no memory for the next ones. */
static struct {
	unsigned refusals;
	char data[64];
	store_done *done;
	void *done_data;
	bool patient; /* the last one */
} store;

int store_submit(struct store *unused, const struct store_change *changes, size_t count,
	store_done *done, void *data, struct error *error)
{
	(void)unused;
	if (store.refusals) {
		store.refusals--;
		return fail_plain(error, ENOMEM, "no memory");
	}
	snprintf(store.data, sizeof(store.data), "%s", changes[count - 1].event.data);
	store.done = done;
	store.done_data = data;
	store.patient = false;
	return 0;
}

int store_submit_patient(struct store *unused, const struct store_change *changes, size_t count,
	store_done *done, void *data, struct error *error)
{
	int code = store_submit(unused, changes, count, done, data, error);

	store.patient = true;
	return code;
}

void store_forget(struct store *unused, const void *data)
{
	(void)unused;
	(void)data;
}

/* How often jansson gets nothing. */
static unsigned shortages;

static void *allocate(size_t size)
{
	if (!shortages)
		return malloc(size);
	shortages--;
	return NULL;
}

static int begin(void **state)
{
	(void)state;
	memset(&store, 0, sizeof(store));
	shortages = 0;
	json_set_alloc_funcs(allocate, free);
	return 0;
}

struct told {
	unsigned durable, lost;
};

static void deliver(const json_t *event, bool durable, void *data)
{
	struct told *told = data;

	(void)event;
	*(durable ? &told->durable : &told->lost) += 1;
}

static struct told publish(unsigned refusals, unsigned without_words)
{
	auto_json event = json_pack("{s:s, s:{s:i}}", "type", "job.end", "data", "status", 3);
	struct publisher *publisher;
	struct told told = { 0 };

	assert_int_equal(0, publisher_create((struct store *)&store, deliver, &told, &publisher));
	store.refusals = refusals;
	shortages = without_words;
	publisher_put(publisher, event, NULL, 0);
	if (store.done)
		store.done(&(struct store_commit){ .final = true }, store.done_data);
	assert_int_equal(told.lost, publisher_lost(publisher));
	publisher_destroy(publisher);
	return told;
}

static void event_is_stored_from_the_reserve(void **state)
{
	struct told told = publish(1, 0);

	(void)state;
	assert_int_equal(1, told.durable);
	assert_int_equal(0, told.lost);
}

static void event_waits_for_a_shortage_to_be_over(void **state)
{
	struct told told = publish(40, 0);

	(void)state;
	assert_int_equal(1, told.durable);
	assert_int_equal(0, told.lost);
}

/* Nobody is held up for each of many. */
static void event_behind_one_that_was_lost_is_not_waited_for(void **state)
{
	auto_json event = json_pack("{s:s, s:{}}", "type", "job.end", "data");
	struct publisher *publisher;
	struct told told = { 0 };

	(void)state;
	assert_int_equal(0, publisher_create((struct store *)&store, deliver, &told, &publisher));
	store.refusals = ALL;
	publisher_put(publisher, event, NULL, 0);
	assert_int_equal(1, told.lost);
	store.refusals = 10;
	publisher_put(publisher, event, NULL, 0);
	assert_int_equal(2, told.lost);
	assert_int_equal(8, store.refusals);
	publisher_destroy(publisher);
}

/* Somebody's answer may wait for all others, and for what decides about the job. */
static void only_begin_and_end_of_an_assessment_are_stored_patiently(void **state)
{
	(void)state;
	for (unsigned type = 0; type < TRACE_TYPE_COUNT; type++) {
		const char *name = trace_type_name((enum trace_type)type);
		auto_json event = json_pack("{s:s, s:{}}", "type", name, "data");
		struct publisher *publisher;
		struct told told = { 0 };

		publisher_create((struct store *)&store, deliver, &told, &publisher);
		publisher_put(publisher, event, NULL, 0);
		assert_int_equal(store.patient,
			!strcmp(name, "assessment.begin") || !strcmp(name, "assessment.end"));
		publisher_destroy(publisher);
	}
}

static void event_is_never_stored_without_its_words(void **state)
{
	struct told told = publish(0, 1);

	(void)state;
	assert_int_equal(1, told.durable);
	assert_string_equal("{\"status\":3}", store.data);
}

static void event_that_finds_no_memory_is_told_and_said_to_be_lost(void **state)
{
	struct told told = publish(ALL, 0);

	(void)state;
	assert_int_equal(0, told.durable);
	assert_int_equal(1, told.lost);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(event_is_stored_from_the_reserve, begin),
		cmocka_unit_test_setup(event_waits_for_a_shortage_to_be_over, begin),
		cmocka_unit_test_setup(event_behind_one_that_was_lost_is_not_waited_for, begin),
		cmocka_unit_test_setup(
			only_begin_and_end_of_an_assessment_are_stored_patiently, begin),
		cmocka_unit_test_setup(event_is_never_stored_without_its_words, begin),
		cmocka_unit_test_setup(
			event_that_finds_no_memory_is_told_and_said_to_be_lost, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
