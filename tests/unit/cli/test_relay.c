/* What is typed reaches the program, and its end of file, too. */
#include "base/error.h" /* before cmocka, which makes a macro of `fail` */
#include "support/unit.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/poller.h"
#include "cli/relay.h"

#define PATIENCE_NS (20 * NS_PER_SEC)

struct scene {
	struct poller poller;
	int person, terminal; /* the two ends of a pseudo terminal that nobody's session owns */
	int program; /* what the program reads */
	struct relay *relay;
};

static int scene_setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	int pair[2];

	assert_int_equal(0, openpty(&scene->person, &scene->terminal, NULL, NULL, NULL));
	assert_int_equal(0, pipe2(pair, O_CLOEXEC));
	scene->program = pair[0];
	poller_init(&scene->poller);
	assert_int_equal(
		0, relay_create(&scene->poller, scene->terminal, pair[1], &scene->relay, NULL));
	signal(SIGPIPE, SIG_IGN);
	*state = scene;
	return 0;
}

static int scene_teardown(void **state)
{
	struct scene *scene = *state;

	relay_destroy(scene->relay);
	cleanup_fd(&scene->person);
	cleanup_fd(&scene->terminal);
	cleanup_fd(&scene->program);
	free(scene);
	return 0;
}

static void type(struct scene *scene, const char *text)
{
	assert_int_equal(0, file_write_all(scene->person, text, strlen(text)));
}

/* Turns the loop until the program can read; returns what read returns. */
static ssize_t program_reads(struct scene *scene, char *buffer, size_t size)
{
	ssize_t got;

	fcntl(scene->program, F_SETFL, O_NONBLOCK);
	while ((got = read(scene->program, buffer, size)) < 0)
		assert_true(poller_turn(&scene->poller, PATIENCE_NS) > 0);
	return got;
}

static void typed_lines_reach_the_program(void **state)
{
	struct scene *scene = *state;
	char text[100];

	type(scene, "hello\n");
	assert_int_equal(6, program_reads(scene, text, sizeof(text)));
	assert_memory_equal("hello\n", text, 6);
	type(scene, "again\n");
	assert_int_equal(6, program_reads(scene, text, sizeof(text)));
}

static void end_of_file_reaches_the_program(void **state)
{
	struct scene *scene = *state;
	char text[100];

	type(scene, "last\n\004");
	assert_int_equal(5, program_reads(scene, text, sizeof(text)));
	assert_int_equal(0, program_reads(scene, text, sizeof(text)));
}

static void program_that_stops_reading_is_no_harm(void **state)
{
	struct scene *scene = *state;

	cleanup_fd(&scene->program);
	type(scene, "lost\n");
	assert_true(poller_turn(&scene->poller, PATIENCE_NS) > 0);
	type(scene, "lost, too\n");
	/* Nothing listens any more, so nothing happens. */
	assert_int_equal(0, poller_turn(&scene->poller, 0));
}

#define scene_test(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(typed_lines_reach_the_program),
		scene_test(end_of_file_reaches_the_program),
		scene_test(program_that_stops_reading_is_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
