/* Why a process does not die: what /proc says of one that outlived its SIGKILL. */
#include "ending/survivor.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "ending/survivor_share.h"
#include "ending/survivor_wait.h"
#include "ending/survivor_words.h"

#define PATH_SIZE 512

struct evidence {
	pid_t pid;
	char comm[32];
	char state;
	int tracer_pid;
	char tracer[32];
	bool sigkill_pending;
	bool dumping_core;
	bool throttled;
	char wait_channel[128];
	const char *freezer; /* where the v1 freezer is mounted; empty: nowhere */
	char frozen_by[PATH_SIZE]; /* its v1 freezer group; empty: none or thawed */
	char frozen_v2[PATH_SIZE]; /* its v2 group, absolute; likewise */
};

static ssize_t read_proc(pid_t pid, const char *name, char *buffer, size_t size)
{
	char path[64];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	length = file_read_text_at(AT_FDCWD, path, buffer, size);
	if (length < 0)
		buffer[0] = '\0';
	return length;
}

/* The text after "Name:" and blanks in a status file; NULL when there is no such line. */
static const char *status_field(const char *status, const char *name)
{
	const char *line = strstr(status, name);

	return line ? line + strlen(name) + strspn(line + strlen(name), "\t ") : NULL;
}

static bool has_sigkill(const char *mask)
{
	return mask && strtoull(mask, NULL, 16) & UINT64_C(1) << (SIGKILL - 1);
}

/* The path behind a hierarchy's prefix in /proc/PID/cgroup; it is cut off there. NULL: none. */
static const char *group_of(char *groups, const char *prefix)
{
	char *path = strstr(groups, prefix);

	if (!path)
		return NULL;
	path += strlen(prefix);
	path[strcspn(path, "\n")] = '\0';
	return path;
}

static void read_freezer(struct evidence *evidence, char *groups)
{
	char path[2 * PATH_SIZE], state[32];
	const char *group = evidence->freezer[0] ? group_of(groups, ":freezer:") : NULL;

	if (!group)
		return;
	snprintf(path, sizeof(path), "%s%s/freezer.state", evidence->freezer, group);
	if (file_read_text_at(AT_FDCWD, path, state, sizeof(state)) > 0 && strcmp(state, "THAWED"))
		snprintf(evidence->frozen_by, PATH_SIZE, "%.500s", group);
}

/* "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0" */
static bool find_v2(char point[static PATH_SIZE])
{
	auto_file mounts = fopen("/proc/self/mounts", "re");
	auto_free char *line = NULL;
	size_t room = 0;
	char type[64];

	while (mounts && getline(&line, &room, mounts) > 0)
		if (sscanf(line, "%*s %255s %63s", point, type) == 2 && !strcmp(type, "cgroup2"))
			return true;
	return false;
}

static bool reads_with(const char *folder, const char *name, const char *word)
{
	char path[2 * PATH_SIZE + 64], text[1024];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return file_read_text_at(AT_FDCWD, path, text, sizeof(text)) > 0 && strstr(text, word);
}

static void read_v2(struct evidence *evidence, char *groups)
{
	char point[PATH_SIZE], folder[2 * PATH_SIZE];
	const char *group;

	group = strncmp(groups, "0::", 3) == 0 ? group_of(groups, "0::")
					       : group_of(groups, "\n0::");
	if (!group || !find_v2(point))
		return;
	snprintf(folder, sizeof(folder), "%s%s", point, group);
	if (reads_with(folder, "cgroup.events", "frozen 1"))
		snprintf(evidence->frozen_v2, PATH_SIZE, "%.500s", folder);
}

static void read_groups(struct evidence *evidence)
{
	char groups[4096], again[4096];

	if (read_proc(evidence->pid, "cgroup", groups, sizeof(groups)) < 0)
		return;
	evidence->throttled = evidence->state == 'R' && survivor_share_is_spent(groups);
	memcpy(again, groups, sizeof(again));
	read_freezer(evidence, groups);
	read_v2(evidence, again);
}

static int gather(struct evidence *evidence)
{
	char status[8192];
	const char *field;

	if (read_proc(evidence->pid, "status", status, sizeof(status)) < 0)
		return -1;
	field = status_field(status, "Name:");
	if (field)
		snprintf(evidence->comm, sizeof(evidence->comm), "%.*s", (int)strcspn(field, "\n"),
			field);
	field = status_field(status, "\nState:");
	evidence->state = field ? *field : '?';
	field = status_field(status, "\nTracerPid:");
	evidence->tracer_pid = field ? atoi(field) : 0;
	field = status_field(status, "\nCoreDumping:");
	evidence->dumping_core = field && *field == '1';
	evidence->sigkill_pending = has_sigkill(status_field(status, "\nSigPnd:")) ||
				    has_sigkill(status_field(status, "\nShdPnd:"));
	read_proc(evidence->pid, "wchan", evidence->wait_channel, sizeof(evidence->wait_channel));
	if (evidence->tracer_pid)
		read_proc(evidence->tracer_pid, "comm", evidence->tracer, sizeof(evidence->tracer));
	read_groups(evidence);
	return 0;
}

/* The first that applies. */
static json_t *reason_json(const struct evidence *evidence)
{
	if (evidence->frozen_by[0])
		return json_sprintf("frozen by the v1 freezer group `%s`: thaw that group to let "
				    "it die",
			evidence->frozen_by);
	if (evidence->tracer_pid)
		return json_sprintf("held by its tracer, process %d (%s): end the tracer",
			evidence->tracer_pid, evidence->tracer);
	if (evidence->dumping_core)
		return json_string("writes its core dump");
	if (evidence->state == 'D')
		return json_sprintf("waits uninterruptibly in the kernel (%s)%s",
			evidence->wait_channel[0] ? evidence->wait_channel : "unknown",
			evidence->sigkill_pending ? ", SIGKILL pending" : "");
	if (evidence->state == 'Z')
		return json_string("dead, but its parent has not reaped it");
	if (evidence->throttled)
		return json_string("must run to die, and its group has used up its share of the "
				   "processors");
	return json_sprintf("in state %c, SIGKILL %s", evidence->state,
		evidence->sigkill_pending ? "pending" : "not pending");
}

static json_t *remedy_json(const struct evidence *evidence)
{
	if (evidence->frozen_by[0])
		return json_pack("[s, s, o]", "sh", "-c",
			json_sprintf("echo THAWED >'%s%s/freezer.state'", evidence->freezer,
				evidence->frozen_by));
	if (evidence->tracer_pid)
		return json_pack(
			"[s, s, o]", "kill", "-KILL", json_sprintf("%d", evidence->tracer_pid));
	return json_null();
}

static json_t *optional_text(const char *text)
{
	return text[0] ? json_text(text, strlen(text)) : json_null();
}

/* SIGKILL ends every other wait: a vfork parent's, or one in TASK_KILLABLE, at once. */
static bool is_unkillable(const struct evidence *evidence)
{
	return evidence->state == 'D' && evidence->sigkill_pending && !evidence->frozen_by[0] &&
	       !evidence->tracer_pid;
}

json_t *survivor_describe(pid_t pid, const char *freezer)
{
	struct evidence evidence = { .pid = pid, .freezer = freezer };

	if (gather(&evidence) < 0)
		return NULL;
	return json_pack(
		"{s:i, s:o, s:s%, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:o?, s:o?}", "pid",
		(int)pid, "comm", optional_text(evidence.comm), "state", &evidence.state, (size_t)1,
		"sigkill_pending", evidence.sigkill_pending, "unkillable", is_unkillable(&evidence),
		"wait_channel", optional_text(evidence.wait_channel), "tracer_pid",
		evidence.tracer_pid ? json_integer(evidence.tracer_pid) : json_null(), "tracer",
		optional_text(evidence.tracer), "frozen_by", optional_text(evidence.frozen_by),
		"frozen_v2", optional_text(evidence.frozen_v2), "throttled", evidence.throttled,
		"dumping_core", evidence.dumping_core, "reason", reason_json(&evidence), "remedy",
		remedy_json(&evidence));
}

void survivor_describe_more(json_t *survivor)
{
	pid_t pid = (pid_t)json_integer_value(json_object_get(survivor, "pid"));
	const char *channel = json_string_value(json_object_get(survivor, "wait_channel"));
	const char *state = json_string_value(json_object_get(survivor, "state"));
	char stack[4096];
	json_t *target;

	read_proc(pid, "stack", stack, sizeof(stack));
	json_object_set_new(survivor, "stack", optional_text(stack));
	json_object_set_new(survivor, "system_call", survivor_call_json(pid));
	if (!state || *state != 'D')
		return;
	target = survivor_target_json(pid, json_object_get(survivor, "system_call"),
		(channel && strcmp(channel, "request_wait_answer") == 0) || strstr(stack, "fuse_"));
	json_object_set_new(survivor, "waits_for", target);
	if (json_is_object(target))
		survivor_say_target(survivor, target);
}
