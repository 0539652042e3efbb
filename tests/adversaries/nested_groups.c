/* Attacks who looks into one group: it makes groups in groups and moves a child into each.
 * Argument: the v2 mount. */
#include "groups.h"

#define DEPTH 4

int main(int count, char **words)
{
	char path[GROUP_PATH_SIZE], below[GROUP_PATH_SIZE];

	live_briefly();
	own_group(words[count - 1], path);
	for (int i = 0; i < DEPTH; i++) {
		make_group(path, "nested", below);
		memcpy(path, below, sizeof(path));
		fork_into("resident", path);
	}
	say_ready();
	stay();
}
