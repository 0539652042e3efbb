/* What a job had come to is read from its trace, as its supervisor told it. */
#include "unit/record/folder.h"

#include "record/trace.h"
#include "recovery/history.h"

#define ASSESSMENTS 2

#define HISTORY_TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

static struct trace *begin(const struct folder *folder)
{
	struct error error = { 0 };
	struct trace *trace;

	if (trace_create(folder->fd, 1, 1, TRACE_LIMIT_DEFAULT, &trace, &error) < 0)
		fail_msg("%s", error.text);
	return trace;
}

/* `data` is taken. */
static void tell(struct trace *trace, enum trace_type type, int assessment, json_t *data)
{
	json_t *given = data ? data : json_object();
	const struct trace_line line = {
		.type = type,
		.has_assessment = assessment >= 0,
		.assessment = assessment < 0 ? 0 : (unsigned)assessment,
		.try_number = assessment < 0 ? 0 : 1,
		.data = given,
	};

	assert_return_code(trace_write(trace, &line, NULL), 0);
	json_decref(given);
}

static struct history end(const struct folder *folder, struct trace *trace)
{
	struct history history;
	struct error error = { 0 };

	trace_flush(trace, NULL);
	trace_destroy(trace);
	if (history_read(folder->fd, ASSESSMENTS, &history, &error) < 0)
		fail_msg("%s", error.text);
	return history;
}

static void each_assessment_has_what_was_told_of_it(void **state)
{
	struct folder *folder = *state;
	struct trace *trace = begin(folder);
	struct history history;

	tell(trace, TRACE_JOB_BEGIN, -1, NULL);
	tell(trace, TRACE_ASSESSMENT_BEGIN, 0, NULL);
	tell(trace, TRACE_ASSESSMENT_CANCEL, 0, json_pack("{s:s}", "state", "requested"));
	tell(trace, TRACE_ASSESSMENT_END, 0, json_pack("{s:s}", "verdict", "passed"));
	tell(trace, TRACE_POST_BEGIN, ASSESSMENTS, NULL);
	history = end(folder, trace);
	assert_int_equal(json_array_size(history.events), 5);
	assert_true(history.tasks[0].begun && history.tasks[0].canceled);
	assert_false(history.tasks[0].acknowledged);
	assert_non_null(history.tasks[0].result);
	assert_false(history.tasks[1].begun);
	assert_true(history.tasks[ASSESSMENTS].begun);
	assert_null(history.tasks[ASSESSMENTS].result);
	assert_non_null(history_find(&history, trace_type_name(TRACE_JOB_BEGIN)));
	assert_null(history_find(&history, trace_type_name(TRACE_JOB_END)));
	history_finish(&history);
}

static void what_was_said_of_an_earlier_try_is_not_said_of_the_next(void **state)
{
	struct folder *folder = *state;
	struct trace *trace = begin(folder);
	struct history history;

	tell(trace, TRACE_ASSESSMENT_BEGIN, 1, NULL);
	tell(trace, TRACE_ASSESSMENT_TIMEOUT, 1, NULL);
	tell(trace, TRACE_ASSESSMENT_KILL, 1, NULL);
	tell(trace, TRACE_ASSESSMENT_TRY, 1,
		json_pack("{s:s, s:i}", "verdict", "timeout", "try", 1));
	history = end(folder, trace);
	assert_int_equal(history.tasks[1].tries, 1);
	assert_int_equal(json_array_size(history.tasks[1].earlier), 1);
	assert_false(history.tasks[1].timed_out || history.tasks[1].killed);
	assert_null(history.tasks[1].result);
	history_finish(&history);
}

/* As the queue grants further tries of what the host could not start, and of nothing else. */
static void what_the_host_could_not_start_is_told_from_what_failed(void **state)
{
	struct folder *folder = *state;
	struct trace *trace = begin(folder);
	struct history history;

	tell(trace, TRACE_ASSESSMENT_BEGIN, 0, NULL);
	tell(trace, TRACE_ASSESSMENT_TRY, 0,
		json_pack("{s:s, s:{s:s}}", "verdict", "error", "error", "errno", "EIO"));
	tell(trace, TRACE_ASSESSMENT_TRY, 0,
		json_pack("{s:s, s:{s:s}}", "verdict", "error", "error", "errno", "ENOENT"));
	tell(trace, TRACE_ASSESSMENT_TRY, 0, json_pack("{s:s}", "verdict", "failed"));
	history = end(folder, trace);
	assert_int_equal(history.tasks[0].tries, 3);
	assert_int_equal(history.tasks[0].host_faults, 1);
	history_finish(&history);
}

static void an_assessment_that_the_job_does_not_have_is_passed_over(void **state)
{
	struct folder *folder = *state;
	struct trace *trace = begin(folder);
	struct history history;

	tell(trace, TRACE_ASSESSMENT_BEGIN, ASSESSMENTS + 1, NULL);
	history = end(folder, trace);
	for (size_t at = 0; at <= ASSESSMENTS; at++)
		assert_false(history.tasks[at].begun);
	history_finish(&history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HISTORY_TEST(each_assessment_has_what_was_told_of_it),
		HISTORY_TEST(what_was_said_of_an_earlier_try_is_not_said_of_the_next),
		HISTORY_TEST(what_the_host_could_not_start_is_told_from_what_failed),
		HISTORY_TEST(an_assessment_that_the_job_does_not_have_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
