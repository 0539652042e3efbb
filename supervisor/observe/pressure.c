/* How full the kernel half is: the fill of its ring and of its table of processes. */
#include "observe/pressure.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "observe/probe.h"
#include "observe/probe_parts.h"

/* The first page of a ring is its reader's position, the second its writers'. */
static int map_position(const struct probe *probe, int page, const unsigned long **ret_position,
	struct error *error)
{
	long size = sysconf(_SC_PAGESIZE);
	void *memory =
		mmap(NULL, size, PROT_READ, MAP_SHARED, probe->core.maps[CORE_EVENTS], page * size);

	if (memory == MAP_FAILED)
		return fail(error, errno, "map the fill of the ring");
	*ret_position = memory;
	return 0;
}

int pressure_open(struct probe *probe, struct error *error)
{
	int code = map_position(probe, 0, &probe->consumed, error);

	return code < 0 ? code : map_position(probe, 1, &probe->produced, error);
}

static void unmap(const unsigned long *position)
{
	if (position)
		munmap((void *)position, sysconf(_SC_PAGESIZE));
}

void pressure_close(struct probe *probe)
{
	unmap(probe->consumed);
	unmap(probe->produced);
}

static unsigned percent(uint64_t used, uint64_t room)
{
	return used >= room ? 100 : (unsigned)(used * 100 / room);
}

/* Counters change while they are read: what is taken from another is read first. */
static uint64_t difference(uint64_t whole, uint64_t part)
{
	return whole > part ? whole - part : 0;
}

void probe_pressure(const struct probe *probe, struct probe_pressure *ret_pressure)
{
	unsigned long consumed = __atomic_load_n(probe->consumed, __ATOMIC_ACQUIRE);
	unsigned long produced = __atomic_load_n(probe->produced, __ATOMIC_ACQUIRE);
	uint64_t records = 0, dead = 0;

	for (uint32_t slot = 0; slot < probe->slots_count; slot++) {
		const volatile struct axe_slot *counters = &probe->slots[slot];
		const struct probe_slot *note = &probe->notes[slot];
		uint64_t missing = note->forgotten + note->gone;

		if (counters->kind != AXE_SLOT_ASSESSMENT)
			continue;
		dead += difference(counters->exits, counters->lost_exits + missing);
		records += difference(
			counters->forks + counters->joins, counters->lost_records + missing);
	}
	*ret_pressure = (struct probe_pressure){
		.ring = percent(produced - consumed, probe->ring_bytes),
		.records = percent(records, probe->records_room),
		.dead = percent(dead, probe->records_room),
	};
}
