/* A name goes with the dead, and stays with the living, whoever asks. */
#include "base/socket_name.h"

/* Before cmocka, which makes a macro of `fail`. */
#include "base/error.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/unit.h"

struct scene {
	char folder[32];
	char path[64], pattern[64];
};

static int scene_setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	strcpy(scene->folder, "/var/tmp/axe-name-XXXXXX");
	assert_non_null(mkdtemp(scene->folder));
	snprintf(scene->path, sizeof(scene->path), "%s/1-2.sock", scene->folder);
	snprintf(scene->pattern, sizeof(scene->pattern), "%s/1-*.sock", scene->folder);
	*state = scene;
	return 0;
}

static int scene_teardown(void **state)
{
	struct scene *scene = *state;
	char lock[64];

	snprintf(lock, sizeof(lock), "%s/.lock", scene->folder);
	unlink(scene->path);
	unlink(lock);
	assert_return_code(rmdir(scene->folder), errno);
	free(scene);
	return 0;
}

static int listen_at(const struct scene *scene)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat made;

	assert_return_code(fd, errno);
	assert_int_equal(0, socket_name_take(scene->path, fd, 0600, &made, NULL));
	assert_true(S_ISSOCK(made.st_mode));
	return fd;
}

static bool exists(const struct scene *scene)
{
	return access(scene->path, F_OK) == 0;
}

static void name_of_the_dead_is_cleared(void **state)
{
	const struct scene *scene = *state;

	close(listen_at(scene));
	assert_true(exists(scene));
	socket_name_clear(scene->path);
	assert_false(exists(scene));
	close(listen_at(scene));
	socket_name_clear(scene->pattern);
	assert_false(exists(scene));
}

static void name_that_another_took_over_is_not(void **state)
{
	const struct scene *scene = *state;
	int fd;

	close(listen_at(scene));
	fd = listen_at(scene);
	socket_name_clear(scene->path);
	socket_name_clear(scene->pattern);
	assert_true(exists(scene));
	close(fd);
}

static void living_one_keeps_its_name(void **state)
{
	const struct scene *scene = *state;
	int fd = listen_at(scene), other = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct error error = { 0 };
	struct stat made;

	assert_int_equal(-EADDRINUSE, socket_name_take(scene->path, other, 0600, &made, &error));
	assert_non_null(strstr(error.text, "another supervisor does"));
	close(other);
	close(fd);
}

static void what_is_no_socket_is_left_alone(void **state)
{
	const struct scene *scene = *state;
	FILE *file = fopen(scene->path, "w");
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat made;

	fclose(file);
	socket_name_clear(scene->pattern);
	assert_true(exists(scene));
	assert_int_equal(-EEXIST, socket_name_take(scene->path, fd, 0600, &made, NULL));
	close(fd);
}

#define scene_test(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(name_of_the_dead_is_cleared),
		scene_test(name_that_another_took_over_is_not),
		scene_test(living_one_keeps_its_name),
		scene_test(what_is_no_socket_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
