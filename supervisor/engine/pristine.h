/* An empty folder as it was made, to see later whether it is still as if it were new. */
#pragma once

#include <linux/fs.h>
#include <stdbool.h>
#include <sys/stat.h>

struct pristine {
	bool known; /* else it is never taken for new again */
	struct stat status;
	struct fsxattr flags;
};

/* As it is now, complete and handed over. */
void pristine_note(int folder, struct pristine *ret_pristine);

/* Whether nobody has put anything into it, nor changed whose it is or what else it carries. */
bool pristine_holds(const struct pristine *pristine, int parent, const char *name);

/* Whether the open folder has no entry. */
bool pristine_is_empty(int folder);
