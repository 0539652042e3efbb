/* What the trace told of processes that the kernel's table still has. */
#include "unit/record/folder.h"

#include "engine/told.h"
#include "record/jobdir.h"
#include "record/trace.h"

#define TOLD_TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

struct place {
	struct jobdir *folder;
	struct trace *trace;
	struct told *told; /* of assessment 1, try 2 */
};

static void begin(const struct folder *folder, struct place *place)
{
	struct error error = { 0 };

	if (jobdir_create(folder->path, &place->folder, &error) < 0 ||
		trace_create(jobdir_descriptor(place->folder), 1, 1, TRACE_LIMIT_DEFAULT,
			&place->trace, &error) < 0)
		fail_msg("%s", error.text);
	place->told = malloc(sizeof(*place->told));
	assert_non_null(place->told);
	told_init(place->told, 1, 2);
}

static void see(struct place *place, unsigned pid, uint32_t flags)
{
	const struct axe_process_key key = { .tgid = pid, .start_ns = pid * 1000 };
	const struct axe_process record = { .flags = flags };

	told_see_record(&key, &record, place->told);
}

static void tell(
	struct place *place, enum trace_type type, unsigned assessment, unsigned number, int pid)
{
	json_t *data = json_pack("{s:i, s:i, s:s}", "pid", pid, "start_ns", pid * 1000, "exe",
		trace_type_name(type));
	const struct trace_line line = {
		.type = type,
		.has_assessment = true,
		.assessment = assessment,
		.try_number = number,
		.data = data,
	};

	assert_return_code(trace_write(place->trace, &line, NULL), 0);
	json_decref(data);
}

static void read_all(struct place *place)
{
	told_sort(place->told);
	trace_flush(place->trace, NULL);
	assert_int_equal(told_read(place->told, place->folder, NULL), 0);
}

static void finish(struct place *place)
{
	told_destroy(place->told);
	trace_destroy(place->trace);
	jobdir_destroy(place->folder);
}

static const struct told_process *process(const struct place *place, unsigned pid)
{
	for (size_t at = 0; at < place->told->count; at++)
		if (place->told->processes[at].key.tgid == pid)
			return &place->told->processes[at];
	fail_msg("process %u is not there", pid);
	return NULL;
}

static void birth_and_end_are_told_apart(void **state)
{
	struct place place;

	begin(*state, &place);
	for (unsigned pid = 9; pid >= 6; pid--)
		see(&place, pid, pid == 8 ? AXE_PROCESS_EXITED : 0);
	tell(&place, TRACE_PROCESS_FORK, 1, 2, 7);
	tell(&place, TRACE_PROCESS_JOIN, 1, 2, 8);
	tell(&place, TRACE_PROCESS_EXIT, 1, 2, 8);
	tell(&place, TRACE_PROCESS_EXIT, 1, 2, 5);
	read_all(&place);
	assert_false(process(&place, 6)->birth_told || process(&place, 6)->exit_told);
	assert_true(process(&place, 7)->birth_told && !process(&place, 7)->exit_told);
	assert_true(process(&place, 8)->birth_told && process(&place, 8)->exit_told);
	/* Also of one that the table has forgotten. */
	assert_int_equal(place.told->exits, 2);
	finish(&place);
}

static void what_is_said_of_another_try_is_not_said_of_this_one(void **state)
{
	struct place place;

	begin(*state, &place);
	see(&place, 7, 0);
	tell(&place, TRACE_PROCESS_EXIT, 1, 1, 7);
	tell(&place, TRACE_PROCESS_EXIT, 0, 2, 7);
	tell(&place, TRACE_PROCESS_EXIT, 11, 2, 7);
	read_all(&place);
	assert_int_equal(place.told->exits, 0);
	assert_false(process(&place, 7)->exit_told);
	finish(&place);
}

static void hear(struct place *place, enum axe_event_type type, unsigned pid)
{
	const struct axe_event event = { .type = type,
		.process = { .tgid = pid, .start_ns = pid * 1000 } };

	told_hear(place->told, &event);
}

/* A trace that is full tells nothing of it: it is not to be told, and counted, once more. */
static void what_is_heard_of_one_counts_whether_or_not_the_trace_has_it(void **state)
{
	struct place place;

	begin(*state, &place);
	see(&place, 8, 0);
	see(&place, 7, 0);
	told_sort(place.told);
	hear(&place, AXE_EVENT_FORK, 7);
	hear(&place, AXE_EVENT_EXEC, 8);
	hear(&place, AXE_EVENT_EXIT, 8);
	hear(&place, AXE_EVENT_EXIT, 9);
	read_all(&place);
	assert_true(process(&place, 7)->birth_told && !process(&place, 7)->exit_heard);
	assert_true(process(&place, 8)->exit_heard && !process(&place, 8)->birth_told);
	assert_false(process(&place, 8)->exit_told);
	assert_int_equal(place.told->exits, 0);
	finish(&place);
}

/* Those of the living are said again when they leak. */
static void the_last_words_of_the_living_are_kept(void **state)
{
	struct place place;

	begin(*state, &place);
	see(&place, 7, 0);
	see(&place, 8, AXE_PROCESS_EXITED);
	tell(&place, TRACE_PROCESS_EXEC, 1, 2, 7);
	tell(&place, TRACE_PROCESS_EXEC, 1, 2, 7);
	tell(&place, TRACE_PROCESS_EXEC, 1, 2, 8);
	read_all(&place);
	assert_non_null(process(&place, 7)->exec);
	assert_null(process(&place, 8)->exec);
	finish(&place);
}

static void the_same_number_at_another_time_is_another(void **state)
{
	const struct axe_process_key now = { .tgid = 7, .start_ns = 7000 };
	const struct axe_process_key later = { .tgid = 7, .start_ns = 7001 };
	struct place place;

	begin(*state, &place);
	assert_false(told_has(place.told, &now));
	see(&place, 7, 0);
	told_sort(place.told);
	assert_true(told_has(place.told, &now));
	assert_false(told_has(place.told, &later));
	finish(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TOLD_TEST(birth_and_end_are_told_apart),
		TOLD_TEST(what_is_said_of_another_try_is_not_said_of_this_one),
		TOLD_TEST(what_is_heard_of_one_counts_whether_or_not_the_trace_has_it),
		TOLD_TEST(the_last_words_of_the_living_are_kept),
		TOLD_TEST(the_same_number_at_another_time_is_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
