/* Loading, attaching and draining the kernel half. */
#include "observe/probe.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "observe/host.h"
#include "observe/mappings.h"
#include "observe/old_ring.h"
#include "observe/pins.h"
#include "observe/probe_parts.h"
#include "observe/ring.h"
#include "observe/slots.h"

#define RING_HEADER_BYTES 8 /* before each event in the ring, with it rounded up to 8 */
#define DRAIN_ROUNDS      64

DEFINE_CLEANUP(probe)

static const size_t event_sizes[] = {
	[AXE_EVENT_FORK] = sizeof(struct axe_event_fork),
	[AXE_EVENT_EXEC] = offsetof(struct axe_event_exec, argv),
	[AXE_EVENT_EXIT] = sizeof(struct axe_event_exit),
	[AXE_EVENT_SIGNAL] = sizeof(struct axe_event_signal),
	[AXE_EVENT_OOM] = sizeof(struct axe_event),
	[AXE_EVENT_POPULATED] = sizeof(struct axe_event_group),
	[AXE_EVENT_FROZEN] = sizeof(struct axe_event_group),
	[AXE_EVENT_MOVE] = sizeof(struct axe_event_move),
};

static bool event_is_whole(const struct axe_event *event, size_t size)
{
	const struct axe_event_exec *exec = (const struct axe_event_exec *)event;

	if (size < sizeof(*event) || event->type >= sizeof(event_sizes) / sizeof(*event_sizes))
		return false;
	if (!event_sizes[event->type] || size < event_sizes[event->type])
		return false;
	if (event->type != AXE_EVENT_EXEC)
		return true;
	return exec->argv_captured <= size - offsetof(struct axe_event_exec, argv);
}

/* What is left in the ring of an earlier tenant of the slot is nobody's any more. */
static bool event_is_current(const struct probe *probe, const struct axe_event *event)
{
	const struct axe_slot *slot = probe_slot(probe, event->slot);

	return slot && slot->kind != AXE_SLOT_FREE && slot->generation == event->generation;
}

/* Stops the round once all that the ring can hold was delivered: a storm must not keep us here. */
static int deliver(void *data, void *sample, size_t size)
{
	struct probe *probe = data;
	const struct axe_event *event = sample;

	probe->drained_bytes += RING_HEADER_BYTES + (size + 7) / 8 * 8;
	if (event_is_whole(event, size) && event_is_current(probe, event)) {
		probe->drained_events++;
		probe->handler(event, probe->data);
	}
	return probe->drained_bytes >= probe->ring_bytes ? -ECANCELED : 0;
}

static bool ring_is_filled(const struct probe *probe)
{
	struct pollfd ring = { .fd = probe_descriptor(probe), .events = POLLIN };

	return poll(&ring, 1, 0) > 0;
}

static void deliver_old(const struct axe_event *event, size_t size, void *data)
{
	struct probe *probe = data;

	if (!event_is_whole(event, size) || !event_is_current(probe, event))
		return;
	probe->drained_events++;
	probe->handler(event, probe->data);
}

/* Before anything of the new ring. */
static void drain_old(struct probe *probe)
{
	struct old_ring *ring = take_pointer(probe->core.old_ring);

	if (ring)
		old_ring_drain(ring, probe->slots, deliver_old, probe);
	old_ring_destroy(ring);
}

/*
 * An event that another processor has begun and not finished stops the reader in front of it, and
 * the bell may have been rung for one behind it: look again before going to sleep.
 */
int probe_drain(struct probe *probe)
{
	int code = 0;

	probe->drained_bytes = 0;
	probe->drained_events = 0;
	drain_old(probe);
	for (int round = 0; round < DRAIN_ROUNDS; round++) {
		code = ring_consume(probe->ring);
		if (code < 0 || !ring_is_filled(probe))
			break;
		if (code == 0)
			sched_yield();
	}
	return code < 0 && code != -ECANCELED ? code : probe->drained_events;
}

int probe_descriptor(const struct probe *probe)
{
	return probe->core.maps[CORE_EVENTS];
}

int probe_check(struct probe *probe, struct error *error)
{
	int code = core_check(&probe->core, error);

	if (code < 0 || !probe->pin_dir)
		return code;
	return pins_check(probe->pin_dir, &probe->core, &probe->pins_look, error);
}

void probe_destroy(struct probe *probe)
{
	bool unused;

	if (!probe)
		return;

	unused = probe->slots && slots_are_free(probe);
	if (probe->slots)
		munmap(probe->slots, probe->slots_count * sizeof(*probe->slots));
	if (probe->intents)
		munmap(probe->intents, probe->slots_count * sizeof(*probe->intents));
	ring_destroy(probe->ring);
	core_close(&probe->core);
	if (probe->pin_dir && unused)
		pins_remove(probe->pin_dir);
	free(probe->pin_dir);
	free(probe->notes);
	free(probe);
}

static int map_array(const struct probe *probe, enum core_map map, size_t entry_bytes,
	void **ret_memory, struct error *error)
{
	void *memory = mmap(NULL, probe->slots_count * entry_bytes, PROT_READ | PROT_WRITE,
		MAP_SHARED, probe->core.maps[map], 0);

	if (memory == MAP_FAILED)
		return fail(error, errno, "map the %s of %u slots", core_map_name(map),
			probe->slots_count);
	*ret_memory = memory;
	return 0;
}

static int share(struct probe *probe, struct error *error)
{
	int code =
		map_array(probe, CORE_SLOTS, sizeof(*probe->slots), (void **)&probe->slots, error);

	if (code == 0)
		code = map_array(probe, CORE_INTENTS, sizeof(*probe->intents),
			(void **)&probe->intents, error);
	if (code < 0)
		return code;

	code = ring_create(probe->core.maps[CORE_EVENTS], probe->ring_bytes, deliver, probe,
		&probe->ring, error);
	if (code < 0)
		return code;
	/* It only makes births faster; there is nothing to do when it fails. */
	(void)mappings_keep();
	return 0;
}

static int obtain(struct probe *probe, const struct probe_config *config, struct error *error)
{
	if (!config->pin_dir)
		return core_load(config, &probe->core, error);

	probe->pin_dir = strdup(config->pin_dir);
	if (!probe->pin_dir)
		return fail(error, ENOMEM, "remember `%s`", config->pin_dir);
	return pins_open(config, &probe->core, &probe->origin, error);
}

static int check_config(const struct probe_config *config, struct error *error)
{
	if (!config->slots || !config->records)
		return fail_plain(error, EINVAL, "a probe needs room for slots and records");
	if (config->ring_bytes % sysconf(_SC_PAGESIZE) || !config->ring_bytes ||
		config->ring_bytes & (config->ring_bytes - 1))
		return fail_plain(error, EINVAL,
			"ring of %u bytes: not a power of two and a "
			"multiple of the page size",
			config->ring_bytes);
	return 0;
}

int probe_create(const struct probe_config *config, probe_handler *handler, void *data,
	struct probe **ret_probe, struct error *error)
{
	auto_of(probe) struct probe *probe = calloc(1, sizeof(*probe));
	int code = check_config(config, error);

	if (probe)
		core_init(&probe->core);
	if (code < 0)
		return code;
	if (!probe || !(probe->notes = calloc(config->slots, sizeof(*probe->notes))))
		return fail(error, ENOMEM, "make room for %u slots", config->slots);

	probe->handler = handler;
	probe->data = data;
	probe->slots_count = config->slots;
	probe->ring_bytes = config->ring_bytes;
	probe->records_room = config->records;
	host_silence();
	if ((code = host_check(error)) < 0 || (code = obtain(probe, config, error)) < 0 ||
		(code = share(probe, error)) < 0)
		return code;

	slots_open(probe);
	*ret_probe = take_pointer(probe);
	return 0;
}
