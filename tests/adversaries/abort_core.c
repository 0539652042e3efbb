/* Attacks who forgets how a process died: it aborts and leaves a core in the folder that is its
 * argument. */
#include <sys/resource.h>

#include "adversary.h"

int main(int count, char **words)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	live_briefly();
	try_to(chdir(words[count - 1]), words[count - 1]);
	try_to(setrlimit(RLIMIT_CORE, &all), "allow a core");
	abort();
}
