/* Waiting for the bells of an ending job alone, which is shorter than a turn of the whole loop. */
#include <poll.h>
#include <sched.h>
#include <sys/sysinfo.h>

#include "base/clock.h"
#include "engine/shared.h"
#include "engine/watch.h"
#include "scene/camera.h"

/* To wake a processor takes as long as many a group needs to freeze, to be looked at, or to die. */
#define AWAKE_NS (300 * (NS_PER_MS / 1000))

/* Where more want to run than can, whoever stays awake is in the way of those it waits for. */
static bool processors_are_free(void)
{
	struct sysinfo host;
	cpu_set_t processors;

	return sched_getaffinity(0, sizeof(processors), &processors) == 0 && sysinfo(&host) == 0 &&
	       host.loads[0] >> SI_LOAD_SHIFT < (unsigned long)CPU_COUNT(&processors);
}

static int await(struct pollfd *bells, nfds_t count, uint64_t from_ns, uint64_t until_ns)
{
	uint64_t asleep_ns = from_ns + (processors_are_free() ? AWAKE_NS : 0);
	uint64_t now_ns = from_ns;
	int rang = 0;

	while (!rang && now_ns < until_ns) {
		uint64_t most_ns = now_ns < asleep_ns ? 0 : until_ns - now_ns;
		struct timespec most = { .tv_nsec = (long)most_ns };

		rang = ppoll(bells, count, &most, NULL);
		now_ns = clock_monotonic_ns();
	}
	return rang;
}

bool engine_attend(struct engine *engine, uint64_t until_ns)
{
	struct pollfd bells[] = {
		{ .fd = watches_descriptor(engine->watches), .events = POLLIN },
		{ .fd = camera_descriptor(engine->camera), .events = POLLIN },
	};

	if (await(bells, 2, clock_monotonic_ns(), until_ns) <= 0)
		return false;
	if (bells[1].revents)
		camera_hear(engine->camera);
	engine_hear(engine);
	return true;
}
