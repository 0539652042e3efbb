/* A client that is killed in the middle of TerminateJob, many times: the job ends as if it had
 * lived. AXE_ROUNDS sets how many times. */
#include "support/unit.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "place.h"

#define ROUNDS_DEFAULT 50
#define LINGER_US      4000

#define LONG "{'name': 'long', 'assessments': [{'name': 'a', 'command': ['sleep', '1000']}]}"

static void say_begun(const axe_event *event, struct ear *ear)
{
	if (axe_event_get_kind(event) == AXE_EVENT_ASSESSMENT_BEGIN)
		assert_int_equal(1, write(*(int *)ear->data, "b", 1));
}

/* A client that terminates its job and does not live to hear of it. */
static void be_client(struct place *place, int begun)
{
	const axe_execution execution = {
		.size = sizeof(execution),
		.async = true,
		.wait_timeout_ms = AXE_FOREVER,
	};
	struct ear *ear = calloc(1, sizeof(*ear));
	axe_engine *engine = engine_of_daemon(place, ear);

	ear->then = say_begun;
	ear->data = &begun;
	/* The job before has ended, and may still have the slot. */
	if (axe_engine_execute_job(engine, job_of(LONG), &execution) != S_OK)
		_exit(1);
	ear_await(ear, AXE_EVENT_ASSESSMENT_BEGIN, 1);
	axe_engine_terminate_job(engine, NULL);
	pause();
}

static void kill_client(struct place *place, unsigned round)
{
	int begun[2];
	pid_t client;
	char byte;

	assert_int_equal(0, pipe2(begun, O_CLOEXEC));
	client = fork();
	assert_true(client >= 0);
	if (client == 0)
		be_client(place, begun[1]);
	close(begun[1]);
	assert_int_equal(1, read(begun[0], &byte, 1));
	linger(round, LINGER_US);
	kill(client, SIGKILL);
	assert_int_equal(client, waitpid(client, NULL, 0));
	close(begun[0]);
}

/* Whether the daemon had to be told, since the call was never sent. */
static bool finish_job(struct place *place)
{
	static const char call[] = "{\"method\":\"io.axe.Engine.TerminateJob\",\"parameters\":{}}";
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char answer[65536] = "";
	size_t size = 0;
	ssize_t got;

	strcpy(address.sun_path, place->socket);
	assert_int_equal(0, connect(fd, (struct sockaddr *)&address, sizeof(address)));
	assert_int_equal(sizeof(call), write(fd, call, sizeof(call)));
	do {
		got = read(fd, answer + size, sizeof(answer) - 1 - size);
		assert_true(got > 0);
		size += (size_t)got;
	} while (answer[size - 1] != '\0');
	close(fd);
	assert_true(strstr(answer, "receipt") || strstr(answer, "NoJobRunning"));
	return strstr(answer, "receipt");
}

static unsigned count_type(const char *path, const char *type, bool *ret_last)
{
	char word[64], *line = NULL;
	FILE *file = fopen(path, "re");
	unsigned count = 0;
	size_t room = 0;

	assert_non_null(file);
	snprintf(word, sizeof(word), "\"type\":\"%s\"", type);
	while (getline(&line, &room, file) > 0) {
		*ret_last = strstr(line, word);
		count += *ret_last;
	}
	free(line);
	fclose(file);
	return count;
}

/* Its client is gone, so the trace is the witness. */
static void check_trace(struct place *place, unsigned job)
{
	char name[64], *path;
	bool last;

	snprintf(name, sizeof(name), "state/jobs/%u/trace.ndjson", job);
	path = place_path(place, name);
	/* NoJobRunning is said as soon as all is sealed; then it is written. */
	for (unsigned step = 0; count_type(path, "job.end", &last) == 0 && step < 6000; step++)
		poll(NULL, 0, 10);
	assert_int_equal(1, count_type(path, "assessment.begin", &last));
	assert_int_equal(1, count_type(path, "assessment.end", &last));
	assert_int_equal(1, count_type(path, "job.begin", &last));
	assert_int_equal(1, count_type(path, "job.end", &last));
	assert_true(last);
	free(path);
}

static void client_gone_in_the_middle_of_terminate(void **state)
{
	unsigned late = 0, all = rounds(ROUNDS_DEFAULT);

	place_start_daemon(*state, 1);
	for (unsigned round = 0; round < all; round++) {
		kill_client(*state, round);
		late += finish_job(*state);
		check_trace(*state, round + 1);
	}
	print_message("%u over, %u not yet when its client was gone\n", all - late, late);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			client_gone_in_the_middle_of_terminate, place_setup, place_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
