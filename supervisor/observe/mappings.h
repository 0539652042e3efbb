/* The shared memory of the kernel half, kept from the processes that we give birth to. */
#pragma once

/*
 * Every mapping of a BPF map that this process has now is not copied at a fork. A fork copies such
 * memory page by page (4 MiB of ring: a thousand entries, and as many to tear down at the exec),
 * and no child of ours ever reads it. Returns how many were kept, or -errno when that could not be
 * done: each birth is a little slower then, and nothing else.
 */
int mappings_keep(void);
