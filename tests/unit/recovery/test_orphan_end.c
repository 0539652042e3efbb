/* A job that has lost its supervisor has one end, however often whoever ends it dies over that. */
#include "support/json_at.h"
#include "unit/record/store_case.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/trace.h"
#include "recovery/orphan_parts.h"

#define STEPS_MOST 24
#define AWAIT_NS   UINT64_C(60000000000)
#define MANIFEST                                                                                   \
	"{\"name\":\"j\",\"assessments\":[{\"name\":\"a\",\"command\":\"true\"},"                  \
	"{\"name\":\"b\",\"command\":\"true\"},{\"name\":\"c\",\"command\":\"true\"}]}"

static void tell(struct trace *trace, enum trace_type type, int index, const char *verdict)
{
	json_t *data =
		json_pack("{s:i, s:s, s:s*}", "index", index, "name", "x", "verdict", verdict);
	const struct trace_line line = {
		.type = type,
		.has_assessment = index >= 0,
		.assessment = index < 0 ? 0 : (unsigned)index,
		.try_number = index < 0 ? 0 : 1,
		.data = data,
	};

	assert_return_code(trace_write(trace, &line, NULL), 0);
	json_decref(data);
}

static struct store_change task(unsigned index, const char *name)
{
	return (struct store_change){ .kind = STORE_ASSESSMENT,
		.assessment = { .job = 1, .index = index, .name = name, .state = STATE_RUNNING } };
}

static struct store_change try_of(unsigned index)
{
	return (struct store_change){ .kind = STORE_TRY,
		.try = { .job = 1,
			.attempt = 1,
			.assessment = index,
			.number = 1,
			.verdict = VERDICT_COUNT,
			.wait_status = -1 } };
}

/* Two of three have begun; that the first has ended only the trace knows. */
static void lose_supervisor(struct store_case *test)
{
	const struct store_change rows[] = {
		{ .kind = STORE_JOB,
			.job = { .id = 1,
				.name = "j",
				.state = STATE_RUNNING,
				.attempt = 1,
				.manifest = MANIFEST } },
		{ .kind = STORE_ATTEMPT,
			.attempt = { .job = 1, .number = 1, .state = STATE_RUNNING } },
		task(0, "a"),
		task(1, "b"),
		try_of(0),
		try_of(1),
	};
	struct trace *trace;
	int fd;

	store_case_open(test);
	assert_int_equal(
		0, store_submit(test->store, rows, sizeof(rows) / sizeof(*rows), NULL, NULL, NULL));
	assert_true(store_await(test->store, AWAIT_NS));
	store_case_close(test);
	assert_return_code(mkdirat(test->folder->fd, "jobs", 0755), errno);
	assert_return_code(mkdirat(test->folder->fd, "jobs/1", 0755), errno);
	fd = openat(test->folder->fd, "jobs/1", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(0, trace_create(fd, 1, 1, TRACE_LIMIT_DEFAULT, &trace, NULL));
	tell(trace, TRACE_JOB_BEGIN, -1, NULL);
	tell(trace, TRACE_ASSESSMENT_BEGIN, 0, NULL);
	tell(trace, TRACE_ASSESSMENT_BEGIN, 1, NULL);
	tell(trace, TRACE_ASSESSMENT_END, 0, "passed");
	trace_destroy(trace);
	close(fd);
}

static void see_row(const struct store_job *row, void *data)
{
	struct orphan_set *orphans = data;

	orphan_set_add(orphans, row);
}

/* As the start of a supervisor does: those that the store has as running. */
static void end_orphans(struct store_case *test)
{
	const struct store_job_page page = { .state = STATE_RUNNING, .owner = STORE_ANY_OWNER };
	struct orphan_set orphans = { .count = 0 };

	store_read_jobs(test->store, &page, see_row, &orphans, NULL);
	for (size_t at = 0; at < orphans.count; at++)
		orphan_end(test->store, test->folder->fd, &orphans.all[at], NULL);
	store_await(test->store, AWAIT_NS);
	orphan_set_finish(&orphans);
}

static unsigned count_traced(struct store_case *test, const char *type)
{
	auto_free char *text = folder_read(test->folder, "jobs/1/trace.ndjson", NULL);
	char sought[64];
	unsigned count = 0;

	snprintf(sought, sizeof(sought), "\"type\":\"%s\"", type);
	for (const char *at = text; (at = strstr(at, sought)); at++)
		count++;
	return count;
}

struct census {
	unsigned assessments, jobs;
};

static void see_event(const struct store_event *event, void *data)
{
	struct census *census = data;

	census->assessments += !strcmp(event->type, "assessment.end");
	census->jobs += !strcmp(event->type, "job.end");
}

static void expect_one_end(struct store_case *test)
{
	const struct store_event_page page = { .job = 1 };
	struct census census = { 0 };
	bool more;

	assert_int_equal(2, count_traced(test, "assessment.end"));
	assert_int_equal(1, count_traced(test, "job.end"));
	assert_int_equal(0, store_read_events(test->store, &page, see_event, &census, &more, NULL));
	assert_int_equal(2, census.assessments);
	assert_int_equal(1, census.jobs);
}

static void what_only_the_trace_knows_is_believed(void **state)
{
	struct store_case *test = *state;
	auto_free char *text = NULL;
	auto_json summary = NULL;

	lose_supervisor(test);
	store_case_open(test);
	end_orphans(test);
	expect_one_end(test);
	text = folder_read(test->folder, "jobs/1/results.json", NULL);
	summary = json_loads(text, 0, NULL);
	assert_int_equal(1,
		json_integer_value(json_object_get(json_object_get(summary, "counts"), "passed")));
	assert_int_equal(1,
		json_integer_value(json_object_get(json_object_get(summary, "counts"), "error")));
	assert_int_equal(1,
		json_integer_value(json_object_get(json_object_get(summary, "counts"), "not_run")));
}

/* With the words of a CancelJob that was accepted in that attempt. */
static json_t *end_canceled(struct store_case *test, unsigned attempt)
{
	const struct store_change asked = { .kind = STORE_EVENT,
		.event = { .job = 1,
			.attempt = attempt,
			.type = "job.terminate",
			.data = "{\"reason\":\"job_canceled\",\"message\":\"enough\"}" } };
	auto_free char *text = NULL;

	lose_supervisor(test);
	store_case_open(test);
	assert_int_equal(0, store_submit(test->store, &asked, 1, NULL, NULL, NULL));
	assert_true(store_await(test->store, AWAIT_NS));
	end_orphans(test);
	expect_one_end(test);
	text = folder_read(test->folder, "jobs/1/results.json", NULL);
	return json_loads(text, 0, NULL);
}

static void see_state(const struct store_job *row, void *data)
{
	*(enum state *)data = row->state;
}

static void what_was_being_canceled_is_canceled_with_its_words(void **state)
{
	struct store_case *test = *state;
	auto_json summary = end_canceled(test, 1);
	enum state ended = STATE_RUNNING;

	assert_string_equal("canceled", text_at(summary, "outcome"));
	assert_string_equal("job_canceled", text_at(summary, "reason"));
	assert_string_equal("enough", text_at(summary, "message"));
	assert_int_equal(0, store_read_job(test->store, 1, see_state, &ended, NULL));
	assert_int_equal(STATE_CANCELED, ended);
}

static void cancel_of_another_attempt_is_not_its_own(void **state)
{
	auto_json summary = end_canceled(*state, 2);

	assert_string_equal("error", text_at(summary, "outcome"));
	assert_string_equal("the supervisor ended before the job did", text_at(summary, "message"));
}

/* What had not reached the disk is told again, what had is not. */
static void whoever_dies_over_it_makes_no_second_end(void **state)
{
	struct store_case *test = *state;
	int status;

	for (uint64_t step = 1; step <= STEPS_MOST; step++) {
		pid_t pid;

		lose_supervisor(test);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			store_case_open(test);
			faulty_vfs_kill_at(test->vfs, step);
			end_orphans(test);
			_exit(0);
		}
		assert_int_equal(pid, waitpid(pid, &status, 0));
		store_case_open(test);
		end_orphans(test);
		expect_one_end(test);
		store_case_teardown(state);
		store_case_setup(state);
		test = *state;
	}
}

/* The disk kept the ends for longer than a start waits for it. */
static void a_disk_that_keeps_them_makes_no_second_end(void **state)
{
	struct store_case *test = *state;
	int status;
	pid_t pid;

	lose_supervisor(test);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const struct store_job_page page = { .state = STATE_RUNNING,
			.owner = STORE_ANY_OWNER };
		struct orphan_set orphans = { .count = 0 };

		store_case_open(test);
		faulty_vfs_hold_syncs(test->vfs);
		store_read_jobs(test->store, &page, see_row, &orphans, NULL);
		orphan_end(test->store, test->folder->fd, &orphans.all[0], NULL);
		faulty_vfs_wait_held(test->vfs);
		raise(SIGKILL);
	}
	assert_int_equal(pid, waitpid(pid, &status, 0));
	assert_true(WIFSIGNALED(status));
	store_case_open(test);
	end_orphans(test);
	expect_one_end(test);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(what_only_the_trace_knows_is_believed),
		STORE_TEST(what_was_being_canceled_is_canceled_with_its_words),
		STORE_TEST(cancel_of_another_attempt_is_not_its_own),
		STORE_TEST(whoever_dies_over_it_makes_no_second_end),
		STORE_TEST(a_disk_that_keeps_them_makes_no_second_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
