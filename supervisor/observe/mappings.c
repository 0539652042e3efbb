/* The shared memory of the kernel half, kept from the processes that we give birth to. */
#include "observe/mappings.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"

/* libbpf maps the ring and does not tell where. */
#define OF_A_MAP "anon_inode:bpf-map\n"

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);

	return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* "7f1fbed3e000-7f1fbf13f000 r--s ..." */
static int keep(const char *line)
{
	char *end;
	uintptr_t first = strtoull(line, &end, 16);
	uintptr_t behind = *end == '-' ? strtoull(end + 1, NULL, 16) : 0;

	if (behind <= first)
		return -EBADMSG;
	return madvise((void *)first, behind - first, MADV_DONTFORK) < 0 ? -errno : 1;
}

int mappings_keep(void)
{
	auto_file maps = fopen("/proc/self/maps", "re");
	auto_free char *line = NULL;
	size_t room = 0;
	int kept = 0;

	if (!maps)
		return -errno;
	while (getline(&line, &room, maps) > 0) {
		int code = ends_with(line, OF_A_MAP) ? keep(line) : 0;

		if (code < 0)
			return code;
		kept += code;
	}
	return ferror(maps) ? -EIO : kept;
}
