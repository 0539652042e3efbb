/* Why a process does not die: what /proc says of one that outlived its SIGKILL. */
#include "engine/survivor.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"

struct evidence {
	pid_t pid;
	char comm[32];
	char state;
	int tracer_pid;
	bool sigkill_pending;
	char wait_channel[128];
	char freezer[256]; /* path of its v1 freezer group; empty: none or thawed */
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

static void read_freezer(struct evidence *evidence, const char *freezer)
{
	char text[4096], path[512], state[32];
	char *line;

	if (!freezer[0] || read_proc(evidence->pid, "cgroup", text, sizeof(text)) < 0)
		return;
	line = strstr(text, ":freezer:");
	if (!line)
		return;
	line += strlen(":freezer:");
	line[strcspn(line, "\n")] = '\0';
	snprintf(path, sizeof(path), "%s%s/freezer.state", freezer, line);
	if (file_read_text_at(AT_FDCWD, path, state, sizeof(state)) > 0 && strcmp(state, "THAWED"))
		snprintf(evidence->freezer, sizeof(evidence->freezer), "%.255s", line);
}

static int gather(struct evidence *evidence, const char *freezer)
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
	evidence->sigkill_pending = has_sigkill(status_field(status, "\nSigPnd:")) ||
				    has_sigkill(status_field(status, "\nShdPnd:"));
	read_proc(evidence->pid, "wchan", evidence->wait_channel, sizeof(evidence->wait_channel));
	read_freezer(evidence, freezer);
	return 0;
}

static void say_reason(const struct evidence *evidence, char *reason, size_t size)
{
	if (evidence->freezer[0])
		snprintf(reason, size,
			"frozen by the v1 freezer group `%s`: thaw that group to let it die",
			evidence->freezer);
	else if (evidence->tracer_pid)
		snprintf(reason, size, "held by its tracer, process %d: end the tracer",
			evidence->tracer_pid);
	else if (evidence->state == 'D')
		snprintf(reason, size, "waits uninterruptibly in the kernel (%s)%s",
			evidence->wait_channel[0] ? evidence->wait_channel : "unknown",
			evidence->sigkill_pending ? ", SIGKILL pending" : "");
	else if (evidence->state == 'Z')
		snprintf(reason, size, "dead, but its parent has not reaped it");
	else
		snprintf(reason, size, "in state %c, SIGKILL %s", evidence->state,
			evidence->sigkill_pending ? "pending" : "not pending");
}

static json_t *optional_text(const char *text)
{
	return text[0] ? json_text(text, strlen(text)) : json_null();
}

json_t *survivor_describe(pid_t pid, const char *freezer)
{
	struct evidence evidence = { .pid = pid };
	char reason[400], stack[4096], system_call[256];
	json_t *json;

	if (gather(&evidence, freezer) < 0)
		return NULL;
	say_reason(&evidence, reason, sizeof(reason));
	json = json_pack("{s:i, s:o, s:s%, s:b, s:o, s:o, s:o, s:o}", "pid", (int)pid, "comm",
		optional_text(evidence.comm), "state", &evidence.state, (size_t)1,
		"sigkill_pending", evidence.sigkill_pending, "wait_channel",
		optional_text(evidence.wait_channel), "tracer_pid",
		evidence.tracer_pid ? json_integer(evidence.tracer_pid) : json_null(), "frozen_by",
		optional_text(evidence.freezer), "reason", optional_text(reason));
	/* Last, for these two wait for a lock of the target, perhaps for ever. */
	read_proc(pid, "stack", stack, sizeof(stack));
	json_object_set_new(json, "stack", optional_text(stack));
	read_proc(pid, "syscall", system_call, sizeof(system_call));
	json_object_set_new(json, "system_call", optional_text(system_call));
	return json;
}
