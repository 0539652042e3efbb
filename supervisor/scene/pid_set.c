/* Which numbers the processes of an assessment had: a bitmap in pages, made when needed. */
#include "scene/pid_set.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

/* PID_MAX_LIMIT of the kernel on 64 bits, in pages of 4 KiB. */
#define PIDS_MAX  (UINT32_C(1) << 22)
#define PAGE_PIDS (UINT32_C(1) << 15)
#define PAGES     (PIDS_MAX / PAGE_PIDS)
#define WORD_BITS 64

struct pid_page {
	uint64_t words[PAGE_PIDS / WORD_BITS];
};

struct pid_set {
	struct pid_page *pages[PAGES];
	bool cut;
};

int pid_set_create(struct pid_set **ret_set)
{
	struct pid_set *set = calloc(1, sizeof(*set));

	if (!set)
		return -ENOMEM;
	*ret_set = set;
	return 0;
}

void pid_set_destroy(struct pid_set *set)
{
	if (!set)
		return;
	for (size_t index = 0; index < PAGES; index++)
		free(set->pages[index]);
	free(set);
}

static bool is_pid(pid_t pid)
{
	return pid > 0 && (uint32_t)pid < PIDS_MAX;
}

void pid_set_add(struct pid_set *set, pid_t pid)
{
	struct pid_page **page;

	if (!is_pid(pid))
		return;
	page = &set->pages[(uint32_t)pid / PAGE_PIDS];
	if (!*page)
		*page = calloc(1, sizeof(**page));
	if (!*page) {
		set->cut = true;
		return;
	}
	(*page)->words[(uint32_t)pid % PAGE_PIDS / WORD_BITS] |= UINT64_C(1)
								 << (uint32_t)pid % WORD_BITS;
}

bool pid_set_has(const struct pid_set *set, pid_t pid)
{
	const struct pid_page *page = is_pid(pid) ? set->pages[(uint32_t)pid / PAGE_PIDS] : NULL;

	return page &&
	       page->words[(uint32_t)pid % PAGE_PIDS / WORD_BITS] >> (uint32_t)pid % WORD_BITS & 1;
}

bool pid_set_is_whole(const struct pid_set *set)
{
	return !set->cut;
}
