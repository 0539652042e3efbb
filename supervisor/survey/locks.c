/*
 * File locks that outlive who took them, by a descriptor that was handed outside: /proc/locks.
 *
 * To read that file waits for one of the kernel's grace periods, 16 to 19 ms, longer than most
 * tests run. So it is read only where one of those who ended is known to have asked for a lock, or
 * where that cannot be known. In between the list is old: what strangers did is not
 * in it, but they are not told of, either.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "survey/lines.h"
#include "survey/source.h"

/* "1: FLOCK  ADVISORY  WRITE 1234 fe:01:42 0 EOF"; who waits for one has "->" behind the number. */
static int take_line(char *line, void *data)
{
	char form[16], kind[16], place[64], from[32], to[32], key[256];
	long long pid;

	if (strstr(line, "->"))
		return 0;
	if (sscanf(line, "%*d: %15s %*s %15s %lld %63s %31s %31s", form, kind, &pid, place, from,
		    to) != 6)
		return -EBADMSG;
	snprintf(key, sizeof(key), "%s %s %s %s-%s %lld", form, kind, place, from, to, pid);
	return json_object_set_new(data, key,
		       json_pack("{s:s, s:s, s:s, s:I}", "form", form, "kind", kind, "place", place,
			       "pid", (json_int_t)pid))
		       ? -ENOMEM
		       : 0;
}

static int take(const struct survey_host *host, json_t *objects, struct error *error)
{
	struct error missing = { 0 };
	int code = lines_read(host, "proc/locks", 0, take_line, objects, &missing);

	if (code < 0 && code != -ENOENT) {
		*error = missing;
		return code;
	}
	return 0;
}

/* Everybody locks all the time: only what a process of ours took is a matter, and that the kernel
 * keeps with it. */
static int explain(const struct survey_change *change, const struct survey_suspects *suspects,
	struct finding *ret_finding)
{
	pid_t pid = (pid_t)json_integer_value(json_object_get(change->after, "pid"));

	if (change->before || !change->after || pid <= 0 || !suspects->include(pid, suspects->data))
		return 0;
	ret_finding->kind = "file_lock";
	ret_finding->certainty = CERTAINTY_PROVED;
	ret_finding->pid = pid;
	if (finding_set_object(ret_finding, "%s lock of file %s",
		    json_string_value(json_object_get(change->after, "kind")),
		    json_string_value(json_object_get(change->after, "place"))) < 0 ||
		finding_set_evidence(ret_finding,
			"is still held (%s): the kernel names pid %d, and somebody outside has the "
			"descriptor",
			json_string_value(json_object_get(change->after, "form")), pid) < 0)
		return -ENOMEM;
	return 1;
}

const struct survey_source survey_locks = {
	.name = "locks",
	.take = take,
	.explain = explain,
	.remembered = true,
	.aside = true,
};
