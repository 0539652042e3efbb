/* What a service manager passes to its daemon, and what it wants to hear from it. */
#include "service.h"

#include <errno.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/error.h"

/* With the environment cleared of it, so that nothing that we start takes it for its own. */
int service_take_socket(int *ret_fd, struct error *error)
{
	int count = sd_listen_fds(1);

	if (count < 0)
		return fail(error, -count, "take over the passed socket");
	if (count > 1) {
		for (int index = 0; index < count; index++)
			close(SD_LISTEN_FDS_START + index);
		return fail_plain(
			error, EINVAL, "%d sockets were passed, but axed serves one", count);
	}
	*ret_fd = count ? SD_LISTEN_FDS_START : -1;
	return 0;
}

void service_ready(void)
{
	sd_notify(0, "READY=1\nSTATUS=no job");
}

void service_stopping(void)
{
	sd_notify(0, "STOPPING=1\nSTATUS=ending its jobs");
}

void service_tell_jobs(unsigned running, unsigned pending)
{
	if (running || pending)
		sd_notifyf(0, "STATUS=%u running, %u pending", running, pending);
	else
		sd_notify(0, "STATUS=no job");
}
