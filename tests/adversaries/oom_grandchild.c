/* Attacks who looks at the root alone: its grandchild takes memory until the kernel chooses it. Run
 * it below a memory limit; it takes no more than 256 MiB. */
#include <sys/mman.h>

#include "adversary.h"

#define MOST_BYTES (256UL << 20)

static void __attribute__((noreturn)) be_hog(void)
{
	char *memory;

	write_below("/proc/self", "oom_score_adj", "1000");
	memory = mmap(NULL, MOST_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		give_up("mmap");
	memset(memory, 1, MOST_BYTES);
	_exit(FAILED);
}

static void __attribute__((noreturn)) be_child(void)
{
	pid_t hog = fork_as("hog");

	if (hog == 0)
		be_hog();
	_exit(WIFSIGNALED(reap(hog)) ? 2 : FAILED);
}

int main(void)
{
	pid_t child;

	live_briefly();
	child = fork_as("child");
	if (child == 0)
		be_child();
	return WEXITSTATUS(reap(child));
}
