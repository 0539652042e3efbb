/* A recorded host: a folder with the files of the kernel's that a source of the survey reads. */
#pragma once

#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "support/unit.h"
#include "survey/source.h"

struct recorded {
	char path[64];
	struct survey_host host;
};

static inline void recorded_begin(struct recorded *recorded)
{
	strcpy(recorded->path, "/tmp/axe-survey-XXXXXX");
	assert_non_null(mkdtemp(recorded->path));
	recorded->host = (struct survey_host){ 0 };
	recorded->host.root = open(recorded->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(recorded->host.root >= 0);
}

static inline int recorded_remove(
	const char *path, const struct stat *info, int type, struct FTW *position)
{
	return remove(path);
}

static inline void recorded_end(struct recorded *recorded)
{
	close(recorded->host.root);
	assert_int_equal(nftw(recorded->path, recorded_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* The folders on the way are made. */
static inline void recorded_write(struct recorded *recorded, const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *file;

	assert_in_range(
		snprintf(path, sizeof(path), "%s/%s", recorded->path, name), 1, sizeof(path) - 1);
	for (char *slash = path + strlen(recorded->path) + 1; (slash = strchr(slash, '/'));
		slash++) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* A new reference. */
static inline json_t *recorded_take(struct recorded *recorded, const struct survey_source *source)
{
	json_t *objects = json_object();
	struct error error = { 0 };

	assert_int_equal(source->take(&recorded->host, objects, &error), 0);
	return objects;
}

#define OUR_PID    4711
#define OUR_GROUP  "/axe/run-1/job-1/1.0.1"
#define OUR_PLACES "/srv/run/support"

static inline bool recorded_is_ours(pid_t pid, void *data)
{
	return pid == OUR_PID;
}

/*
 * What the source makes of the one object that differs, as JSON (a new reference); NULL: nobody
 * needs to be told. More than one difference fails the test. Both pictures are taken.
 */
static inline json_t *recorded_explain(
	const struct survey_source *source, json_t *before, json_t *after)
{
	const struct survey_suspects suspects = {
		.include = recorded_is_ours,
		.group = OUR_GROUP,
		.places = OUR_PLACES,
	};
	struct survey_change change = { 0 };
	struct finding finding = { 0 };
	json_t *facts, *row = NULL;
	unsigned differences = 0;
	const char *key;

	json_object_foreach (before, key, facts)
		if (!json_equal(facts, json_object_get(after, key))) {
			change = (struct survey_change){ key, facts, json_object_get(after, key) };
			differences++;
		}
	json_object_foreach (after, key, facts)
		if (!json_object_get(before, key)) {
			change = (struct survey_change){ key, NULL, facts };
			differences++;
		}
	assert_int_equal(differences, 1);
	if (source->explain(&change, &suspects, &finding) > 0)
		row = finding_json(&finding);
	finding_finish(&finding);
	json_decref(before);
	json_decref(after);
	return row;
}

static inline const char *told(const json_t *row, const char *name)
{
	return json_string_value(json_object_get(row, name));
}

/* The words of the remedy with a blank between each two, in a buffer of the caller's. */
static inline const char *remedy_of(const json_t *row, char text[static 512])
{
	size_t index;
	json_t *word;

	*text = '\0';
	json_array_foreach (json_object_get(row, "remedy"), index, word) {
		if (index)
			strcat(text, " ");
		strcat(text, json_string_value(word));
	}
	return text;
}
