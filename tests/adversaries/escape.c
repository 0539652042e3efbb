/* Attacks who trusts the group: one child moves out of it, and has a child there. Argument: the
 * group to move to. */
#include "groups.h"

static void __attribute__((noreturn)) be_fugitive(const char *group)
{
	enter_group(group);
	fork_sleeper("born_outside");
	say_ready();
	stay();
}

int main(int count, char **words)
{
	live_briefly();
	if (fork_as("fugitive") == 0)
		be_fugitive(words[count - 1]);
	stay();
}
