/* How many system calls in a control group were refused a descriptor (EMFILE). */
#include "observe/refusals.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/user.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "bpf/event.h"
#include "bpf/refusal.h"
#include "observe/host.h"

#include "refusal.skel.h"

struct refusals {
	struct refusal *skeleton;
};

DEFINE_CLEANUP(refusals)

/* The kernel's registers begin as those that a debugger is shown. */
#if defined(__x86_64__)
#define NUMBER_OFFSET offsetof(struct user_regs_struct, orig_rax)
#elif defined(__aarch64__)
#define NUMBER_OFFSET (sizeof(struct user_regs_struct) + sizeof(uint64_t))
#else
#define NUMBER_OFFSET 0
#endif

static const uint32_t others[REFUSAL_OTHERS] = {
	SYS_inotify_init1,
	SYS_fanotify_init,
	SYS_shmat,
#ifdef SYS_inotify_init
	SYS_inotify_init,
#else
	SYS_inotify_init1,
#endif
};

void refusals_destroy(struct refusals *refusals)
{
	if (!refusals)
		return;
	refusal__destroy(refusals->skeleton);
	free(refusals);
}

static int start(struct refusal *skeleton, int group_fd)
{
	const uint32_t first = 0;
	int code;

	skeleton->rodata->number_offset = (uint32_t)NUMBER_OFFSET;
	for (int i = 0; i < REFUSAL_OTHERS; i++)
		skeleton->rodata->others[i] = others[i];
	code = refusal__load(skeleton);
	if (code == 0)
		code = bpf_map__update_elem(skeleton->maps.refused_in, &first, sizeof(first),
			&group_fd, sizeof(group_fd), BPF_ANY);
	return code < 0 ? code : refusal__attach(skeleton);
}

int refusals_create(int group_fd, struct refusals **ret_refusals, struct error *error)
{
	auto_of(refusals) struct refusals *refusals = calloc(1, sizeof(*refusals));
	int code;

	if (!NUMBER_OFFSET)
		return fail_plain(error, EOPNOTSUPP,
			"count refused descriptors: not known how on this machine");
	host_silence();
	if (!refusals || !(refusals->skeleton = refusal__open()))
		return fail(error, ENOMEM, "open the program that counts refused descriptors");
	code = start(refusals->skeleton, group_fd);
	if (code < 0)
		return fail_plain(
			error, -code, "count refused descriptors: %s", host_refusal(-code));
	*ret_refusals = take_pointer(refusals);
	return 0;
}

uint64_t refusals_count(const struct refusals *refusals)
{
	const uint32_t first = 0;
	uint64_t count = 0;

	if (refusals)
		bpf_map__lookup_elem(refusals->skeleton->maps.refusals, &first, sizeof(first),
			&count, sizeof(count), 0);
	return count;
}
