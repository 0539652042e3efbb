/* Mounts that were made, undone or changed: all of /proc/self/mountinfo. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "survey/lines.h"
#include "survey/source.h"

/* The fields of a line, by their place; `-` ends the optional ones (proc_pid_mountinfo(5)). */
enum { MOUNT_ID, MOUNT_PARENT, MOUNT_DEVICE, MOUNT_ROOT, MOUNT_POINT, MOUNT_OPTIONS, MOUNT_FIELDS };

static json_t *text(const char *value)
{
	return json_text(value, strlen(value));
}

/* "29 23 0:26 / /run rw,nosuid shared:5 - tmpfs tmpfs rw,size=..." */
static int take_line(char *line, void *data)
{
	char *fields[MOUNT_FIELDS], *behind = strstr(line, " - "), *type, *source;
	char key[PATH_MAX + 32];
	json_t *facts;

	if (!behind)
		return -EBADMSG;
	*behind = '\0';
	behind += 3;
	for (int field = 0; field < MOUNT_FIELDS; field++)
		if (!(fields[field] = strsep(&line, " ")))
			return -EBADMSG;
	type = strsep(&behind, " ");
	source = behind ? strsep(&behind, " ") : NULL;
	if (!source)
		return -EBADMSG;
	line_unescape(fields[MOUNT_POINT]);
	line_unescape(fields[MOUNT_ROOT]);
	line_unescape(source);
	facts = json_pack("{s:o, s:o, s:o, s:o, s:o}", "point", text(fields[MOUNT_POINT]), "type",
		text(type), "from", text(source), "root", text(fields[MOUNT_ROOT]), "options",
		text(fields[MOUNT_OPTIONS]));
	/* A number is given again once its mount is gone; a place may have several mounts. */
	snprintf(key, sizeof(key), "%s %s", fields[MOUNT_ID], fields[MOUNT_POINT]);
	return json_object_set_new(data, key, facts) ? -ENOMEM : 0;
}

static int take(const struct survey_host *host, json_t *objects, struct error *error)
{
	return lines_read(host, "proc/self/mountinfo", 0, take_line, objects, error);
}

static int stamp(const struct survey_host *host, FILE *stream)
{
	return lines_copy(host, "proc/self/mountinfo", stream);
}

static const char *word(const json_t *facts, const char *name)
{
	return json_string_value(json_object_get(facts, name));
}

static int explain_appeared(const json_t *facts, struct finding *finding)
{
	finding->kind = "mount";
	if (finding_set_object(finding, "%s", word(facts, "point")) < 0 ||
		finding_set_evidence(finding, "%s (%s) was mounted there and still is",
			word(facts, "from"), word(facts, "type")) < 0)
		return -ENOMEM;
	/* What was written there may be lost with it: not for somebody else's mount. */
	return finding_set_remedy(finding, finding->certainty >= CERTAINTY_LIKELY, "umount", "--",
		       word(facts, "point"), NULL) < 0
		       ? -ENOMEM
		       : 1;
}

static int explain_vanished(const json_t *facts, struct finding *finding)
{
	finding->kind = "unmounted";
	if (finding_set_object(finding, "%s", word(facts, "point")) < 0)
		return -ENOMEM;
	return finding_set_evidence(finding, "%s (%s) was mounted there before",
		       word(facts, "from"), word(facts, "type")) < 0
		       ? -ENOMEM
		       : 1;
}

static int explain_changed(const json_t *before, const json_t *after, struct finding *finding)
{
	auto_free char *options = NULL;

	if (asprintf(&options, "remount,bind,%s", word(before, "options")) < 0) {
		options = NULL;
		return -ENOMEM;
	}
	finding->kind = "remounted";
	if (finding_set_object(finding, "%s", word(after, "point")) < 0 ||
		finding_set_evidence(finding, "mounted with %s, before with %s",
			word(after, "options"), word(before, "options")) < 0 ||
		finding_set_remedy(finding, true, "mount", "-o", options, "--",
			word(after, "point"), NULL) < 0)
		return -ENOMEM;
	return 1;
}

/* Where supervisors keep what outlives them, who come and go. */
static bool is_ours(const json_t *facts)
{
	return strcmp(word(facts, "type"), "bpf") == 0 && strcmp(word(facts, "from"), "axe") == 0;
}

/* Of who mounted something the kernel keeps nothing. */
static int explain(const struct survey_change *change, const struct survey_suspects *suspects,
	struct finding *ret_finding)
{
	if (is_ours(change->before ? change->before : change->after))
		return 0;
	if (!change->before)
		return explain_appeared(change->after, ret_finding);
	if (!change->after)
		return explain_vanished(change->before, ret_finding);
	return explain_changed(change->before, change->after, ret_finding);
}

const struct survey_source survey_mounts = {
	.name = "mounts",
	.take = take,
	.explain = explain,
	.stamp = stamp,
};
