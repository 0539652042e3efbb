/* The children of a test's own. */
#include "support/children.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/unit.h"

/* The kernel lists them in the order of their births. */
pid_t children_youngest(void)
{
	char path[64], text[256] = "";
	const char *last = NULL;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	for (char *rest = text, *word; (word = strsep(&rest, " "));)
		if (*word)
			last = word;
	assert_non_null(last);
	return (pid_t)atoi(last);
}
