/* The disks of this machine, as the block layer numbers them. */
#pragma once

#include <stddef.h>

struct disk {
	char number[24]; /* "254:0" */
};

/*
 * All whole disks: rates are kept for these, not for partitions. A new array that the caller frees;
 * 0 or -errno.
 */
int disks_list(struct disk **ret_disks, size_t *ret_count);
