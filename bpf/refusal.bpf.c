/*
 * Counts the system calls in one control group that were refused a descriptor, which the kernel
 * itself counts nowhere. It stands behind every system call of the machine: only while somebody
 * wants to know, and without BTF, so that it is loaded at once.
 */
#include "bpf/kernel.h"

#include "bpf/refusal.h"

char program_license[] SEC("license") = "Dual MIT/GPL";

#define KERNEL_TOO_MANY_FILES 24 /* EMFILE */

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__type(key, axe_u32);
	__type(value, axe_u32);
} refused_in SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, axe_u32);
	__type(value, axe_u64);
} refusals SEC(".maps");

/* Set before the load: where the registers hold the number of the call, and which ones mean
 * something else by EMFILE. */
const volatile axe_u32 number_offset;
const volatile axe_u32 others[REFUSAL_OTHERS];

static __always_inline bool means_descriptors(const void *registers)
{
	axe_u32 number = 0;

	bpf_probe_read_kernel(&number, sizeof(number), registers + number_offset);
#pragma unroll
	for (int i = 0; i < REFUSAL_OTHERS; i++)
		if (others[i] == number)
			return false;
	return true;
}

SEC("raw_tp/sys_exit")
int refused_descriptor(struct bpf_raw_tracepoint_args *arguments)
{
	const axe_u32 first = 0;
	axe_u64 *count;

	if ((long long)arguments->args[1] != -KERNEL_TOO_MANY_FILES)
		return 0;
	if (bpf_current_task_under_cgroup(&refused_in, 0) != 1)
		return 0;

	count = bpf_map_lookup_elem(&refusals, &first);
	if (count && means_descriptors((const void *)arguments->args[0]))
		__sync_fetch_and_add(count, 1);
	return 0;
}
