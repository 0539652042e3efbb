/* Two calls at once, and what the daemon's store must say of it afterwards. */
#include "support/unit.h"

#include "race.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define LATE_US 3000

/* Each of these must find nothing. */
static const struct {
	const char *wrong;
	const char *query;
} contradictions[] = {
	{ "the file is damaged",
		"SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'" },
	{ "a row hangs on none", "SELECT * FROM pragma_foreign_key_check" },
	{ "events have a gap",
		"SELECT count(*) FROM events HAVING count(*) <> max(seq) - min(seq) + 1" },
	{ "an attempt has begun twice",
		"SELECT job, attempt FROM events WHERE type = 'job.begin' GROUP BY 1, 2"
		" HAVING count(*) > 1" },
	{ "an attempt has ended twice",
		"SELECT job, attempt FROM events WHERE type = 'job.end' AND attempt GROUP BY 1, 2"
		" HAVING count(*) > 1" },
	{ "an attempt has begun and not ended",
		"SELECT job, attempt FROM events AS begin WHERE type = 'job.begin' AND NOT EXISTS"
		" (SELECT 1 FROM events AS end WHERE end.job = begin.job AND end.attempt ="
		" begin.attempt AND end.type = 'job.end' AND end.seq > begin.seq)" },
	{ "an attempt goes on after its end",
		"SELECT late.job, late.type FROM events AS late JOIN events AS end"
		" ON end.job = late.job AND end.attempt = late.attempt AND end.type = 'job.end'"
		" AND late.seq > end.seq WHERE late.type NOT IN ('job.pending', 'job.purge')" },
	{ "a job is not what its last end says",
		"SELECT id, state, json_extract(data, '$.outcome') FROM jobs JOIN events ON job = "
		"id"
		" WHERE seq = (SELECT max(seq) FROM events WHERE job = id AND type IN"
		" ('job.pending', 'job.begin', 'job.end')) AND state <> CASE"
		" WHEN type = 'job.pending' THEN 'Queued' WHEN type = 'job.begin' THEN 'Running'"
		" WHEN json_extract(data, '$.outcome') = 'finished' THEN 'Finished'"
		" WHEN json_extract(data, '$.outcome') IN ('canceled', 'terminated')"
		" THEN 'Canceled' ELSE 'Failed' END" },
	{ "an attempt is not what its end says",
		"SELECT attempts.job, attempts.attempt FROM attempts JOIN events ON events.job ="
		" attempts.job AND events.attempt = attempts.attempt AND type = 'job.end'"
		" WHERE attempts.outcome IS NOT json_extract(data, '$.outcome')" },
	{ "a job has ended, and a task of it has not",
		"SELECT job, assessment, assessments.state FROM assessments JOIN jobs ON id = job"
		" WHERE jobs.state IN ('Finished', 'Failed', 'Canceled')"
		" AND assessments.state IN ('NotSubmitted', 'Queued', 'Running')" },
	{ "a purged job is there",
		"SELECT id FROM jobs JOIN events ON job = id AND type = 'job.purge'" },
	{ "a job is gone without being purged",
		"SELECT DISTINCT job FROM events WHERE job NOT IN (SELECT id FROM jobs)"
		" AND job NOT IN (SELECT job FROM events WHERE type = 'job.purge')" },
};

unsigned rounds(unsigned otherwise)
{
	const char *text = getenv("AXE_ROUNDS");

	return text && atoi(text) > 0 ? (unsigned)atoi(text) : otherwise;
}

void linger(unsigned round, unsigned most_us)
{
	struct timespec pause = { .tv_nsec = (long)(round * 7919 % most_us) * 1000 };

	nanosleep(&pause, NULL);
}

struct runner {
	struct station *station;
	uint64_t number;
	race_call *call;
	pthread_barrier_t *start;
	unsigned late_us; /* 0: at once */
	axe_result result;
};

static void *run(void *data)
{
	struct runner *runner = data;
	struct timespec pause = { .tv_nsec = (long)runner->late_us * 1000 };

	pthread_barrier_wait(runner->start);
	if (runner->late_us)
		nanosleep(&pause, NULL);
	runner->result = runner->call(runner->station, runner->number);
	return NULL;
}

struct pair race(
	struct station *station, uint64_t number, unsigned round, race_call *one, race_call *other)
{
	unsigned late_us = round * 7919 % LATE_US;
	pthread_barrier_t start;
	struct runner runners[] = {
		{ station, number, one, &start, round % 2 ? late_us : 0, S_OK },
		{ station, number, other, &start, round % 2 ? 0 : late_us, S_OK },
	};
	pthread_t thread;

	pthread_barrier_init(&start, NULL, 2);
	assert_int_equal(0, pthread_create(&thread, NULL, run, &runners[0]));
	run(&runners[1]);
	assert_int_equal(0, pthread_join(thread, NULL));
	pthread_barrier_destroy(&start);
	return (struct pair){ runners[0].result, runners[1].result };
}

axe_result cancel(struct station *station, uint64_t number)
{
	return axe_cluster_cancel_job(station->cluster, number, "first", AXE_TEXT);
}

void tally_tell(const struct tally *tally)
{
	print_message("%u and %u\n", tally->one, tally->other);
}

void expect(struct station *station, uint64_t number, axe_state state, const char *message)
{
	assert_int_equal(S_OK, axe_cluster_wait_job(station->cluster, number, AXE_FOREVER, NULL));
	assert_int_equal(state, state_of(station, number));
	assert_message(station, number, message);
}

static void ask(const struct station *station, const char *call, char *answer, size_t size)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t count = 0;

	strcpy(address.sun_path, station->socket);
	assert_int_equal(0, connect(fd, (struct sockaddr *)&address, sizeof(address)));
	assert_int_equal(strlen(call) + 1, send(fd, call, strlen(call) + 1, MSG_NOSIGNAL));
	do {
		ssize_t got = recv(fd, answer + count, size - count, 0);

		assert_true(got > 0);
		count += (size_t)got;
	} while (answer[count - 1]);
	close(fd);
}

axe_result terminate_number(struct station *station, uint64_t number)
{
	char call[128], answer[16384];

	snprintf(call, sizeof(call),
		"{\"method\":\"io.axe.Engine.TerminateJob\",\"parameters\":{\"job\":%" PRIu64 "}}",
		number);
	ask(station, call, answer, sizeof(answer));
	if (strstr(answer, "io.axe.Engine.NoJobRunning"))
		return AXE_E_NO_JOB_RUNNING;
	if (strstr(answer, "\"error\""))
		fail_msg("%s", answer);
	return S_OK;
}

static int tell(void *data, int count, char **values, char **names)
{
	unsigned *found = data;

	print_message(
		"%s, %s, %s\n", values[0], count > 1 ? values[1] : "", count > 2 ? values[2] : "");
	(*found)++;
	return 0;
}

static void judge(sqlite3 *db, size_t at)
{
	unsigned found = 0;
	char *wrong = NULL;

	if (sqlite3_exec(db, contradictions[at].query, tell, &found, &wrong) != SQLITE_OK)
		fail_msg("%s: %s", contradictions[at].query, wrong);
	if (found)
		fail_msg("%s: %u of them", contradictions[at].wrong, found);
}

static int count_words(void *data, int count, char **values, char **names)
{
	*(unsigned *)data = (unsigned)atoi(values[0]);
	return 0;
}

static void judge_words(sqlite3 *db, unsigned accepted)
{
	static const char query[] = "SELECT count(*) FROM events WHERE type = 'job.end'"
				    " AND json_extract(data, '$.message') IN ('first', 'second')";
	unsigned found = 0;

	assert_int_equal(SQLITE_OK, sqlite3_exec(db, query, count_words, &found, NULL));
	assert_int_equal(accepted, found);
}

void judge_store(struct station *station, unsigned accepted)
{
	char *path = station_path(station, "state/axe.db");
	sqlite3 *db;

	station_stop(station, SIGTERM);
	assert_int_equal(SQLITE_OK, sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL));
	for (size_t at = 0; at < sizeof(contradictions) / sizeof(*contradictions); at++)
		judge(db, at);
	judge_words(db, accepted);
	sqlite3_close(db);
	free(path);
	station_start(station);
}
