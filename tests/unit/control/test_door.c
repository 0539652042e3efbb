/* Places in the file system: made, taken over from the dead, never from the living. */
#include "base/error.h" /* before cmocka, which has a macro that is called like our function */

#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "control/door.h"

struct place {
	sd_event *loop;
	char directory[64]; /* removed afterwards, with what tests leave in `inner` */
	char inner[80];
	char path[100];
	int visitors;
};

static int place_setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_true(sd_event_new(&place->loop) >= 0);
	strcpy(place->directory, "/tmp/axe-door-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	snprintf(place->inner, sizeof(place->inner), "%s/run", place->directory);
	snprintf(place->path, sizeof(place->path), "%s/x.sock", place->inner);
	*state = place;
	return 0;
}

static int place_teardown(void **state)
{
	struct place *place = *state;
	char lock[100];

	snprintf(lock, sizeof(lock), "%s/.lock", place->inner);
	unlink(lock);
	unlink(place->path);
	rmdir(place->inner);
	assert_int_equal(0, rmdir(place->directory));
	sd_event_unref(place->loop);
	free(place);
	return 0;
}

static void count_visitor(int fd, void *data)
{
	struct place *place = data;

	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	place->visitors++;
}

static int open_door(struct place *place, struct door **ret_door, struct error *error)
{
	return door_open(place->loop, place->path, 0600, count_visitor, place, ret_door, error);
}

static void fill_address(struct sockaddr_un *address, const char *path)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(address->sun_path, sizeof(address->sun_path), "%s", path);
}

static int knock(const char *path)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;

	fill_address(&address, path);
	assert_int_equal(0, connect(fd, (struct sockaddr *)&address, sizeof(address)));
	return fd;
}

/* What a supervisor killed by SIGKILL leaves. */
static void leave_dead_socket(const char *path)
{
	auto_fd fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;

	fill_address(&address, path);
	assert_int_equal(0, bind(fd, (struct sockaddr *)&address, sizeof(address)));
}

static void door_lets_in_and_leaves_no_name(void **state)
{
	struct place *place = *state;
	struct door *door;
	struct stat made;
	auto_fd visitor = -1;

	assert_int_equal(0, open_door(place, &door, NULL));
	assert_string_equal(place->path, door_path(door));
	assert_int_equal(0, stat(place->path, &made));
	assert_int_equal(S_IFSOCK | 0600, made.st_mode);
	visitor = knock(place->path);
	while (!place->visitors)
		assert_true(sd_event_run(place->loop, 10000000) > 0);
	door_close(door);
	assert_int_equal(-1, access(place->path, F_OK));
}

static void directory_is_made_for_all_to_enter(void **state)
{
	struct place *place = *state;
	mode_t before = umask(022);
	struct door *door;
	struct stat made;

	assert_int_equal(0, open_door(place, &door, NULL));
	umask(before);
	assert_int_equal(0, stat(place->inner, &made));
	assert_int_equal(S_IFDIR | 0755, made.st_mode);
	door_close(door);
}

static void socket_of_the_dead_is_replaced(void **state)
{
	struct place *place = *state;
	struct door *door;
	auto_fd visitor = -1;

	assert_int_equal(0, mkdir(place->inner, 0755));
	leave_dead_socket(place->path);
	assert_int_equal(0, open_door(place, &door, NULL));
	visitor = knock(place->path);
	door_close(door);
}

static void socket_of_the_living_is_refused_and_untouched(void **state)
{
	struct place *place = *state;
	struct door *first, *second = NULL;
	struct error error;
	auto_fd visitor = -1;

	assert_int_equal(0, open_door(place, &first, NULL));
	assert_int_equal(-EADDRINUSE, open_door(place, &second, &error));
	assert_non_null(strstr(error.text, place->path));
	assert_null(second);
	visitor = knock(place->path);
	door_close(first);
}

static void other_files_are_never_removed(void **state)
{
	struct place *place = *state;
	struct door *door;
	int fd;

	assert_int_equal(0, mkdir(place->inner, 0755));
	fd = open(place->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	close(fd);
	assert_int_equal(-EEXIST, open_door(place, &door, NULL));
	assert_int_equal(0, access(place->path, F_OK));
}

static void closing_leaves_the_name_of_a_successor(void **state)
{
	struct place *place = *state;
	struct door *old, *new;
	auto_fd visitor = -1;

	assert_int_equal(0, open_door(place, &old, NULL));
	assert_int_equal(0, unlink(place->path));
	assert_int_equal(0, open_door(place, &new, NULL));
	door_close(old);
	visitor = knock(place->path);
	door_close(new);
}

static void stopped_neighbour_does_not_stop_us(void **state)
{
	struct place *place = *state;
	char lock[100];
	struct door *door;
	auto_fd held = -1;

	assert_int_equal(0, mkdir(place->inner, 0755));
	snprintf(lock, sizeof(lock), "%s/.lock", place->inner);
	held = open(lock, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	assert_int_equal(0, flock(held, LOCK_EX));
	assert_int_equal(-EWOULDBLOCK, open_door(place, &door, NULL));
	assert_int_equal(-1, access(place->path, F_OK));
}

/* A socket that a service manager would pass. */
static int listen_at(const char *path)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;

	fill_address(&address, path);
	assert_int_equal(0, bind(fd, (struct sockaddr *)&address, sizeof(address)));
	assert_int_equal(0, listen(fd, 1));
	return fd;
}

static void inherited_door_lets_in_and_leaves_the_name(void **state)
{
	struct place *place = *state;
	struct door *door;
	auto_fd visitor = -1;

	assert_int_equal(0, mkdir(place->inner, 0755));
	assert_int_equal(0, door_inherit(place->loop, listen_at(place->path), count_visitor, place,
				    &door, NULL));
	assert_string_equal(place->path, door_path(door));
	visitor = knock(place->path);
	while (!place->visitors)
		assert_true(sd_event_run(place->loop, 10000000) > 0);
	door_close(door);
	assert_int_equal(0, access(place->path, F_OK));
}

static void what_nobody_can_knock_at_is_not_inherited(void **state)
{
	struct place *place = *state;
	int pair[2], ends[2];
	struct door *door;

	assert_int_equal(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	assert_int_equal(0, pipe2(ends, O_CLOEXEC));
	assert_int_equal(
		-ENOTSOCK, door_inherit(place->loop, pair[0], count_visitor, place, &door, NULL));
	assert_int_equal(
		-ENOTSOCK, door_inherit(place->loop, ends[0], count_visitor, place, &door, NULL));
	assert_int_equal(-1, fcntl(pair[0], F_GETFD));
	close(pair[1]);
	close(ends[1]);
}

static void impossible_paths_are_refused(void **state)
{
	struct place *place = *state;
	char endless[SOCKET_PATH_MAX + 2];
	struct door *door;

	memset(endless, 'x', sizeof(endless) - 1);
	endless[0] = '/';
	endless[sizeof(endless) - 1] = '\0';
	assert_int_equal(-ENAMETOOLONG,
		door_open(place->loop, endless, 0600, count_visitor, place, &door, NULL));
	assert_int_equal(-EINVAL,
		door_open(place->loop, "axed.sock", 0600, count_visitor, place, &door, NULL));
	assert_int_equal(-ENOTDIR, door_open(place->loop, "/dev/null/x.sock", 0600, count_visitor,
					   place, &door, NULL));
}

#define place_test(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		place_test(door_lets_in_and_leaves_no_name),
		place_test(directory_is_made_for_all_to_enter),
		place_test(socket_of_the_dead_is_replaced),
		place_test(socket_of_the_living_is_refused_and_untouched),
		place_test(other_files_are_never_removed),
		place_test(closing_leaves_the_name_of_a_successor),
		place_test(stopped_neighbour_does_not_stop_us),
		place_test(inherited_door_lets_in_and_leaves_the_name),
		place_test(what_nobody_can_knock_at_is_not_inherited),
		place_test(impossible_paths_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
