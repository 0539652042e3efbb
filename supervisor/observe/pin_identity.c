/* What a set of pins says of itself: whether a supervisor may go on with it. */
#include "observe/pin_identity.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "bpf/event.h"
#include "observe/probe.h"

/* Whatever is mapped or walked by us and was written by another. */
static const struct pin_sizes our_sizes = {
	.slot = sizeof(struct axe_slot),
	.intent = sizeof(struct axe_intent),
	.group = sizeof(struct axe_group),
	.process_key = sizeof(struct axe_process_key),
	.process = sizeof(struct axe_process),
};

static const uint32_t event_sizes[] = {
	sizeof(struct axe_event),
	sizeof(struct axe_event_fork),
	sizeof(struct axe_event_exec),
	sizeof(struct axe_event_exit),
	sizeof(struct axe_event_signal),
	sizeof(struct axe_event_group),
	sizeof(struct axe_event_move),
};

static uint32_t layout_add(uint32_t layout, uint32_t size)
{
	return layout * 31 + size;
}

/* Of a build that has our events and such tables: kept by every build since, so never changed. */
static uint32_t layout_with(const struct pin_sizes *sizes)
{
	uint32_t layout = 17;

	layout = layout_add(layout, sizes->slot);
	layout = layout_add(layout, sizes->intent);
	layout = layout_add(layout, sizes->group);
	layout = layout_add(layout, sizes->process_key);
	layout = layout_add(layout, sizes->process);
	for (size_t i = 0; i < sizeof(event_sizes) / sizeof(*event_sizes); i++)
		layout = layout_add(layout, event_sizes[i]);
	return layout;
}

static void describe(const struct probe_config *config, struct pin_identity *ret_identity)
{
	char boot_id[37];

	*ret_identity = (struct pin_identity){
		.abi = AXE_ABI_VERSION,
		.layout = layout_with(&our_sizes),
		.watch_level = config->watch_level,
		.slots = config->slots,
		.records = config->records,
		.ring_bytes = config->ring_bytes,
		.code = core_code(),
		.generation = 1,
	};
	strcpy(ret_identity->boot_id, clock_boot_id(boot_id));
}

int pin_identity_make(const struct probe_config *config, const struct core *core, int *ret_map,
	struct error *error)
{
	auto_fd map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "identity", sizeof(uint32_t),
		sizeof(struct pin_identity), 1, NULL);
	struct pin_identity identity;
	int code = map;

	describe(config, &identity);
	identity.links_count = (uint32_t)core->links_count;
	for (size_t i = 0; i < core->links_count; i++)
		memcpy(identity.programs[i], core->links[i].program, CORE_NAME_MAX);
	if (code >= 0)
		code = pin_identity_write(map, &identity);
	if (code < 0)
		return fail(error, -code, "describe the programs that are kept");
	*ret_map = take_fd(&map);
	return 0;
}

int pin_identity_read(int map, struct pin_identity *ret_identity)
{
	struct bpf_map_info info = { 0 };
	struct pin_identity identity;
	uint32_t size = sizeof(info), zero = 0;
	int code = bpf_obj_get_info_by_fd(map, &info, &size);

	if (code < 0)
		return code;
	if (info.type != BPF_MAP_TYPE_ARRAY || info.value_size != sizeof(identity))
		return -ESTALE;
	code = bpf_map_lookup_elem(map, &zero, &identity);
	if (code < 0)
		return code;
	if (!identity.links_count || identity.links_count > CORE_LINKS_MAX)
		return -ESTALE;
	for (uint32_t i = 0; i < identity.links_count; i++)
		identity.programs[i][CORE_NAME_MAX - 1] = '\0';
	*ret_identity = identity;
	return 0;
}

int pin_identity_write(int map, const struct pin_identity *identity)
{
	uint32_t zero = 0;

	return bpf_map_update_elem(map, &zero, identity, BPF_ANY);
}

bool pin_identity_is_of_this_boot(const struct pin_identity *identity)
{
	char boot_id[37];

	return strncmp(identity->boot_id, clock_boot_id(boot_id), sizeof(boot_id)) == 0;
}

bool pin_identity_has_our_events(const struct pin_identity *identity, const struct pin_sizes *sizes)
{
	return identity->layout == layout_with(sizes);
}

bool pin_identity_fits(const struct pin_identity *identity, const struct probe_config *config)
{
	struct pin_identity ours;

	describe(config, &ours);
	return identity->abi == ours.abi && identity->layout == ours.layout &&
	       identity->watch_level == ours.watch_level && identity->slots == ours.slots &&
	       identity->records == ours.records && identity->ring_bytes == ours.ring_bytes &&
	       pin_identity_is_of_this_boot(identity);
}
