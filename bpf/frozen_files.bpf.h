/* What one process has open: its table of descriptors, walked inside the kernel. */
#ifndef AXE_BPF_FROZEN_FILES_H
#define AXE_BPF_FROZEN_FILES_H

#include "bpf/frozen_known.bpf.h"

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

/* Of the file that is being looked at: one look at a time. */
axe_u64 file_copy[COPIED_WORDS], inode_copy[COPIED_WORDS], super_copy[COPIED_WORDS];

/* Whose copy that is: most files of a process lie on a few file systems. */
static struct super_block *super_copied;
static axe_u64 super_look;

static struct file *word_files[WORD_BITS]; /* of the word of descriptors that is being walked */

struct file_walk {
	struct file **table;
	axe_u64 *open; /* a bit for each descriptor */
	axe_u32 tgid;
	axe_u32 marks;
	axe_u32 files;
	bool mapped; /* one that it writes is mapped by somebody, shared and writable */
};

static __always_inline void take_super(struct super_block *super)
{
	if (super_copied == super && super_look == look_number)
		return;
	copied_take(super_copy, super);
	super_copied = super;
	super_look = look_number;
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

static __always_inline bool is_anonymous(struct inode *inode)
{
	struct super_block *super = COPIED(inode_copy, inode, i_sb);

	take_super(super);
	return COPIED(super_copy, super, s_magic) == KERNEL_MAGIC_ANON;
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
	if ((mode & ~KERNEL_MODE_TYPE) == KERNEL_MODE_ANON && is_anonymous(inode))
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

/* True: there was something to tell. */
static __always_inline bool tell_file(struct file_walk *walk, axe_u32 descriptor, struct file *file,
	struct inode *inode, bool *ret_mapped)
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
		return false;
	*ret_mapped = marks & AXE_FROZEN_WRITES && is_mapped(file);
	take_super(super);
	record.flags = COPIED(file_copy, file, f_flags);
	record.position = COPIED(file_copy, file, f_pos);
	record.size = COPIED(inode_copy, inode, i_size);
	record.inode = COPIED(inode_copy, inode, i_ino);
	record.device = COPIED(super_copy, super, s_dev);
	record.magic = COPIED(super_copy, super, s_magic);
	record.special = COPIED(inode_copy, inode, i_rdev);
	record.links = COPIED(inode_copy, inode, i_nlink);
	tell(&record, sizeof(record));
	return true;
}

/* A thread's own table is told as such, so nothing of it is told again. */
static __always_inline void remember(const struct file_walk *walk, struct known_file *known,
	struct file *file, struct inode *inode, bool matters, bool mapped)
{
	axe_u32 number = told_files;

	told_files += matters;
	if (walk->marks || (matters && number >= AXE_FROZEN_TOLD_MOST))
		return;
	known->look = look_number;
	known->file = file;
	known->inode = inode;
	known->mode = COPIED(file_copy, file, f_mode);
	known->number = number;
	known->matters = matters;
	known->mapped = mapped;
}

/* Global, so that it is verified once and not for each of a word's bits, which takes seconds. */
__noinline int walk_file(struct file_walk *walk, axe_u32 descriptor)
{
	struct file *file = word_files[descriptor & (WORD_BITS - 1)];
	struct known_file *known = known_place(file);
	bool matters, mapped = false;
	struct inode *inode;

	if (!walk || !file)
		return 0;
	walk->files++;
	copied_take(file_copy, file);
	inode = COPIED(file_copy, file, f_inode);
	if (!walk->marks && known_is(known, file, inode, COPIED(file_copy, file, f_mode))) {
		walk->mapped |= known->mapped;
		if (known->matters)
			again_tell(walk->tgid, descriptor, known->number);
		return 0;
	}
	copied_take(inode_copy, inode);
	matters = tell_file(walk, descriptor, file, inode, &mapped);
	walk->mapped |= mapped;
	remember(walk, known, file, inode, matters, mapped);
	return 0;
}

/* Tables are mostly empty, and a bit is looked at faster than a pointer is read. */
static long walk_word(axe_u32 number, void *data)
{
	struct file_walk *walk = data;
	axe_u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), walk->open + number);
	/* A table has as many pointers as its bits have words. */
	if (word)
		bpf_probe_read_kernel(
			word_files, sizeof(word_files), walk->table + number * WORD_BITS);
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
	again.count = 0; /* of a walk that was cut off */
	bpf_loop((most + WORD_BITS - 1) / WORD_BITS, walk_word, &walk, 0);
	again_flush(record->head.tgid);
	record->files = walk.files;
	return walk.mapped;
}

#endif
