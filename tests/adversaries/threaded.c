/* Attacks who kills group by group: in a threaded group, where a thread of its own is, nothing can
 * be killed. Argument: the v2 mount. */
#include <pthread.h>

#include "groups.h"

static void *live_in(void *path)
{
	write_below(path, "cgroup.threads", "0");
	say_ready();
	stay();
}

int main(int count, char **words)
{
	char own[GROUP_PATH_SIZE], path[GROUP_PATH_SIZE];
	pthread_t thread;

	live_briefly();
	own_group(words[count - 1], own);
	make_group(own, "threaded", path);
	write_below(path, "cgroup.type", "threaded");
	if (pthread_create(&thread, NULL, live_in, path))
		return FAILED;
	stay();
}
