/*
 * Does this host permit BPF trampolines? A program that does nothing, on a kernel function that
 * only the kernel's own self-test calls: whether it loads and attaches is the whole answer.
 */
#include "bpf/kernel.h"

char program_license[] SEC("license") = "Dual MIT/GPL";

SEC("fentry/bpf_fentry_test1")
int BPF_PROG(trampoline_entry)
{
	return 0;
}
