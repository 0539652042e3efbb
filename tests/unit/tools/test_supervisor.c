/* The client finds its supervisor, starts it apart from the terminal, and sees it end. */
#include "base/error.h" /* before cmocka, which makes a macro of `fail` */
#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "libaxe/connection.h"
#include "libaxe/supervisor.h"
#include "libaxe/supervisor_locate.h"
#include "unit/tools/program_place.h"

#define PATIENCE_NS      (20 * NS_PER_SEC)
#define STANDARD_SIGNALS 0x7fffffffull /* the C library keeps two of the others for itself */

/*
 * A supervisor that says who it is in one reply and lives until its client hangs up. The socket's
 * number is its second argument.
 */
static const char program[] =
	"#!/bin/sh\n"
	"session=$(cut -d' ' -f6 /proc/$$/stat)\n"
	"blocked=$(sed -n 's/^SigBlk:[[:space:]]*//p' /proc/$$/status)\n"
	"ignored=$(sed -n 's/^SigIgn:[[:space:]]*//p' /proc/$$/status)\n"
	"read -r line < /dev/fd/$4\n"
	"printf '{\"parameters\":{\"arguments\":\"%s\",\"pid\":%d,\"session\":%d,"
	"\"blocked\":\"%s\",\"ignored\":\"%s\",\"line\":\"%s\"}}\\0' \"$*\" $$ $session "
	"$blocked $ignored \"$line\" >&$2\n"
	"cat <&$2 >/dev/null\n"
	"exit 7\n";

static int place_setup(void **state)
{
	struct program_place *place = calloc(1, sizeof(*place));

	program_place_make(place, program);
	*state = place;
	return 0;
}

static int place_teardown(void **state)
{
	program_place_remove(*state);
	free(*state);
	return 0;
}

static void named_program_is_taken(void **state)
{
	struct program_place *place = *state;
	char path[PATH_MAX];

	setenv("AXE_AXED", place->program, 1);
	assert_int_equal(0, supervisor_locate(path, NULL));
	assert_string_equal(place->program, path);
}

static void named_program_that_is_none_is_refused(void **state)
{
	char path[PATH_MAX];
	struct error error = { 0 };

	setenv("AXE_AXED", "/nonexistent/axed", 1);
	assert_int_equal(-ENOENT, supervisor_locate(path, &error));
	assert_non_null(strstr(error.text, "AXE_AXED"));
}

static void path_is_searched_last_and_never_relatively(void **state)
{
	struct program_place *place = *state;
	char path[PATH_MAX], search[200];
	struct error error = { 0 };

	unsetenv("AXE_AXED");
	snprintf(search, sizeof(search), "/nonexistent:%s:/usr/bin", place->directory);
	setenv("PATH", search, 1);
	assert_int_equal(0, supervisor_locate(path, NULL));
	assert_string_equal(place->program, path);

	assert_int_equal(0, chdir(place->directory));
	setenv("PATH", "::.:", 1);
	assert_int_equal(-ENOENT, supervisor_locate(path, &error));
	assert_non_null(strstr(error.text, "AXE_AXED"));
	assert_int_equal(0, chdir("/"));
	setenv("PATH", "/usr/bin:/bin", 1);
}

/* A pipe with one line in it; returns its reading end, above the standard descriptors. */
static int make_input(void)
{
	int pair[2];

	assert_int_equal(0, pipe2(pair, O_CLOEXEC));
	assert_int_equal(0, file_write_all(pair[1], "typed\n", 6));
	close(pair[1]);
	return pair[0];
}

static const char *text_of(const struct reply *reply, const char *name)
{
	return json_string_value(json_object_get(reply->parameters, name));
}

/* A mask of /proc/PID/status. */
static unsigned long long signals_of(const struct reply *reply, const char *name)
{
	return strtoull(text_of(reply, name), NULL, 16);
}

static void supervisor_is_apart_and_ends_with_its_client(void **state)
{
	struct program_place *place = *state;
	auto_fd input = make_input();
	const struct supervisor_options options = {
		.state_dir = "/some/state",
		.stdin_fd = input,
	};
	auto_of(supervisor) struct supervisor *supervisor = NULL;
	auto_reply reply = { 0 };
	sigset_t interrupt;
	int status = 0;

	setenv("AXE_AXED", place->program, 1);
	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, NULL);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(0, supervisor_spawn(&options, &supervisor, NULL));
	assert_int_equal(
		0, connection_wait(supervisor_connection(supervisor), PATIENCE_NS, &reply, NULL));

	/* Ctrl-C at the terminal cannot reach it, and our signal mask is not its own. */
	assert_int_equal(json_integer_value(json_object_get(reply.parameters, "pid")),
		json_integer_value(json_object_get(reply.parameters, "session")));
	assert_true((signals_of(&reply, "blocked") & STANDARD_SIGNALS) == 0);
	assert_true((signals_of(&reply, "ignored") & STANDARD_SIGNALS) == 0);
	assert_string_equal("typed", text_of(&reply, "line"));
	assert_non_null(strstr(text_of(&reply, "arguments"), "--private "));
	assert_non_null(strstr(text_of(&reply, "arguments"), "--state-dir /some/state"));
	assert_null(strstr(text_of(&reply, "arguments"), "--cgroup-root"));

	assert_int_equal(0, supervisor_dismiss(supervisor, PATIENCE_NS, &status));
	assert_true(WIFEXITED(status));
	assert_int_equal(7, WEXITSTATUS(status));
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &interrupt, NULL);
}

static void signalled_supervisor_hangs_up(void **state)
{
	struct program_place *place = *state;
	auto_fd input = make_input();
	const struct supervisor_options options = { .stdin_fd = input };
	auto_of(supervisor) struct supervisor *supervisor = NULL;
	auto_reply reply = { 0 };
	int status = 0;

	setenv("AXE_AXED", place->program, 1);
	assert_int_equal(0, supervisor_spawn(&options, &supervisor, NULL));
	assert_int_equal(
		0, connection_wait(supervisor_connection(supervisor), PATIENCE_NS, &reply, NULL));
	assert_int_equal(0, supervisor_signal(supervisor, SIGKILL));
	assert_int_equal(0, supervisor_dismiss(supervisor, PATIENCE_NS, &status));
	assert_true(WIFSIGNALED(status));
}

#define place_test(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		place_test(named_program_is_taken),
		place_test(named_program_that_is_none_is_refused),
		place_test(path_is_searched_last_and_never_relatively),
		place_test(supervisor_is_apart_and_ends_with_its_client),
		place_test(signalled_supervisor_hangs_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
