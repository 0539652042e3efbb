/* What this host lets the supervisor do, for `axe doctor`: found out by trying, never assumed. */
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "confine/hierarchy.h"
#include "engine/engine.h"
#include "observe/tiers.h"

#define TIERS_MOST 64
#define BTF_PATH   "/sys/kernel/btf/vmlinux"

struct diagnosis {
	bool works; /* so far */
	json_t *advice; /* array of sentences */
};

static void advise(struct diagnosis *diagnosis, bool fatal, const char *text)
{
	json_array_append_new(diagnosis->advice, json_text(text, strlen(text)));
	if (fatal)
		diagnosis->works = false;
}

static json_t *kernel_json(void)
{
	struct utsname name;

	if (uname(&name) < 0)
		return json_null();
	return json_pack("{s:s, s:s, s:s}", "release", name.release, "version", name.version,
		"machine", name.machine);
}

static json_t *controllers_json(const struct hierarchy *hierarchy)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < hierarchy->controllers_count; i++) {
		const struct hierarchy_controller *controller = &hierarchy->controllers[i];

		json_array_append_new(
			array, json_pack("{s:s, s:s}", "name", controller->name, "hierarchy",
				       controller->v2 ? "v2" : controller->v1_path));
	}
	return array;
}

static json_t *cgroup_json(const struct engine_config *config, struct diagnosis *diagnosis)
{
	struct hierarchy hierarchy;
	struct error error = { 0 };
	json_t *json;

	if (hierarchy_open(config->cgroup_root, &hierarchy, &error) < 0) {
		advise(diagnosis, true, error.text);
		return json_pack("{s:s}", "error", error.text);
	}
	json = json_pack("{s:s, s:s, s:o}", "layout",
		hierarchy.layout == HIERARCHY_PURE ? "pure v2" : "hybrid", "root", hierarchy.root,
		"controllers", controllers_json(&hierarchy));
	if (access(hierarchy.root, W_OK) < 0)
		advise(diagnosis, true,
			"the cgroup tree is not writable: run as root on the host, or delegate a "
			"subtree and name it with --cgroup-root");
	hierarchy_close(&hierarchy);
	return json;
}

static json_t *tier_json(const struct tier_report *row)
{
	return json_pack("{s:s, s:s, s:s, s:b, s:b, s:o}", "tier", row->tier, "program",
		row->program, "attach_to", row->attach_to, "required", row->required, "loaded",
		row->loaded, "reason", json_text(row->reason, strlen(row->reason)));
}

static json_t *tiers_json(struct diagnosis *diagnosis)
{
	struct tier_report rows[TIERS_MOST];
	struct error error = { 0 };
	json_t *array = json_array();
	int count = tiers_probe(rows, TIERS_MOST, &error);

	if (count < 0)
		advise(diagnosis, true, error.text);
	for (int i = 0; i < count; i++) {
		json_array_append_new(array, tier_json(&rows[i]));
		if (rows[i].required && !rows[i].loaded)
			diagnosis->works = false;
	}
	return array;
}

json_t *engine_diagnose(const struct engine_config *config)
{
	struct diagnosis diagnosis = { .works = true, .advice = json_array() };
	bool btf = access(BTF_PATH, R_OK) == 0;
	json_t *report = json_pack("{s:i, s:s, s:o, s:b, s:b}", "v", 1, "axe", AXE_VERSION,
		"kernel", kernel_json(), "root", geteuid() == 0, "btf", btf);

	if (geteuid() != 0)
		advise(&diagnosis, true, "not root: run as root (sudo)");
	if (!btf)
		advise(&diagnosis, true,
			"no " BTF_PATH ": use a kernel built with CONFIG_DEBUG_INFO_BTF=y "
			"(Debian's are)");
	json_object_set_new(report, "cgroup", cgroup_json(config, &diagnosis));
	json_object_set_new(report, "tiers", tiers_json(&diagnosis));
	json_object_set_new(report, "works", json_boolean(diagnosis.works));
	json_object_set_new(report, "advice", diagnosis.advice);
	return report;
}
