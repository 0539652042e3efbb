/* What a test needs of its machine: said and counted as a skip where it is missing. */
#include "support/require.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/unit.h"

void skip_all(const char *reason)
{
	printf("SKIPPED: %s\n", reason);
	exit(77);
}

void require_root(void)
{
	if (geteuid() != 0)
		skip_all("needs root");
}

void skip_case(const char *reason)
{
	print_message("%s\n", reason);
	skip();
	abort(); /* skip() does not return, but does not say so */
}

void require_descriptors(unsigned count)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_max < count)
		skip_case("may not open as many files as it needs");
	if (files.rlim_cur >= count)
		return;
	files.rlim_cur = count;
	setrlimit(RLIMIT_NOFILE, &files);
}

/* "ffffffff81234560 T vfs_read"; behind a tab, the module. */
bool kernel_has(const char *function)
{
	FILE *symbols = fopen("/proc/kallsyms", "re");
	char line[512], name[256];
	bool found = false;

	assert_non_null(symbols);
	while (!found && fgets(line, sizeof(line), symbols))
		found = sscanf(line, "%*s %*c %255s", name) == 1 && strcmp(name, function) == 0;
	fclose(symbols);
	return found;
}

bool kernel_walks_memory(void)
{
	return kernel_has("bpf_iter_task_vma_new");
}
