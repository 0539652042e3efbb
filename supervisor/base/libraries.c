/* The libraries of the process, and whether its children get a copy of them. */
#include "base/libraries.h"

#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * Those of axed. By name, and not all but a few: whatever is preloaded or checks the memory stands
 * between a child and the C library. One that is not known here is copied, no more.
 */
static const char *const names[] = {
	"libbpf.so.",
	"libcap.so.",
	"libcgroup.so.",
	"libelf.so.",
	"libgcrypt.so.",
	"libgpg-error.so.",
	"libjansson.so.",
	"liblz4.so.",
	"liblzma.so.",
	"libm.so.",
	"libpthread.so.",
	"libseccomp.so.",
	"libsqlite3.so.",
	"libsystemd.so.",
	"libz.so.",
	"libzstd.so.",
};

static bool is_named(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strncmp(name, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* From its first segment to its last: all in between is the loader's reservation for it. */
static void find_range(const struct dl_phdr_info *library, uintptr_t *ret_begin, uintptr_t *ret_end)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = UINTPTR_MAX, end = 0;

	for (unsigned i = 0; i < library->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &library->dlpi_phdr[i];
		uintptr_t at = library->dlpi_addr + segment->p_vaddr;

		if (segment->p_type != PT_LOAD)
			continue;
		begin = at < begin ? at : begin;
		end = at + segment->p_memsz > end ? at + segment->p_memsz : end;
	}
	*ret_begin = begin & ~(page - 1);
	*ret_end = (end + page - 1) & ~(page - 1);
}

static int advise(struct dl_phdr_info *library, size_t size, void *data)
{
	const int *advice = data;
	uintptr_t begin, end;

	(void)size;
	if (!is_named(library->dlpi_name))
		return 0;
	find_range(library, &begin, &end);
	if (end > begin)
		(void)madvise((void *)begin, end - begin, *advice);
	return 0;
}

void libraries_withhold(void)
{
	dl_iterate_phdr(advise, &(int){ MADV_DONTFORK });
}

void libraries_give(void)
{
	dl_iterate_phdr(advise, &(int){ MADV_DOFORK });
}
