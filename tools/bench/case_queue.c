/* (i) A long queue: how fast jobs come in, and what it costs to look, to cancel and to start. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "bench/cases.h"
#include "bench/report.h"
#include "bench/series.h"
#include "bench/supervised.h"
#include "libaxe/connection.h"

#define JOBS         100000
#define JOBS_QUICK   2000
#define BATCH        100
#define ROUNDS       51
#define ROUNDS_QUICK 5
#define ANSWER_NS    (120 * NS_PER_SEC)

#define LEAST_A_SECOND 3000
#define MOST_CALL_MS   5
#define MOST_MIB       64
#define MOST_START_MS  500

static const char *const waiting[] = { "/bin/true", NULL };
static const char *const running[] = { "sleep", "100000", NULL };

struct queue_case {
	struct bench *bench;
	struct connection *connection; /* owned */
	unsigned jobs, rounds;
	json_int_t last; /* number of a job */
};

static int call(struct queue_case *queue, const char *method, json_t *parameters,
	json_t **ret_answer, struct error *error)
{
	auto_reply reply = { 0 };
	char name[64];
	int code;

	snprintf(name, sizeof(name), "io.axe.Cluster.%s", method);
	code = connection_send_to(queue->connection, name, parameters, CONNECTION_ONE, error);
	if (code == 0)
		code = connection_wait(queue->connection, ANSWER_NS, &reply, error);
	if (code == 0)
		code = reply_check(&reply, error);
	if (code < 0)
		return fail_context(error, "%s", method);
	if (ret_answer)
		*ret_answer = json_incref(reply.parameters);
	return 0;
}

/* So many jobs of this command as one batch. */
static int add(struct queue_case *queue, unsigned count, const char *const *command, int priority,
	struct error *error)
{
	auto_json job = json_pack("{s:o, s:{s:i}}", "manifest", manifest_of(1, 1, command),
		"options", "priority", priority);
	json_t *jobs = json_array();
	auto_json answer = NULL;
	const json_t *numbers;
	int code;

	for (unsigned at = 0; at < count; at++)
		json_array_append(jobs, job);
	code = call(queue, "QueueJob", json_pack("{s:o}", "jobs", jobs), &answer, error);
	if (code < 0)
		return code;
	numbers = json_object_get(answer, "jobs");
	if (json_array_size(numbers) != count)
		return fail_plain(error, EPROTO, "QueueJob: %zu of %u jobs were taken",
			json_array_size(numbers), count);
	queue->last = json_integer_value(json_array_get(numbers, count - 1));
	return 0;
}

/* One job takes the slot, so that all others wait. */
static int fill(struct queue_case *queue, struct error *error)
{
	int code = add(queue, 1, running, 4, error);
	double begin = bench_now_ms(), seconds;
	char name[64];

	for (unsigned done = 0; code == 0 && done < queue->jobs; done += BATCH)
		code = add(queue, BATCH, waiting, 2, error);
	if (code < 0)
		return code;
	seconds = (bench_now_ms() - begin) / 1e3;
	snprintf(name, sizeof(name), "i  %u jobs queued, %u at once", queue->jobs, BATCH);
	report_add(queue->bench->report, &(struct measurement){ .name = name,
						 .unit = "jobs/s",
						 .ours = queue->jobs / seconds,
						 .reference = -1,
						 .goal_kind = GOAL_LEAST,
						 .goal = LEAST_A_SECOND });
	return 0;
}

static void add_call(struct queue_case *queue, const char *name, const struct series *ours,
	const struct series *bare)
{
	report_add(queue->bench->report,
		&(struct measurement){ .name = name,
			.unit = "ms",
			.ours = series_median(ours),
			.reference = bare ? series_median(bare) : -1,
			.reference_name = bare ? "a bare write and fdatasync" : NULL,
			.goal_kind = GOAL_MOST,
			.goal = MOST_CALL_MS,
			.spread_low = series_minimum(ours),
			.spread_high = series_maximum(ours) });
}

static int list_once(
	struct queue_case *queue, const char *state, struct series *series, struct error *error)
{
	json_t *parameters = state ? json_pack("{s:[s]}", "states", state) : NULL;
	double begin = bench_now_ms();
	auto_json answer = NULL;
	int code = call(queue, "ListJobs", parameters, &answer, error);

	series_add(series, bench_now_ms() - begin);
	if (code == 0 && json_array_size(json_object_get(answer, "jobs")) != BATCH)
		return fail_plain(error, EPROTO, "ListJobs: not a whole page");
	return code;
}

static int list(struct queue_case *queue, struct error *error)
{
	struct series all = { .count = 0 }, queued = { .count = 0 };
	int code = 0;

	for (unsigned round = 0; code == 0 && round < queue->rounds; round++) {
		code = list_once(queue, NULL, &all, error);
		if (code == 0)
			code = list_once(queue, "Queued", &queued, error);
	}
	if (code < 0)
		return code;
	add_call(queue, "i  first page of the list", &all, NULL);
	add_call(queue, "i  first page of those that wait", &queued, NULL);
	return 0;
}

/* What the disk needs for the least that is durable. */
static int sync_bare(int fd, struct series *series, struct error *error)
{
	static const char page[4096];
	double begin = bench_now_ms();

	if (write(fd, page, sizeof(page)) != (ssize_t)sizeof(page) || fdatasync(fd) < 0)
		return fail(error, errno, "write a page");
	series_add(series, bench_now_ms() - begin);
	return 0;
}

static int cancel_once(
	struct queue_case *queue, json_int_t job, struct series *series, struct error *error)
{
	double begin = bench_now_ms();
	int code = call(queue, "CancelJob",
		json_pack("{s:I, s:s}", "job", job, "message", "not needed"), NULL, error);

	series_add(series, bench_now_ms() - begin);
	return code;
}

/* From all over the queue. */
static int cancel(struct queue_case *queue, struct error *error)
{
	struct series ours = { .count = 0 }, bare = { .count = 0 };
	unsigned apart = queue->jobs / queue->rounds;
	char path[96];
	auto_fd fd = -1;
	int code = 0;

	snprintf(path, sizeof(path), "%s/bare", supervised_folder(queue->bench->supervised));
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(error, errno, "make `%s`", path);
	for (unsigned round = 0; code == 0 && round < queue->rounds; round++) {
		code = cancel_once(queue, queue->last - round * apart, &ours, error);
		if (code == 0)
			code = sync_bare(fd, &bare, error);
	}
	if (code == 0)
		add_call(queue, "i  CancelJob of one that waits", &ours, &bare);
	return code;
}

static void add_one(
	struct queue_case *queue, const char *name, const char *unit, double ours, double goal)
{
	report_add(queue->bench->report, &(struct measurement){ .name = name,
						 .unit = unit,
						 .ours = ours,
						 .reference = -1,
						 .goal_kind = GOAL_MOST,
						 .goal = goal });
}

static int measure(struct queue_case *queue, struct error *error)
{
	struct supervised *supervised = queue->bench->supervised;
	double start_ms;
	int code = connection_open(supervised_socket(supervised), &queue->connection, error);

	if (code == 0)
		code = fill(queue, error);
	if (code == 0)
		code = list(queue, error);
	if (code == 0)
		code = cancel(queue, error);
	if (code < 0)
		return code;
	add_one(queue, "i  axed resident with that queue", "MiB",
		supervised_resident_mib(supervised), MOST_MIB);
	code = supervised_restart(supervised, &start_ms, error);
	if (code == 0)
		add_one(queue, "i  start with that queue", "ms", start_ms, MOST_START_MS);
	return code;
}

int case_queue(struct bench *bench, struct error *error)
{
	struct queue_case queue = {
		.bench = bench,
		.jobs = bench->quick ? JOBS_QUICK : JOBS,
		.rounds = bench->quick ? ROUNDS_QUICK : ROUNDS,
	};
	int code;

	supervised_clear(bench->supervised);
	code = supervised_start(bench->supervised, error);
	if (code == 0)
		code = measure(&queue, error);
	connection_destroy(queue.connection);
	if (code < 0)
		return code;
	/* No other measurement is to carry that queue. */
	supervised_clear(bench->supervised);
	return supervised_start(bench->supervised, error);
}
