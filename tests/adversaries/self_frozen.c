/* Attacks who waits for the frozen: it freezes a group of its own with a child in it. Argument: the
 * v2 mount. */
#include "groups.h"

int main(int count, char **words)
{
	char own[GROUP_PATH_SIZE], path[GROUP_PATH_SIZE];

	live_briefly();
	own_group(words[count - 1], own);
	make_group(own, "ice", path);
	fork_into("frozen", path);
	write_below(path, "cgroup.freeze", "1");
	say_ready();
	stay();
}
