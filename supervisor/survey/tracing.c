/* Tracing that was switched on for the whole kernel: what tracefs shows, where it is mounted. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "survey/lines.h"
#include "survey/source.h"

/* What is left undone by `echo TEXT >FILE`, or appended where the file is a list. */
struct tracing_list {
	const char *name; /* below tracefs */
	const char *what; /* of a line that appeared */
	const char *undo; /* before what is undone */
};

static const struct tracing_list lists[] = {
	{ "set_event", "is recorded", "!" },
	{ "kprobe_events", "is a probe in the kernel", "-:" },
	{ "uprobe_events", "is a probe in programs", "-:" },
};

/* The second is the older place of the first. */
static const char *const places[] = { "sys/kernel/tracing", "sys/kernel/debug/tracing" };

struct taking {
	json_t *objects;
	const char *place;
	const char *name;
};

static int add(const struct taking *taking, const char *name, const char *value)
{
	char key[512];

	snprintf(key, sizeof(key), "%s/%s %s", taking->place, taking->name, name);
	return json_object_set_new(taking->objects, key,
		       json_pack("{s:s, s:s, s:o, s:o}", "place", taking->place, "file",
			       taking->name, "name", json_text(name, strlen(name)), "value",
			       json_text(value, strlen(value))))
		       ? -ENOMEM
		       : 0;
}

/* "p:kprobes/name place arguments": only the name is needed to undo it. */
static int take_line(char *line, void *data)
{
	char *rest = line, *name = strsep(&rest, " "), *colon = strchr(name, ':');
	const struct taking *taking = data;

	if (strcmp(taking->name, "set_event") == 0)
		return add(data, name, "");
	return add(data, colon ? colon + 1 : name, rest ? rest : "");
}

static int take_lists(const struct survey_host *host, struct taking *taking, struct error *error)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		struct error missing = { 0 };
		char path[128];
		int code;

		taking->name = lists[i].name;
		snprintf(path, sizeof(path), "%s/%s", taking->place, taking->name);
		code = lines_read(host, path, 0, take_line, taking, &missing);
		if (code < 0 && code != -ENOENT) {
			*error = missing;
			return code;
		}
	}
	return 0;
}

static int take_instances(const struct survey_host *host, struct taking *taking)
{
	char path[128];
	struct dirent *entry;
	DIR *folder;
	int fd, code = 0;

	taking->name = "instances";
	snprintf(path, sizeof(path), "%s/%s", taking->place, taking->name);
	fd = openat(host->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	folder = fdopendir(fd);
	if (!folder) {
		close(fd);
		return -ENOMEM;
	}
	while (code == 0 && (entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			code = add(taking, entry->d_name, "");
	closedir(folder);
	return code;
}

static int take(const struct survey_host *host, json_t *objects, struct error *error)
{
	struct taking taking = { .objects = objects };
	char path[128], tracer[128];
	int code;

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		taking.place = places[i];
		taking.name = "current_tracer";
		snprintf(path, sizeof(path), "%s/current_tracer", places[i]);
		if (line_read(host, path, tracer, sizeof(tracer)) < 0)
			continue;
		code = add(&taking, "tracer", tracer);
		if (code == 0)
			code = take_instances(host, &taking);
		return code < 0 ? fail(error, -code, "list what is traced")
				: take_lists(host, &taking, error);
	}
	return 0; /* not mounted: nobody traces by it */
}

static const char *word_of(const json_t *facts, const char *name)
{
	return json_string_value(json_object_get(facts, name));
}

/* Names of events hold no quote; one that does gets no command. */
static int set_shell(
	struct finding *finding, const char *undo, const char *value, const json_t *facts)
{
	auto_free char *script = NULL;

	if (strchr(value, '\''))
		return 0;
	if (asprintf(&script, "echo '%s%s' >>'/%s/%s'", undo, value, word_of(facts, "place"),
		    word_of(facts, "file")) < 0) {
		script = NULL;
		return -ENOMEM;
	}
	return finding_set_remedy(
		finding, finding->certainty >= CERTAINTY_LIKELY, "sh", "-c", script, NULL);
}

static int explain_tracer(const struct survey_change *change, struct finding *finding)
{
	if (!change->before || !change->after)
		return 0;
	if (finding_set_object(finding, "/%s/current_tracer", word_of(change->after, "place")) <
			0 ||
		finding_set_evidence(finding, "is `%s`, was `%s`", word_of(change->after, "value"),
			word_of(change->before, "value")) < 0 ||
		set_shell(finding, "", word_of(change->before, "value"), change->after) < 0)
		return -ENOMEM;
	return 1;
}

static int explain_instance(const struct survey_change *change, struct finding *finding)
{
	auto_free char *path = NULL;

	if (asprintf(&path, "/%s/instances/%s", word_of(change->after, "place"),
		    word_of(change->after, "name")) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (finding_set_object(finding, "%s", path) < 0 ||
		finding_set_evidence(finding, "was made and still is") < 0 ||
		finding_set_remedy(finding, finding->certainty >= CERTAINTY_LIKELY, "rmdir", "--",
			path, NULL) < 0)
		return -ENOMEM;
	return 1;
}

static int explain(const struct survey_change *change, const struct survey_suspects *suspects,
	struct finding *ret_finding)
{
	const char *file = word_of(change->after ? change->after : change->before, "file");

	ret_finding->kind = "tracing";
	if (strcmp(file, "current_tracer") == 0)
		return explain_tracer(change, ret_finding);
	if (change->before || !change->after)
		return 0;
	if (strcmp(file, "instances") == 0)
		return explain_instance(change, ret_finding);
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		const char *name = word_of(change->after, "name");

		if (strcmp(file, lists[i].name) != 0)
			continue;
		if (finding_set_object(ret_finding, "%s", name) < 0 ||
			finding_set_evidence(ret_finding, "%s, and was not before", lists[i].what) <
				0 ||
			set_shell(ret_finding, lists[i].undo, name, change->after) < 0)
			return -ENOMEM;
		return 1;
	}
	return 0;
}

const struct survey_source survey_tracing = {
	.name = "tracing",
	.take = take,
	.explain = explain,
};
