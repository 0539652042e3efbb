/* A look at the processes of a group and at what they have open, inside the kernel. */
#include "observe/census.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "observe/excerpt.h"
#include "observe/host.h"
#include "observe/mappings.h"
#include "observe/ring.h"

#include "frozen.skel.h"

/* All of it counts as resident while it is mapped, and that is for good. */
#define RING_BYTES (1u << 18)

/* A member leaves a mark of one byte: of so many the ring has room for what they have open. */
#define MEMBERS_PER_READ 4

/*
 * A walk through memory costs three times what all else does. The oldest, which come first, are the
 * likeliest to have something mapped; of the others those are walked that write such a file.
 */
#define MAPS_MOST 16

struct census {
	struct frozen *skeleton;
	struct bpf_link *link;
	struct ring *ring;
	pthread_mutex_t one_at_a_time;
	uint64_t passes;
	census_handler *handler; /* of the running scan; NULL: what comes is left over */
	void *data;
	int refused; /* what the handler returned */
};

static int deliver(void *data, void *sample, size_t size)
{
	struct census *census = data;

	if (census->handler && !census->refused)
		census->refused = census->handler(sample, size, census->data);
	return 0;
}

static int load(struct census *census, struct error *error)
{
	struct bpf_object_open_opts options = { .sz = sizeof(options) };
	auto_excerpt excerpt = { .file = -1 };
	int code = excerpt_open(&excerpt, error);

	if (code < 0)
		return code;
	options.btf_custom_path = excerpt.path;
	census->skeleton = frozen__open_opts(&options);
	if (!census->skeleton)
		return fail(error, errno, "open the program that looks at frozen processes");
	code = excerpt_write_for(&excerpt, census->skeleton->obj, error);
	if (code < 0)
		return code;
	bpf_map__set_max_entries(census->skeleton->maps.records, RING_BYTES);
	code = frozen__load(census->skeleton);
	if (code < 0)
		return fail_plain(
			error, -code, "load `frozen_task` for iter/task: %s", host_refusal(-code));
	census->link = bpf_program__attach_iter(census->skeleton->progs.frozen_task, NULL);
	if (!census->link)
		return fail(error, errno, "attach `frozen_task` to iter/task");
	code = ring_create(bpf_map__fd(census->skeleton->maps.records), RING_BYTES, deliver, census,
		&census->ring, error);
	if (code < 0)
		return code;
	/* It only makes births faster; there is nothing to do when it fails. */
	(void)mappings_keep();
	return 0;
}

int census_create(struct census **ret_census, struct error *error)
{
	auto_of(census) struct census *census = calloc(1, sizeof(*census));
	int code;

	if (!census)
		return fail(error, ENOMEM, "look at frozen processes");
	pthread_mutex_init(&census->one_at_a_time, NULL);
	host_silence();
	if ((code = host_check(error)) < 0 || (code = load(census, error)) < 0)
		return code;
	*ret_census = take_pointer(census);
	return 0;
}

void census_destroy(struct census *census)
{
	if (!census)
		return;
	ring_destroy(census->ring);
	bpf_link__destroy(census->link);
	frozen__destroy(census->skeleton);
	pthread_mutex_destroy(&census->one_at_a_time);
	free(census);
}

/* 0, AXE_FROZEN_FEW_NOT, or -errno. */
static int scan_few(struct census *census, uint64_t deadline_ns)
{
	struct bpf_test_run_opts run = { .sz = sizeof(run) };
	int code;

	census->skeleton->bss->deadline_ns = deadline_ns;
	code = bpf_prog_test_run_opts(
		bpf_program__fd(census->skeleton->progs.frozen_members), &run);
	if (code < 0)
		return code;
	if (run.retval == AXE_FROZEN_FEW_NOT)
		return AXE_FROZEN_FEW_NOT;
	ring_consume(census->ring);
	if (census->refused)
		return census->refused;
	return run.retval == AXE_FROZEN_FEW_LATE ? -ETIME : 0;
}

/* Each read goes on where the last one ended, and ends after some members. */
static int read_pass(struct census *census, int pass, uint64_t deadline_ns)
{
	char marks[MEMBERS_PER_READ];
	ssize_t got;

	for (;;) {
		got = read(pass, marks, sizeof(marks));
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			got = sizeof(marks);
		if (got < 0)
			return -errno;
		ring_consume(census->ring);
		if (census->refused)
			return census->refused;
		if (got == 0)
			return census->skeleton->bss->lost ? -ENOBUFS : 0;
		if (clock_monotonic_ns() >= deadline_ns)
			return -ETIME;
	}
}

static int scan_all(struct census *census, uint64_t deadline_ns)
{
	int pass = bpf_iter_create(bpf_link__fd(census->link)), code;

	if (pass < 0)
		return pass;
	census->passes++;
	code = read_pass(census, pass, deadline_ns);
	close(pass);
	return code;
}

/* What a look that was stopped left in the ring is of no other. */
static void begin_look(struct census *census, census_handler *handler, void *data)
{
	census->handler = NULL;
	ring_consume(census->ring);
	census->handler = handler;
	census->data = data;
	census->refused = 0;
	census->skeleton->bss->maps_left = MAPS_MOST;
	census->skeleton->bss->lost = 0;
	census->skeleton->bss->told_files = 0;
	census->skeleton->bss->look_number++;
}

int census_scan(void *data, uint64_t group_id, uint32_t level, uint64_t deadline_ns,
	census_handler *handler, void *handler_data)
{
	struct census *census = data;
	int code;

	pthread_mutex_lock(&census->one_at_a_time);
	census->skeleton->bss->target_id = group_id;
	census->skeleton->bss->target_level = level;
	begin_look(census, handler, handler_data);
	code = scan_few(census, deadline_ns);
	if (code == AXE_FROZEN_FEW_NOT) {
		begin_look(census, handler, handler_data);
		code = scan_all(census, deadline_ns);
	}
	census->handler = NULL;
	pthread_mutex_unlock(&census->one_at_a_time);
	return code;
}

uint64_t census_passes(const struct census *census)
{
	return census->passes;
}
