/*
 * Kernel objects of which many fields are read: their beginning is copied by one call, which costs
 * hardly more than a call for one field does. What a kernel keeps further behind, and that differs
 * from one kernel to the next, is read for itself.
 */
#ifndef AXE_BPF_COPIED_H
#define AXE_BPF_COPIED_H

#include "bpf/kernel.h"

/* 128 bytes: of most kernels' files, inodes and super blocks all that is asked for. */
#define COPIED_WORDS 16

/* What cannot be read is all zero, as with bpf_core_read. */
static __always_inline void copied_take(axe_u64 copy[COPIED_WORDS], const void *object)
{
	bpf_probe_read_kernel(copy, COPIED_WORDS * sizeof(*copy), object);
}

/* The kernel's offset is a constant when the program is verified, and one of the ways is gone. */
#define COPIED(copy, object, field)                                                                \
	({                                                                                         \
		axe_u32 copied_at =                                                                \
			__builtin_preserve_field_info((object)->field, BPF_FIELD_BYTE_OFFSET);     \
		__typeof__((object)->field) copied_field;                                          \
		if (copied_at + sizeof(copied_field) <= sizeof(copy))                              \
			copied_field =                                                             \
				*(__typeof__(copied_field) *)((const char *)(copy) + copied_at);   \
		else                                                                               \
			copied_field = BPF_CORE_READ(object, field);                               \
		copied_field;                                                                      \
	})

#endif
