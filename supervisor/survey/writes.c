/* What the evidence tier saw being written: proof of who changed a setting. */
#include "survey/writes.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/json.h"
#include "survey/finding.h"
#include "survey/lines.h"
#include "survey/source.h"
#include "survey/writes_parts.h"

#define VALUE_MAX 512

/* Settings that each namespace has its own of; the rest is the host's. */
struct setting_scope {
	const char *prefix;
	const char *namespace; /* below proc/self/ns */
	size_t inode; /* of which field of a writer */
};

static const struct setting_scope scopes[] = {
	{ "net/", "net", offsetof(struct axe_evidence_writer, net_namespace) },
	{ "fs/mqueue/", "ipc", offsetof(struct axe_evidence_writer, ipc_namespace) },
	{ "kernel/shm", "ipc", offsetof(struct axe_evidence_writer, ipc_namespace) },
	{ "kernel/msg", "ipc", offsetof(struct axe_evidence_writer, ipc_namespace) },
	{ "kernel/sem", "ipc", offsetof(struct axe_evidence_writer, ipc_namespace) },
	{ "kernel/hostname", "uts", offsetof(struct axe_evidence_writer, uts_namespace) },
	{ "kernel/domainname", "uts", offsetof(struct axe_evidence_writer, uts_namespace) },
};

/* Whether it was the host's setting that was written. */
static bool is_of_host(
	const struct survey_host *host, const char *name, const struct axe_evidence_writer *writer)
{
	for (size_t i = 0; i < sizeof(scopes) / sizeof(*scopes); i++) {
		char path[64];
		struct stat info;

		if (strncmp(name, scopes[i].prefix, strlen(scopes[i].prefix)) != 0)
			continue;
		snprintf(path, sizeof(path), "proc/self/ns/%s", scopes[i].namespace);
		return fstatat(host->root, path, &info, 0) < 0 ||
		       info.st_ino == *(const axe_u32 *)((const char *)writer + scopes[i].inode);
	}
	return true;
}

/* In place: the white space at the end, which one side writes and the other does not. */
static char *trim(char *value)
{
	size_t length = strlen(value);

	while (length && strchr(" \t\n", value[length - 1]))
		value[--length] = '\0';
	return value;
}

static bool words_are_equal(const char *left, const char *right)
{
	char *left_end, *right_end;
	long long left_number = strtoll(left, &left_end, 0);
	long long right_number = strtoll(right, &right_end, 0);

	if (*left && *right && !*left_end && !*right_end)
		return left_number == right_number;
	return strcmp(left, right) == 0;
}

/* The kernel writes numbers its own way ("0x10" is 16), and a list may be written in part. */
static bool is_what_was_written(const char *present, const char *written)
{
	char present_words[VALUE_MAX], written_words[VALUE_MAX], *left, *right;
	char *present_rest = present_words, *written_rest = written_words;

	snprintf(present_words, sizeof(present_words), "%s", present);
	snprintf(written_words, sizeof(written_words), "%s", written);
	do {
		left = strsep(&present_rest, " \t");
		right = strsep(&written_rest, " \t");
		if (!left || !words_are_equal(left, right))
			return false;
	} while (written_rest);
	return true;
}

static int judge_again_changed(const struct setting_write *write, json_t *findings)
{
	auto_finding finding = { .kind = "sysctl", .certainty = CERTAINTY_LIKELY };

	finding.pid = (pid_t)write->row->last.process.tgid;
	if (finding_set_object(&finding, "/%s", write->path) < 0 ||
		finding_set_evidence(&finding,
			"%.16s (pid %d) wrote `%s`, before it was `%s`; it is `%s` now, so it has "
			"changed again since",
			write->row->last.comm, finding.pid, write->written, write->old,
			write->present) < 0)
		return -ENOMEM;
	return writes_add_finding(findings, write->path, &finding);
}

static int judge_setting(const struct setting_write *write, json_t *evidence)
{
	const struct axe_evidence_writer *writer = &write->row->last;
	auto_free char *text = NULL;
	json_t *row;

	if (asprintf(&text, "%.16s (pid %u) wrote it", writer->comm, writer->process.tgid) < 0) {
		text = NULL;
		return -ENOMEM;
	}
	row = json_pack("{s:s, s:s, s:I, s:o, s:{s:o}, s:{s:o}}", "source", "knobs", "key",
		write->path, "pid", (json_int_t)writer->process.tgid, "text",
		json_text(text, strlen(text)), "before", "value",
		json_text(write->old, strlen(write->old)), "after", "value",
		json_text(write->present, strlen(write->present)));
	return row && json_array_append_new(evidence, row) == 0 ? 0 : -ENOMEM;
}

static int judge_sysctl(const struct survey_host *host, const struct axe_evidence_key *key,
	const struct axe_evidence *row, json_t *evidence, json_t *findings)
{
	char path[AXE_EVIDENCE_NAME_SIZE + 16], present[VALUE_MAX];
	char old[AXE_EVIDENCE_VALUE_SIZE + 1], written[AXE_EVIDENCE_VALUE_SIZE + 1];
	const struct setting_write write = { path, old, written, present, row };

	snprintf(path, sizeof(path), "proc/sys/%.*s", AXE_EVIDENCE_NAME_SIZE, key->name);
	snprintf(old, sizeof(old), "%.*s", AXE_EVIDENCE_VALUE_SIZE, row->old_value);
	snprintf(written, sizeof(written), "%.*s", AXE_EVIDENCE_VALUE_SIZE, row->new_value);
	trim(old);
	trim(written);
	/* A value that is cut or was never seen can neither be compared nor put back. */
	if (row->flags || !is_of_host(host, key->name, &row->last) ||
		line_read(host, path, present, sizeof(present)) < 0)
		return 0;
	trim(present);
	if (strcmp(present, old) == 0)
		return 0;
	return is_what_was_written(present, written) ? judge_setting(&write, evidence)
						     : judge_again_changed(&write, findings);
}

int writes_judge(const struct survey_host *host, const struct axe_evidence_key *key,
	const struct axe_evidence *row, json_t *evidence, json_t *findings)
{
	if (key->kind == AXE_EVIDENCE_SYSCTL)
		return judge_sysctl(host, key, row, evidence, findings);
	return writes_judge_device(host, &key->device, row, evidence, findings);
}
