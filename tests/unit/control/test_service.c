/* A service manager's socket is taken over once, and it hears how its daemon fares. */
/* It belongs to the program, not to a library that could be linked. Before cmocka, which has a
 * macro that is called like our function. */
#include "supervisor/service.c"

#include "support/unit.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/cleanup.h"

static void without_a_manager_there_is_no_socket(void **state)
{
	int fd = 7;

	unsetenv("LISTEN_FDS");
	assert_int_equal(0, service_take_socket(&fd, NULL));
	assert_int_equal(-1, fd);
}

static void set_number(const char *name, int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", number);
	setenv(name, text, 1);
}

/* In a child: the descriptors have fixed numbers. Returns its exit status. */
static int with_sockets(int count, int (*body)(void))
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		for (int index = 0; index < count; index++)
			if (dup2(STDERR_FILENO, SD_LISTEN_FDS_START + index) < 0)
				_exit(9);
		set_number("LISTEN_PID", getpid());
		set_number("LISTEN_FDS", count);
		_exit(body());
	}
	assert_int_equal(child, waitpid(child, &status, 0));
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int take_one(void)
{
	int fd = -1;

	if (service_take_socket(&fd, NULL) < 0 || fd != SD_LISTEN_FDS_START)
		return 1;
	/* Neither the descriptor nor the claim to it reaches what we start. */
	if (!(fcntl(fd, F_GETFD) & FD_CLOEXEC) || getenv("LISTEN_FDS"))
		return 2;
	return 0;
}

static void passed_socket_is_ours_alone(void **state)
{
	assert_int_equal(0, with_sockets(1, take_one));
}

static int take_two(void)
{
	int fd = -1;

	if (service_take_socket(&fd, NULL) != -EINVAL)
		return 1;
	return fcntl(SD_LISTEN_FDS_START, F_GETFD) < 0 ? 0 : 2;
}

static void several_sockets_are_refused(void **state)
{
	assert_int_equal(0, with_sockets(2, take_two));
}

static void manager_hears_of_each_change(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	auto_fd manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	static const char *const said[] = { "READY=1", "STATUS=2 running, 1 pending",
		"STATUS=no job", "STOPPING=1" };
	socklen_t size;

	/* In the abstract namespace: nothing is left behind. */
	size = (socklen_t)snprintf(
		address.sun_path, sizeof(address.sun_path), "@axe-service-%d", getpid());
	address.sun_path[0] = '\0';
	size += (socklen_t)offsetof(struct sockaddr_un, sun_path);
	assert_int_equal(0, bind(manager, (struct sockaddr *)&address, size));
	address.sun_path[0] = '@';
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	service_ready();
	service_tell_jobs(2, 1);
	service_tell_jobs(0, 0);
	service_stopping();
	unsetenv("NOTIFY_SOCKET");
	for (size_t index = 0; index < sizeof(said) / sizeof(*said); index++) {
		char text[200] = "";

		assert_true(recv(manager, text, sizeof(text) - 1, MSG_DONTWAIT) > 0);
		assert_int_equal(0, strncmp(said[index], text, strlen(said[index])));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_manager_there_is_no_socket),
		cmocka_unit_test(passed_socket_is_ours_alone),
		cmocka_unit_test(several_sockets_are_refused),
		cmocka_unit_test(manager_hears_of_each_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
