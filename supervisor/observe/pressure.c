/* How full the kernel half is: the fill of its ring and of its table of processes. */
#include "observe/probe.h"

#include "observe/probe_parts.h"
#include "observe/ring.h"

static unsigned percent(uint64_t used, uint64_t room)
{
	return used >= room ? 100 : (unsigned)(used * 100 / room);
}

/* Counters change while they are read: what is taken from another is read first. */
static uint64_t difference(uint64_t whole, uint64_t part)
{
	return whole > part ? whole - part : 0;
}

unsigned probe_filled(const struct probe *probe)
{
	unsigned long consumed = ring_consumed(probe->ring);

	return percent(ring_produced(probe->ring) - consumed, probe->ring_bytes);
}

void probe_pressure(const struct probe *probe, struct probe_pressure *ret_pressure)
{
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
		.ring = probe_filled(probe),
		.records = percent(records, probe->records_room),
		.dead = percent(dead, probe->records_room),
	};
}
