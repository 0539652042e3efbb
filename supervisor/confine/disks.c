/* The disks of this machine, as the block layer numbers them. */
#include "confine/disks.h"

#include <dirent.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/file.h"

#define DISKS_DIRECTORY "/sys/block"
#define DISKS_MOST      4096

static void cleanup_directory(DIR **stream)
{
	if (*stream)
		closedir(*stream);
}

#define auto_directory __attribute__((cleanup(cleanup_directory))) DIR *

static int disks_add(struct disk **disks, size_t count, const struct disk *disk)
{
	/* Room for twice as many whenever the count is a power of two. */
	if ((count & (count - 1)) == 0) {
		struct disk *larger = reallocarray(*disks, count ? count * 2 : 1, sizeof(*larger));

		if (!larger)
			return -ENOMEM;
		*disks = larger;
	}
	(*disks)[count] = *disk;
	return 0;
}

int disks_list(struct disk **ret_disks, size_t *ret_count)
{
	auto_directory stream = opendir(DISKS_DIRECTORY);
	auto_free struct disk *disks = NULL;
	size_t count = 0;

	if (!stream)
		return -errno;
	for (struct dirent *entry = readdir(stream); entry; entry = readdir(stream)) {
		char name[sizeof(entry->d_name) + sizeof("/dev")];
		struct disk disk;

		snprintf(name, sizeof(name), "%s/dev", entry->d_name);
		/* Not "." and "..", nor one that was just taken away. */
		if (file_read_text_at(dirfd(stream), name, disk.number, sizeof(disk.number)) < 0)
			continue;
		if (count == DISKS_MOST)
			return -E2BIG;
		if (disks_add(&disks, count, &disk) < 0)
			return -ENOMEM;
		count++;
	}
	*ret_disks = take_pointer(disks);
	*ret_count = count;
	return 0;
}
