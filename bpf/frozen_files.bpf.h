/* What one process has open: its table of descriptors, walked inside the kernel. */
#ifndef AXE_BPF_FROZEN_FILES_H
#define AXE_BPF_FROZEN_FILES_H

#include "bpf/copied.bpf.h"
#include "bpf/frozen.h"
#include "bpf/frozen_kernel.h"

#define FILES_MAX 65536u
#define WORD_BITS 64

/* Macros of the kernel, so BTF cannot tell them. */
#define KERNEL_FILE_WRITE  0x2 /* FMODE_WRITE */
#define KERNEL_LISTENS     10 /* TCP_LISTEN; of Unix sockets, too */
#define KERNEL_MAGIC_ANON  0x09041934 /* ANON_INODE_FS_MAGIC */
#define KERNEL_MODE_ANON   0600 /* of all anonymous inodes */
#define KERNEL_MODE_TYPE   0170000
#define KERNEL_MODE_SOCKET 0140000
#define KERNEL_MODE_PLAIN  0100000
#define KERNEL_MODE_BLOCK  0060000
#define KERNEL_MODE_CHAR   0020000

#define MAJOR_MEMORY 1
#define MAJOR_TTY    4
#define MAJOR_TTYAUX 5
#define MAJOR_PTY    136 /* eight of them */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} records SEC(".maps");

axe_u64 lost; /* records that found no room */

/* Of the file that is being looked at: one look at a time. */
axe_u64 file_copy[COPIED_WORDS], inode_copy[COPIED_WORDS], super_copy[COPIED_WORDS];

struct file_walk {
	struct file **table;
	axe_u64 *open; /* a bit for each descriptor */
	axe_u32 tgid;
	axe_u32 marks;
	axe_u32 files;
	bool mapped; /* one that it writes is mapped by somebody, shared and writable */
};

static __always_inline void tell(const void *record, axe_u32 size)
{
	if (bpf_ringbuf_output(&records, (void *)record, size, BPF_RB_NO_WAKEUP))
		lost++;
}

static __always_inline bool is_held(struct list_head *list)
{
	return BPF_CORE_READ(list, next) != list;
}

static __always_inline bool is_locked(struct inode *inode)
{
	struct file_lock_context *locks = BPF_CORE_READ(inode, i_flctx);

	return locks && (is_held(&locks->flc_flock) || is_held(&locks->flc_posix));
}

static __always_inline bool listens(struct file *file)
{
	struct socket *socket = COPIED(file_copy, file, private_data);

	return BPF_CORE_READ(socket, sk, __sk_common.skc_state) == KERNEL_LISTENS;
}

static __always_inline bool is_uring(struct file *file)
{
	const unsigned char *name = BPF_CORE_READ(file, f_path.dentry, d_name.name);
	char text[8] = {};

	bpf_probe_read_kernel(text, sizeof(text), name);
	return text[0] == '[' && text[1] == 'i' && text[2] == 'o' && text[3] == '_' &&
	       text[4] == 'u' && text[5] == 'r' && text[6] == 'i';
}

/* Terminals, and null, zero and their like: every program has them. */
static __always_inline bool is_harmless(axe_u32 device)
{
	axe_u32 major = device >> 20, minor = device & 0xfffff;

	if (major == MAJOR_MEMORY)
		return minor == 3 || minor == 5 || (minor >= 7 && minor <= 9);
	return major == MAJOR_TTY || major == MAJOR_TTYAUX ||
	       (major >= MAJOR_PTY && major < MAJOR_PTY + 8);
}

/* What there is to say of a file; 0: nothing. */
static __always_inline axe_u32 marks_of(struct file *file, struct inode *inode, axe_u32 mode)
{
	axe_u32 type = mode & KERNEL_MODE_TYPE;
	axe_u32 marks = COPIED(file_copy, file, f_mode) & KERNEL_FILE_WRITE ? AXE_FROZEN_WRITES : 0;

	if (type == KERNEL_MODE_SOCKET)
		return listens(file) ? AXE_FROZEN_LISTENS : 0;
	if (type == KERNEL_MODE_CHAR)
		return is_harmless(COPIED(inode_copy, inode, i_rdev)) ? 0
								      : marks | AXE_FROZEN_DEVICE;
	if (type == KERNEL_MODE_BLOCK)
		return marks ? marks | AXE_FROZEN_DEVICE : 0;
	if ((mode & ~KERNEL_MODE_TYPE) == KERNEL_MODE_ANON &&
		BPF_CORE_READ(inode, i_sb, s_magic) == KERNEL_MAGIC_ANON)
		return is_uring(file) ? AXE_FROZEN_URING : 0;
	if (is_locked(inode))
		return marks | AXE_FROZEN_LOCKED;
	return type == KERNEL_MODE_PLAIN ? marks : 0;
}

static __always_inline bool is_mapped(struct file *file)
{
	struct address_space *mapping = COPIED(file_copy, file, f_mapping);

	return BPF_CORE_READ(mapping, i_mmap_writable.counter) > 0;
}

static __always_inline void tell_file(
	struct file_walk *walk, axe_u32 descriptor, struct file *file, struct inode *inode)
{
	struct super_block *super = COPIED(inode_copy, inode, i_sb);
	axe_u32 mode = COPIED(inode_copy, inode, i_mode), marks = marks_of(file, inode, mode);
	struct axe_frozen_file record = {
		.head = { AXE_FROZEN_FILE, walk->tgid },
		.descriptor = descriptor,
		.mode = mode,
		.marks = marks | walk->marks,
	};

	if (!marks)
		return;
	if (marks & AXE_FROZEN_WRITES && is_mapped(file))
		walk->mapped = true;
	copied_take(super_copy, super);
	record.flags = COPIED(file_copy, file, f_flags);
	record.position = COPIED(file_copy, file, f_pos);
	record.size = COPIED(inode_copy, inode, i_size);
	record.inode = COPIED(inode_copy, inode, i_ino);
	record.device = COPIED(super_copy, super, s_dev);
	record.magic = COPIED(super_copy, super, s_magic);
	record.special = COPIED(inode_copy, inode, i_rdev);
	record.links = COPIED(inode_copy, inode, i_nlink);
	tell(&record, sizeof(record));
}

/* Global, so that it is verified once and not for each of a word's bits, which takes seconds. */
__noinline int walk_file(struct file_walk *walk, axe_u32 descriptor)
{
	struct file *file = NULL;
	struct inode *inode;

	if (!walk)
		return 0;
	bpf_probe_read_kernel(&file, sizeof(file), walk->table + descriptor);
	if (!file)
		return 0;
	walk->files++;
	copied_take(file_copy, file);
	inode = COPIED(file_copy, file, f_inode);
	copied_take(inode_copy, inode);
	tell_file(walk, descriptor, file, inode);
	return 0;
}

/* Tables are mostly empty, and a bit is looked at faster than a pointer is read. */
static long walk_word(axe_u32 number, void *data)
{
	struct file_walk *walk = data;
	axe_u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), walk->open + number);
	for (axe_u32 bit = 0; word && bit < WORD_BITS; bit++, word >>= 1)
		if (word & 1)
			walk_file(walk, number * WORD_BITS + bit);
	return 0;
}

/* Returns whether the memory should be walked, too. */
static __always_inline bool walk_files(
	struct files_struct *files, axe_u32 marks, struct axe_frozen_process *record)
{
	struct fdtable *table = BPF_CORE_READ(files, fdt);
	axe_u32 most = BPF_CORE_READ(table, max_fds);
	struct file_walk walk = {
		.table = BPF_CORE_READ(table, fd),
		.open = BPF_CORE_READ(table, open_fds),
		.tgid = record->head.tgid,
		.marks = marks,
	};

	if (most > FILES_MAX) {
		most = FILES_MAX;
		record->flags |= AXE_FROZEN_FILES_CUT;
	}
	bpf_loop((most + WORD_BITS - 1) / WORD_BITS, walk_word, &walk, 0);
	record->files = walk.files;
	return walk.mapped;
}

#endif
