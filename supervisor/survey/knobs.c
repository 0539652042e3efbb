/* Settings of the kernel that one process changes for all: a curated list below /proc/sys and /sys.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "survey/lines.h"
#include "survey/source.h"

/* What real suites have been seen to change, and what hurts the next test most. */
static const char *const paths[] = {
	"proc/sys/fs/aio-max-nr",
	"proc/sys/fs/file-max",
	"proc/sys/fs/inotify/max_user_instances",
	"proc/sys/fs/inotify/max_user_watches",
	"proc/sys/fs/mount-max",
	"proc/sys/fs/mqueue/queues_max",
	"proc/sys/fs/nr_open",
	"proc/sys/fs/pipe-max-size",
	"proc/sys/fs/protected_hardlinks",
	"proc/sys/fs/protected_symlinks",
	"proc/sys/fs/suid_dumpable",
	"proc/sys/kernel/core_pattern",
	"proc/sys/kernel/core_uses_pid",
	"proc/sys/kernel/domainname",
	"proc/sys/kernel/ftrace_enabled",
	"proc/sys/kernel/hostname",
	"proc/sys/kernel/hung_task_timeout_secs",
	"proc/sys/kernel/kptr_restrict",
	"proc/sys/kernel/modprobe",
	"proc/sys/kernel/modules_disabled",
	"proc/sys/kernel/msgmax",
	"proc/sys/kernel/msgmnb",
	"proc/sys/kernel/msgmni",
	"proc/sys/kernel/ngroups_max",
	"proc/sys/kernel/numa_balancing",
	"proc/sys/kernel/panic",
	"proc/sys/kernel/panic_on_oops",
	"proc/sys/kernel/perf_event_paranoid",
	"proc/sys/kernel/pid_max",
	"proc/sys/kernel/printk",
	"proc/sys/kernel/randomize_va_space",
	"proc/sys/kernel/sched_rt_runtime_us",
	"proc/sys/kernel/sem",
	"proc/sys/kernel/shmall",
	"proc/sys/kernel/shmmax",
	"proc/sys/kernel/shmmni",
	"proc/sys/kernel/softlockup_panic",
	"proc/sys/kernel/sysrq",
	"proc/sys/kernel/threads-max",
	"proc/sys/kernel/unprivileged_bpf_disabled",
	"proc/sys/kernel/watchdog",
	"proc/sys/kernel/watchdog_thresh",
	"proc/sys/net/core/rmem_max",
	"proc/sys/net/core/somaxconn",
	"proc/sys/net/core/wmem_max",
	"proc/sys/net/ipv4/ip_forward",
	"proc/sys/net/ipv4/ip_local_port_range",
	"proc/sys/net/ipv4/ping_group_range",
	"proc/sys/net/ipv4/tcp_congestion_control",
	"proc/sys/net/ipv6/conf/all/disable_ipv6",
	"proc/sys/net/ipv6/conf/all/forwarding",
	"proc/sys/user/max_user_namespaces",
	"proc/sys/vm/dirty_background_ratio",
	"proc/sys/vm/dirty_ratio",
	"proc/sys/vm/max_map_count",
	"proc/sys/vm/min_free_kbytes",
	"proc/sys/vm/mmap_min_addr",
	"proc/sys/vm/nr_hugepages",
	"proc/sys/vm/nr_overcommit_hugepages",
	"proc/sys/vm/overcommit_memory",
	"proc/sys/vm/overcommit_ratio",
	"proc/sys/vm/panic_on_oom",
	"proc/sys/vm/swappiness",
	"sys/devices/system/clocksource/clocksource0/current_clocksource",
	"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
	"sys/devices/system/cpu/online",
	"sys/devices/system/cpu/smt/control",
	"sys/kernel/mm/ksm/run",
	"sys/kernel/mm/transparent_hugepage/enabled",
	"sys/kernel/tracing/events/enable",
	"sys/kernel/tracing/tracing_on",
	"sys/module/printk/parameters/time",
	"sys/power/pm_test",
};

#define COUNT     (sizeof(paths) / sizeof(*paths))
#define VALUE_MAX 512

static int take(const struct survey_host *host, json_t *objects, struct error *error)
{
	char value[VALUE_MAX];

	static_assert(COUNT <= KEPT_FILES_MAX, "each has its place");
	for (size_t index = 0; index < COUNT; index++) {
		/* Another kernel, or one built differently, lacks some of them. */
		if (kept_line_read(host, (unsigned)index, paths[index], value, sizeof(value)) < 0)
			continue;
		if (json_object_set_new(objects, paths[index],
			    json_pack("{s:o}", "value", json_text(value, strlen(value)))))
			return fail(error, ENOMEM, "list settings of the kernel");
	}
	return 0;
}

static int stamp(const struct survey_host *host, FILE *stream)
{
	char value[VALUE_MAX];

	for (size_t index = 0; index < COUNT; index++)
		if (kept_line_read(host, (unsigned)index, paths[index], value, sizeof(value)) == 0)
			fprintf(stream, "%zu %s\n", index, value);
	return 0;
}

/* Its file beneath one of the places where settings are: no name and no link leads out of them. */
static int open_setting(const struct survey_host *host, const char *key)
{
	static const char *const places[] = { "proc/sys", "sys" };

	for (size_t index = 0; index < sizeof(places) / sizeof(*places); index++) {
		size_t length = strlen(places[index]);
		auto_fd place = -1;

		if (strncmp(key, places[index], length) != 0 || key[length] != '/')
			continue;
		place = openat(host->root, places[index], O_PATH | O_DIRECTORY | O_CLOEXEC);
		return place < 0 ? -errno : file_open_beneath(place, key + length + 1, O_RDONLY, 0);
	}
	return -EXDEV;
}

static int look(
	const struct survey_host *host, const char *key, json_t *objects, struct error *error)
{
	auto_fd setting = open_setting(host, key);
	char value[VALUE_MAX];

	if (setting == -EXDEV || setting == -ELOOP)
		return fail_plain(error, EINVAL, "`%s` is no setting", key);
	if (setting == -ENOENT || setting == -ENOTDIR)
		return 0;
	if (setting < 0)
		return fail(error, -setting, "open `%s`", key);
	if (file_read_text(setting, value, sizeof(value)) < 0)
		return fail_plain(error, EIO, "`%s` cannot be read", key);
	return json_object_set_new(
		       objects, key, json_pack("{s:o}", "value", json_text(value, strlen(value))))
		       ? fail(error, ENOMEM, "look at `%s`", key)
		       : 0;
}

static const char *value_of(const json_t *facts)
{
	return json_string_value(json_object_get(facts, "value"));
}

/* "proc/sys/kernel/threads-max" as sysctl(8) has it: `/` is a separator there as well. */
static int set_sysctl(struct finding *finding, const char *path, const char *value)
{
	auto_free char *assignment = NULL;

	if (asprintf(&assignment, "%s=%s", path + strlen("proc/sys/"), value) < 0) {
		assignment = NULL;
		return -ENOMEM;
	}
	return finding_set_remedy(finding, true, "sysctl", "-w", assignment, NULL);
}

/* Below /sys there is no tool but the shell; "[always] madvise never" tells the one in brackets. */
static int set_write(struct finding *finding, const char *path, const char *value)
{
	const char *chosen = strchr(value, '['), *end = chosen ? strchr(chosen, ']') : NULL;
	auto_free char *script = NULL;
	int length;

	if (end)
		length = asprintf(&script, "printf %%s '%.*s' >'/%s'", (int)(end - chosen - 1),
			chosen + 1, path);
	else
		length = asprintf(&script, "printf %%s '%s' >'/%s'", value, path);
	if (length < 0) {
		script = NULL;
		return -ENOMEM;
	}
	return finding_set_remedy(finding, !strchr(value, '\''), "sh", "-c", script, NULL);
}

static int explain(const struct survey_change *change, const struct survey_suspects *suspects,
	struct finding *ret_finding)
{
	const char *before = value_of(change->before), *after = value_of(change->after);
	bool sysctl = strncmp(change->key, "proc/sys/", strlen("proc/sys/")) == 0;

	/* It comes or goes with a module or a mount, which is told of itself. */
	if (!before || !after)
		return 0;
	ret_finding->kind = sysctl ? "sysctl" : "setting";
	if (finding_set_object(ret_finding, "/%s", change->key) < 0 ||
		finding_set_evidence(ret_finding, "is `%s`, was `%s`", after, before) < 0 ||
		(sysctl ? set_sysctl(ret_finding, change->key, before)
			: set_write(ret_finding, change->key, before)) < 0)
		return -ENOMEM;
	return 1;
}

const struct survey_source survey_knobs = {
	.name = "knobs",
	.take = take,
	.explain = explain,
	.look = look,
	.stamp = stamp,
};
