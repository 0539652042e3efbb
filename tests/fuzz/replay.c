/* Gives a fuzz target the files of the folders (or the files) that are named, each once. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "fuzz/target.h"

#define INPUT_BYTES_MAX (1u << 20)

static int replay_file(const char *path)
{
	auto_file file = fopen(path, "re");
	auto_free uint8_t *data = malloc(INPUT_BYTES_MAX);
	size_t size;

	if (!file || !data) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	size = fread(data, 1, INPUT_BYTES_MAX, file);
	/* Of exactly that size, so that a sanitizer sees each byte beyond it. */
	data = realloc(data, size ? size : 1);
	LLVMFuzzerTestOneInput(data, size);
	return 1;
}

/* The number of inputs; -1: something could not be read. */
static int replay_folder(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort), replayed = 0;

	for (int index = 0; index < count; index++) {
		char name[4096];

		snprintf(name, sizeof(name), "%s/%s", path, entries[index]->d_name);
		if (entries[index]->d_name[0] != '.' && replayed >= 0)
			replayed = replay_file(name) < 0 ? -1 : replayed + 1;
		free(entries[index]);
	}
	if (count >= 0)
		free(entries);
	return count < 0 ? -1 : replayed;
}

static int replay(const char *path)
{
	struct stat found;

	if (stat(path, &found) < 0)
		return -1;
	return S_ISDIR(found.st_mode) ? replay_folder(path) : replay_file(path);
}

int main(int argc, char **argv)
{
	int total = 0;

	for (int index = 1; index < argc; index++) {
		int replayed = replay(argv[index]);

		if (replayed <= 0) {
			fprintf(stderr, "%s: nothing could be replayed\n", argv[index]);
			return EXIT_FAILURE;
		}
		total += replayed;
	}
	printf("%d inputs\n", total);
	return total ? EXIT_SUCCESS : EXIT_FAILURE;
}
