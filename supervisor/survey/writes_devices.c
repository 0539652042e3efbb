/*
 * What the evidence tier saw being opened: devices through which others are hurt. It sees who may
 * open one, before the kernel finds out whether there is one.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "survey/device.h"
#include "survey/finding.h"
#include "survey/lines.h"
#include "survey/source.h"
#include "survey/writes_parts.h"

struct danger_words {
	const char *kind;
	enum certainty certainty; /* that harm was done */
	const char *what;
};

static const struct danger_words words[] = {
	[DEVICE_BLOCK] = { "block_device", CERTAINTY_LIKELY,
		"opened it for writing: what lies on it may have changed" },
	[DEVICE_WATCHDOG] = { "watchdog", CERTAINTY_PROVED,
		"started it and nobody has stopped it: THE MACHINE WILL RESTART unless it is fed" },
	[DEVICE_MEMORY] = { "raw_memory", CERTAINTY_LIKELY,
		"opened it for writing: memory or ports of the machine may have changed" },
	[DEVICE_KERNEL_LOG] = { "kernel_log", CERTAINTY_LIKELY,
		"opened it for writing: lines of the kernel's log may be its own" },
};

int writes_add_finding(json_t *findings, const char *key, const struct finding *finding)
{
	json_t *row = finding_json(finding);

	if (!row || json_object_set_new(row, "source", json_string("writes")) ||
		json_object_set_new(row, "key", json_string(key))) {
		json_decref(row);
		return -ENOMEM;
	}
	return json_array_append_new(findings, row) ? -ENOMEM : 0;
}

/* "/dev/watchdog" is the first of its class. */
static bool watchdog_runs(const struct survey_host *host, const struct device *device)
{
	char name[96], path[160], state[32];
	const char *base;

	device_name(host, device, name, sizeof(name));
	base = strrchr(name, '/') ? strrchr(name, '/') + 1 : "watchdog";
	snprintf(path, sizeof(path), "sys/class/watchdog/%s/state",
		strcmp(base, "watchdog") == 0 ? "watchdog0" : base);
	return line_read(host, path, state, sizeof(state)) < 0 || strcmp(state, "inactive") != 0;
}

/* Who binds a loop device has it open for writing. */
static int judge_loop(const struct survey_host *host, const struct device *device,
	const struct axe_evidence_writer *writer, json_t *evidence)
{
	char name[96], key[128], text[128];
	json_t *row;

	device_name(host, device, name, sizeof(name));
	snprintf(key, sizeof(key), "loop %s", strrchr(name, '/') ? strrchr(name, '/') + 1 : name);
	snprintf(text, sizeof(text), "%.16s (pid %u) opened it for writing", writer->comm,
		writer->process.tgid);
	row = json_pack("{s:s, s:s, s:I, s:o, s:n, s:n}", "source", "blocks", "key", key, "pid",
		(json_int_t)writer->process.tgid, "text", json_text(text, strlen(text)), "before",
		"after");
	return row && json_array_append_new(evidence, row) == 0 ? 0 : -ENOMEM;
}

static int judge_danger(const struct survey_host *host, const struct device *device,
	const struct danger_words *danger, const struct axe_evidence_writer *writer,
	json_t *findings)
{
	auto_finding finding = { .kind = danger->kind, .certainty = danger->certainty };
	char name[96];

	device_name(host, device, name, sizeof(name));
	finding.pid = (pid_t)writer->process.tgid;
	if (finding_set_object(&finding, "%s", name) < 0 ||
		finding_set_evidence(
			&finding, "%.16s (pid %d) %s", writer->comm, finding.pid, danger->what) < 0)
		return -ENOMEM;
	return writes_add_finding(findings, name, &finding);
}

int writes_judge_device(const struct survey_host *host, const struct axe_evidence_device *device,
	const struct axe_evidence *row, json_t *evidence, json_t *findings)
{
	const struct device opened = { device->type == AXE_DEVICE_BLOCK, device->major,
		device->minor };
	enum device_danger danger = device_danger(host, &opened);

	switch (danger) {
	case DEVICE_HARMLESS:
	case DEVICE_FUSE:
		return 0;
	case DEVICE_LOOP:
		return judge_loop(host, &opened, &row->last, evidence);
	case DEVICE_WATCHDOG:
		if (device_is_missing(host, &opened) || !watchdog_runs(host, &opened))
			return 0;
		break;
	case DEVICE_MEMORY:
	case DEVICE_KERNEL_LOG:
		if (device_is_missing(host, &opened))
			return 0;
		break;
	case DEVICE_BLOCK: /* one that is gone by now may have been upon another */
		break;
	}
	return judge_danger(host, &opened, &words[danger], &row->last, findings);
}
