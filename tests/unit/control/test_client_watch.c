/* The process for which a private supervisor runs: its end, whoever still holds its socket. */
#include "control/client_watch.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "support/unit.h"

/* A process that makes a pair of sockets, hands both to us, and lives until its input closes. */
struct maker {
	pid_t pid;
	int life;
	int pair[2];
};

static void send_pair(int to, const int pair[2])
{
	union {
		char room[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr aligned;
	} control = { 0 };
	char letter = 'x';
	struct iovec byte = { &letter, 1 };
	struct msghdr message = { .msg_iov = &byte,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(2 * sizeof(int));
	memcpy(CMSG_DATA(header), pair, 2 * sizeof(int));
	if (sendmsg(to, &message, 0) != 1)
		_exit(1);
}

static void receive_pair(int from, int pair[2])
{
	union {
		char room[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr aligned;
	} control = { 0 };
	char byte;
	struct iovec place = { &byte, 1 };
	struct msghdr message = { .msg_iov = &place,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room) };

	assert_int_equal(recvmsg(from, &message, MSG_CMSG_CLOEXEC), 1);
	assert_non_null(CMSG_FIRSTHDR(&message));
	memcpy(pair, CMSG_DATA(CMSG_FIRSTHDR(&message)), 2 * sizeof(int));
}

static void maker_run(int line)
{
	char byte;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		_exit(1);
	send_pair(line, pair);
	_exit(read(line, &byte, 1) == 0 ? 0 : 1);
}

static void maker_begin(struct maker *maker)
{
	int line[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line), 0);
	maker->pid = fork();
	assert_true(maker->pid >= 0);
	if (maker->pid == 0) {
		close(line[0]);
		maker_run(line[1]);
	}
	close(line[1]);
	maker->life = line[0];
	receive_pair(maker->life, maker->pair);
}

static void maker_end(struct maker *maker)
{
	int status;

	close(maker->life);
	assert_int_equal(waitpid(maker->pid, &status, 0), maker->pid);
	assert_int_equal(status, 0);
}

static void note(void *data)
{
	++*(int *)data;
}

/* Whether it is told within what is, on a machine that is not stuck, for ever. */
static void await(sd_event *loop, const int *told)
{
	while (!*told)
		assert_true(sd_event_run(loop, 60 * 1000000) > 0);
}

static void end_is_told_though_the_socket_is_held(void **state)
{
	struct client_watch *watch;
	struct error error = { 0 };
	struct maker maker;
	sd_event *loop;
	int told = 0;

	assert_true(sd_event_new(&loop) >= 0);
	maker_begin(&maker);
	assert_int_equal(client_watch_create(loop, maker.pair[0], note, &told, &watch, &error), 0);
	assert_non_null(watch);
	assert_int_equal(sd_event_run(loop, 0), 0);
	assert_int_equal(told, 0);

	maker_end(&maker);
	await(loop, &told);
	assert_int_equal(sd_event_run(loop, 0), 0);
	assert_int_equal(told, 1);

	client_watch_destroy(watch);
	close(maker.pair[0]);
	close(maker.pair[1]);
	sd_event_unref(loop);
}

static void who_ended_before_is_told_from_the_loop(void **state)
{
	struct client_watch *watch;
	struct error error = { 0 };
	struct maker maker;
	sd_event *loop;
	int told = 0;

	assert_true(sd_event_new(&loop) >= 0);
	maker_begin(&maker);
	maker_end(&maker);
	assert_int_equal(client_watch_create(loop, maker.pair[0], note, &told, &watch, &error), 0);
	assert_int_equal(told, 0);
	await(loop, &told);

	client_watch_destroy(watch);
	close(maker.pair[0]);
	close(maker.pair[1]);
	sd_event_unref(loop);
}

static void what_is_no_socket_is_refused(void **state)
{
	struct client_watch *watch;
	struct error error = { 0 };
	sd_event *loop;
	int ends[2];

	assert_true(sd_event_new(&loop) >= 0);
	assert_int_equal(pipe(ends), 0);
	assert_true(client_watch_create(loop, ends[0], note, NULL, &watch, &error) < 0);
	close(ends[0]);
	close(ends[1]);
	sd_event_unref(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(end_is_told_though_the_socket_is_held),
		cmocka_unit_test(who_ended_before_is_told_from_the_loop),
		cmocka_unit_test(what_is_no_socket_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
