/* What becomes of a job from C when its private supervisor, or its client, is killed. */
#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "place.h"
#include "support/children.h"

#define FOREVER "{'name': 'long', 'assessments': [{'name': 'a', 'command': ['sleep', '1000']}]}"

/* A program's pid from the file that it wrote it to. */
static pid_t read_pid(const char *path)
{
	FILE *file;
	int pid = 0;

	await_file(path);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_int_equal(1, fscanf(file, "%d", &pid));
	fclose(file);
	return pid;
}

static axe_job *job_that_says_its_pid(const char *path)
{
	return job_of("{'name': 'said', 'assessments': [{'name': 'a', 'command': "
		      "['sh', '-c', 'echo $$ > %s.new; mv %s.new %s; exec sleep 1000']}]}",
		path, path, path);
}

/* One that is dead but not reaped by whoever inherited it is dead. */
static bool is_alive(pid_t pid)
{
	char path[64], text[256] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	return text[0] && !strstr(text, ") Z ") && !strstr(text, ") X ");
}

static void await_death(pid_t pid)
{
	for (unsigned step = 0; is_alive(pid); step++) {
		assert_true(step < 6000);
		poll(NULL, 0, 10);
	}
}

static void the_job_of_a_killed_supervisor_is_ended_and_told(void **state)
{
	struct ear ear;
	axe_engine *engine = engine_private(*state, &ear);
	char *path = place_path(*state, "pid"), *results = NULL;
	axe_job *job = job_that_says_its_pid(path);
	axe_errors *errors = NULL;
	axe_error_info info;
	pid_t pid;

	assert_int_equal(S_OK, execute_async(engine, job));
	pid = read_pid(path);
	ear_await(&ear, AXE_EVENT_ASSESSMENT_BEGIN, 1);
	kill(children_youngest(), SIGKILL);
	assert_int_equal(AXE_E_ENGINE_NOT_RUNNING, axe_engine_wait(engine, AXE_FOREVER));
	assert_false(is_alive(pid));
	assert_int_equal(
		AXE_E_ASSESSMENT_COULD_NOT_FINISH, ear_last(&ear, AXE_EVENT_ASSESSMENT_END).code);
	assert_int_equal(AXE_E_ENGINE_NOT_RUNNING, ear_last(&ear, AXE_EVENT_JOB_END).code);
	ear_check(&ear);
	assert_int_equal(S_OK, axe_engine_errors(engine, &errors));
	assert_int_equal(S_OK, axe_errors_get(errors, AXE_ERROR_NEWEST, &info));
	assert_int_equal(AXE_E_ENGINE_NOT_RUNNING, info.code);
	assert_non_null(strstr(info.text, "supervisor died"));
	assert_int_equal(S_OK, axe_engine_results(engine, &results));
	assert_non_null(strstr(results, "AXE_E_ASSESSMENT_COULD_NOT_FINISH"));
	axe_text_free(results);
	axe_errors_free(errors);

	/* The next job gets another supervisor. */
	axe_job_free(job);
	job = job_of("{'name': 'next', 'assessments': [{'name': 'n', 'command': ['true']}]}");
	assert_int_equal(S_OK, axe_engine_execute_job(engine, job, NULL));
	ear_check(&ear);
	axe_job_free(job);
	axe_engine_close(engine);
	free(path);
}

static void a_killed_supervisor_does_not_keep_a_job_from_being_terminated(void **state)
{
	struct ear ear;
	axe_engine *engine = engine_at_work(*state, &ear, FOREVER);
	axe_result code;

	kill(children_youngest(), SIGKILL);
	code = axe_engine_terminate_job(engine, NULL);
	/* The end may have been told already. */
	assert_true(code == S_OK || code == AXE_E_NO_JOB_RUNNING);
	assert_int_equal(AXE_E_ENGINE_NOT_RUNNING, axe_engine_wait(engine, AXE_FOREVER));
	ear_check(&ear);
	axe_engine_close(engine);
}

/* Hangs up on its first client and lives on until somebody writes to `go`; then it is axed. */
static const char unhurried[] = "#!/usr/bin/python3\n"
				"import os, sys\n"
				"place = os.path.dirname(sys.argv[0])\n"
				"try:\n"
				"    os.mkdir(place + '/first')\n"
				"except FileExistsError:\n"
				"    os.execv(os.environ['AXED'], sys.argv)\n"
				"line = int(sys.argv[sys.argv.index('--private') + 1])\n"
				"while not os.read(line, 65536).endswith(b'\\0'):\n"
				"    pass\n"
				"os.close(line)\n"
				"open(place + '/go').read()\n";

/* Until the end of the story, this program is the supervisor; it knows the true one as AXED. */
static void be_supervised_by(const struct place *place, const char *text)
{
	char *path = place_path(place, "axed");
	FILE *file = fopen(path, "wxe");

	assert_non_null(file);
	assert_int_equal(strlen(text), fwrite(text, 1, strlen(text), file));
	assert_int_equal(0, fchmod(fileno(file), 0755));
	assert_int_equal(0, fclose(file));
	setenv("AXED", getenv("AXE_AXED"), 1);
	setenv("AXE_AXED", path, 1);
	free(path);
}

static int teardown(void **state)
{
	const char *axed = getenv("AXED");

	if (axed)
		setenv("AXE_AXED", axed, 1);
	unsetenv("AXED");
	return place_teardown(state);
}

/* A private supervisor keeps its socket in `run` of the place, not where all have theirs. */
static const char apart[] = "#!/bin/sh\n"
			    "exec \"$AXED\" --run-dir \"${0%/*}/run\" \"$@\"\n";

/* Listen where a dead one did, as the next supervisor of a job of that number would. */
static int take_over(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(strlen(path) < sizeof(address.sun_path));
	strcpy(address.sun_path, path);
	assert_int_equal(0, unlink(path));
	assert_int_equal(0, bind(fd, (struct sockaddr *)&address, sizeof(address)));
	assert_int_equal(0, listen(fd, 1));
	return fd;
}

static void a_name_that_another_supervisor_took_over_stays(void **state)
{
	char *name = place_path(*state, "run/1.sock");
	struct ear ear;
	axe_engine *engine = engine_private(*state, &ear);
	axe_job *job = job_of(FOREVER);
	int other;

	be_supervised_by(*state, apart);
	/* Hears of nothing between its dispatches: the next one comes before it knows. */
	assert_int_equal(S_OK, axe_engine_set_threading(engine, AXE_THREADING_DISPATCH));
	assert_int_equal(S_OK, execute_async(engine, job));
	while (ear_count(&ear, AXE_EVENT_ASSESSMENT_BEGIN) == 0)
		assert_int_equal(S_OK, axe_engine_dispatch(engine));
	kill(children_youngest(), SIGKILL);
	other = take_over(name);
	assert_int_equal(AXE_E_ENGINE_NOT_RUNNING, axe_engine_wait(engine, AXE_FOREVER));
	assert_int_equal(0, access(name, F_OK));
	axe_job_free(job);
	axe_engine_close(engine);
	close(other);
	free(name);
}

static bool is_child(pid_t pid)
{
	siginfo_t info;

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* Takes the 10 s that a supervisor has for its end. */
static void a_supervisor_that_ends_late_is_reaped_by_the_next_call(void **state)
{
	char *go = place_path(*state, "go");
	axe_engine *engine = engine_private(*state, NULL);
	axe_job *job = job_of("{'name': 'next', 'assessments': [{'name': 'n', 'command': "
			      "['true']}]}");
	siginfo_t info;
	pid_t pid;

	be_supervised_by(*state, unhurried);
	assert_int_equal(0, mkfifo(go, 0600));
	assert_true(axe_engine_execute_job(engine, job, NULL) != S_OK);
	pid = children_youngest();
	close(open(go, O_WRONLY | O_CLOEXEC));
	assert_int_equal(0, waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
	assert_int_equal(S_OK, axe_engine_execute_job(engine, job, NULL));
	assert_false(is_child(pid));
	axe_job_free(job);
	axe_engine_close(engine);
	free(go);
}

/* A client that is killed while it waits for the answer of TerminateJob. */
static void be_client(void **state, const char *path)
{
	axe_engine *engine = engine_private(*state, NULL);
	axe_job *job = job_that_says_its_pid(path);

	if (execute_async(engine, job) != S_OK)
		_exit(1);
	await_file(path);
	while (axe_engine_terminate_job(engine, NULL) == AXE_E_NO_JOB_RUNNING)
		;
	/* Answered before it was killed. */
	pause();
}

/* Who has lost its parent is ours from here on, and waited for like any child. */
static void await_everybody(void)
{
	while (waitpid(-1, NULL, 0) > 0)
		;
	assert_int_equal(ECHILD, errno);
}

static void a_client_killed_in_terminate_leaves_nothing(void **state)
{
	char *path = place_path(*state, "pid");
	pid_t client, pid;

	assert_int_equal(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
	client = fork();
	assert_true(client >= 0);
	if (client == 0) {
		be_client(state, path);
		_exit(0);
	}
	pid = read_pid(path);
	kill(client, SIGKILL);
	assert_int_equal(client, waitpid(client, NULL, 0));
	await_death(pid);
	free(path);
	/* Its supervisor has written down how that was before it ended, too. */
	await_everybody();
	path = place_path(*state, "state/jobs/1/results.tap");
	assert_int_equal(0, access(path, F_OK));
	free(path);
	assert_int_equal(0, prctl(PR_SET_CHILD_SUBREAPER, 0));
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, place_setup, teardown)
	const struct CMUnitTest tests[] = {
		/* First: it waits for all children, and those of a story that failed may live on.
		 */
		STORY(a_client_killed_in_terminate_leaves_nothing),
		STORY(the_job_of_a_killed_supervisor_is_ended_and_told),
		STORY(a_killed_supervisor_does_not_keep_a_job_from_being_terminated),
		STORY(a_name_that_another_supervisor_took_over_stays),
		STORY(a_supervisor_that_ends_late_is_reaped_by_the_next_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
