/* Becoming a daemon whose starter learns whether it came up. */
#include "background.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

static void __attribute__((noreturn)) wait_for_child(int ready)
{
	char byte;
	ssize_t got;

	do
		got = read(ready, &byte, 1);
	while (got < 0 && errno == EINTR);
	_exit(got == 1 ? EXIT_SUCCESS : EXIT_FAILURE);
}

int background_enter(int *ret_ready, struct error *error)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail(error, errno, "make a pipe");
	child = fork();
	if (child < 0) {
		int code = errno;

		close(ends[0]);
		close(ends[1]);
		return fail(error, code, "fork");
	}
	if (child > 0) {
		close(ends[1]);
		wait_for_child(ends[0]);
	}
	close(ends[0]);
	setsid();
	/* A daemon must not keep the file system of its starter's folder busy. */
	if (chdir("/") < 0) {
		int code = errno;

		close(ends[1]);
		return fail(error, code, "enter `/`");
	}
	*ret_ready = ends[1];
	return 0;
}

void background_ready(int ready)
{
	auto_fd owned = ready;
	auto_fd null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	file_write_all(owned, "", 1);
}
