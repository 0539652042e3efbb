/* A job that has lost its supervisor, and what ends it. */
#pragma once

#include "support/json_at.h"
#include "unit/record/store_case.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/trace.h"
#include "recovery/orphan_parts.h"

#define AWAIT_NS UINT64_C(60000000000)
#define MANIFEST                                                                                   \
	"{\"name\":\"j\",\"assessments\":[{\"name\":\"a\",\"command\":\"true\"},"                  \
	"{\"name\":\"b\",\"command\":\"true\"},{\"name\":\"c\",\"command\":\"true\"}]}"

static inline void tell(struct trace *trace, enum trace_type type, int index, const char *verdict)
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

static inline struct store_change task(unsigned index, const char *name)
{
	return (struct store_change){ .kind = STORE_ASSESSMENT,
		.assessment = { .job = 1, .index = index, .name = name, .state = STATE_RUNNING } };
}

static inline struct store_change try_of(unsigned index)
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
static inline void lose_supervisor(struct store_case *test)
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

static inline void see_row(const struct store_job *row, void *data)
{
	struct orphan_set *orphans = data;

	orphan_set_add(orphans, row);
}

/* As the start of a supervisor does: those that the store has as running. */
static inline void end_orphans_of(struct store_case *test, bool again)
{
	const struct store_job_page page = { .state = STATE_RUNNING, .owner = STORE_ANY_OWNER };
	struct orphan_set orphans = { .count = 0 };

	store_read_jobs(test->store, &page, see_row, &orphans, NULL);
	for (size_t at = 0; at < orphans.count; at++) {
		orphans.all[at].again = again;
		orphan_end(test->store, test->folder->fd, &orphans.all[at], NULL);
	}
	store_await(test->store, AWAIT_NS);
	orphan_set_finish(&orphans);
}

static inline void end_orphans(struct store_case *test)
{
	end_orphans_of(test, false);
}

static inline void count_row(const struct store_job *row, void *data)
{
	assert_int_equal(1, row->id);
	*(unsigned *)data += 1;
}

static inline unsigned count_requeues(struct store_case *test)
{
	unsigned count = 0;

	assert_int_equal(0, store_read_requeues(test->store, count_row, &count, NULL));
	return count;
}

static inline unsigned count_traced(struct store_case *test, const char *type)
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

static inline void see_event(const struct store_event *event, void *data)
{
	struct census *census = data;

	census->assessments += !strcmp(event->type, "assessment.end");
	census->jobs += !strcmp(event->type, "job.end");
}

static inline void expect_one_end(struct store_case *test)
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
