/* Devices and file systems that killed processes had in hand. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "survey/device.h"
#include "survey/frozen_judge.h"
#include "survey/lines.h"
#include "survey/source.h"

struct device_words {
	const char *kind; /* NULL: nobody needs to be told */
	enum certainty certainty; /* that harm was done */
	const char *what;
};

static const struct device_words words[] = {
	[DEVICE_HARMLESS] = { 0 },
	[DEVICE_BLOCK] = { "block_device", CERTAINTY_LIKELY,
		"had it open for writing when it was stopped: what lies on it may be torn" },
	[DEVICE_LOOP] = { 0 },
	[DEVICE_WATCHDOG] = { "watchdog", CERTAINTY_PROVED,
		"was killed with it open: THE MACHINE WILL RESTART unless somebody feeds it" },
	[DEVICE_MEMORY] = { "raw_memory", CERTAINTY_LIKELY,
		"had it open for writing when it was stopped: memory or ports may have changed" },
	[DEVICE_KERNEL_LOG] = { "kernel_log", CERTAINTY_LIKELY,
		"had it open for writing: lines of the kernel's log may be its own" },
	[DEVICE_FUSE] = { 0 }, /* judged by what is mounted */
};

static int judge_device(struct frozen_judging *judging, const struct axe_frozen_file *file)
{
	const struct device device = { S_ISBLK(file->mode), file->special >> 20,
		file->special & 0xfffff };
	enum device_danger danger = device_danger(judging->host, &device);
	auto_finding finding = { .kind = words[danger].kind };
	char name[96], key[128], who[FROZEN_WHO_SIZE];

	if (!finding.kind || (danger != DEVICE_WATCHDOG && !(file->marks & AXE_FROZEN_WRITES)))
		return 0;
	finding.certainty = words[danger].certainty;
	finding.pid = (pid_t)file->head.tgid;
	device_name(judging->host, &device, name, sizeof(name));
	snprintf(key, sizeof(key), "device %s", name);
	if (finding_set_object(&finding, "%s", name) < 0 ||
		finding_set_evidence(&finding, "%s %s", frozen_who(judging, file->head.tgid, who),
			words[danger].what) < 0)
		return -ENOMEM;
	return frozen_tell(judging, key, &finding);
}

int frozen_judge_devices(struct frozen_judging *judging)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < judging->picture->files.count; i++) {
		const struct axe_frozen_file *file = &frozen_file_at(judging->picture, i)->record;

		if (file->marks & AXE_FROZEN_DEVICE)
			code = judge_device(judging, file);
	}
	return code;
}

struct served {
	struct frozen_judging *judging;
	uint32_t tgid;
	uint32_t connection;
};

/* "29 23 0:45 / /mnt rw - fuse.sshfs source opts": the connection is the minor of the device. */
static int judge_mount(char *line, void *data)
{
	struct served *served = data;
	auto_finding finding = { .kind = "fuse_server", .certainty = CERTAINTY_PROVED };
	char point[4096], key[4200], who[FROZEN_WHO_SIZE];
	const char *type = strstr(line, " - fuse");
	unsigned number;

	if (!type || sscanf(line, "%*d %*d 0:%u %*s %4095s", &number, point) != 2 ||
		number != served->connection)
		return 0;
	line_unescape(point);
	snprintf(key, sizeof(key), "fuse %s", point);
	finding.pid = (pid_t)served->tgid;
	if (finding_set_object(&finding, "%s", point) < 0 ||
		finding_set_evidence(&finding,
			"%s served this file system and was killed: every use of it fails now",
			frozen_who(served->judging, served->tgid, who)) < 0 ||
		finding_set_remedy(&finding, true, "umount", "-l", "--", point, NULL) < 0)
		return -ENOMEM;
	return frozen_tell(served->judging, key, &finding);
}

/* A mount in a namespace that has gone with its processes is seen by nobody. */
int frozen_judge_fuse(struct frozen_judging *judging)
{
	for (size_t i = 0; i < judging->picture->files.count; i++) {
		const struct frozen_file *file = frozen_file_at(judging->picture, i);
		struct served served = { judging, file->record.head.tgid, file->connection };

		if (file->connection && lines_read(judging->host, "proc/self/mountinfo", 0,
						judge_mount, &served, NULL) == -ENOMEM)
			return -ENOMEM;
	}
	return 0;
}
