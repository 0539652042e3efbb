/*
 * Open files that were looked at in this look: whoever was forked shares them with its parent. The
 * second time it is told only who has which of them. A place that two of them want has the later.
 */
#ifndef AXE_BPF_FROZEN_KNOWN_H
#define AXE_BPF_FROZEN_KNOWN_H

#include "bpf/copied.bpf.h"
#include "bpf/frozen.h"
#include "bpf/frozen_kernel.h"
#include "bpf/spread.bpf.h"

/* Powers of two. */
#define KNOWN_MOST 1024
#define KNOWN_BITS 10

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} records SEC(".maps");

axe_u64 lost; /* records that found no room */
axe_u64 look_number; /* one more before each look, from 1 */
axe_u32 told_files; /* FILE records of this look; set to 0 before each */

struct known_file {
	axe_u64 look;
	struct file *file;
	struct inode *inode;
	axe_u32 mode; /* the kernel's own: with which right it was opened */
	axe_u32 number; /* among the records of files */
	bool matters; /* there is such a record */
	bool mapped;
};

/* Static: nothing of user space. */
static struct known_file known_files[KNOWN_MOST];
static struct axe_frozen_again again;

static __always_inline void tell(const void *record, axe_u32 size)
{
	if (bpf_ringbuf_output(&records, (void *)record, size, BPF_RB_NO_WAKEUP))
		lost++;
}

static __always_inline struct known_file *known_place(const struct file *file)
{
	axe_u32 place = spread_address((axe_u64)file, KNOWN_BITS);

	return &known_files[place & (KNOWN_MOST - 1)];
}

/* Where not all stands still, one that was closed may be another by now. */
static __always_inline bool known_is(const struct known_file *known, const struct file *file,
	const struct inode *inode, axe_u32 mode)
{
	return known->look == look_number && known->file == file && known->inode == inode &&
	       known->mode == mode;
}

static __always_inline void again_flush(axe_u32 tgid)
{
	axe_u32 count = again.count & (AXE_FROZEN_AGAIN_MOST - 1);

	if (!count)
		return;
	again.head.type = AXE_FROZEN_AGAIN;
	again.head.tgid = tgid;
	tell(&again,
		__builtin_offsetof(struct axe_frozen_again, files) + count * sizeof(*again.files));
	again.count = 0;
}

static __always_inline void again_tell(axe_u32 tgid, axe_u32 descriptor, axe_u32 number)
{
	axe_u32 at = again.count & (AXE_FROZEN_AGAIN_MOST - 1);

	again.files[at].descriptor = descriptor;
	again.files[at].number = number;
	again.count = at + 1;
	if (again.count == AXE_FROZEN_AGAIN_MOST - 1)
		again_flush(tgid);
}

#endif
