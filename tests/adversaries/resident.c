/* Attacks by weight: as many MiB of memory as it is told, all of them really there, so that its end
 * takes long. */
#include <sys/mman.h>

#include "adversary.h"

int main(int count, char **words)
{
	size_t bytes = (size_t)atoi(words[count - 1]) << 20;
	char *memory;

	live_briefly();
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		give_up("mmap");
	memset(memory, 1, bytes);
	say_ready();
	stay();
}
