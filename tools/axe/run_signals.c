/* The signals by which `axe run` is steered. */
#include "axe/run_signals.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };

/* Who starts us under `nohup` wants the job to outlive the terminal. */
static bool is_steering(int number)
{
	struct sigaction action;

	return number != SIGHUP || sigaction(number, NULL, &action) < 0 ||
	       action.sa_handler != SIG_IGN;
}

static void fill(sigset_t *steering)
{
	sigemptyset(steering);
	for (size_t at = 0; at < sizeof(numbers) / sizeof(*numbers); at++)
		if (is_steering(numbers[at]))
			sigaddset(steering, numbers[at]);
}

void run_signals_block(void)
{
	sigset_t steering;

	fill(&steering);
	sigprocmask(SIG_BLOCK, &steering, NULL);
}

int run_signals_open(void)
{
	sigset_t steering;
	int fd;

	fill(&steering);
	fd = signalfd(-1, &steering, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

int run_signals_take(int fd)
{
	struct signalfd_siginfo info;

	return read(fd, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}
