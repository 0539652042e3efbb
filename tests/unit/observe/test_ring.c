/* A ring is read through a window that moves over its data: each record comes whole, and once. */
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "observe/ring.h"
#include "support/unit.h"

#define BYTES (4 * RING_WINDOW_BYTES)

/* The kernel's half, played by hand in a file that is laid out like the map: the data twice. */
struct scene {
	int file;
	char *memory;
	size_t page;
	struct ring *ring;
	char heard[16][64]; /* their beginnings */
	size_t sizes[16];
	unsigned count;
	const char *expected; /* what comes is this; NULL: anything */
	unsigned stop_at; /* the handler refuses that one; 0: none */
};

static unsigned long *position_at(struct scene *scene, size_t page)
{
	return (unsigned long *)(scene->memory + page * scene->page);
}

static int hear(void *data, void *record, size_t size)
{
	struct scene *scene = data;

	if (scene->expected)
		assert_memory_equal(record, scene->expected, size);
	assert_true(scene->count < 16);
	memcpy(scene->heard[scene->count], record, size < 64 ? size : 64);
	scene->sizes[scene->count++] = size;
	return scene->count == scene->stop_at ? -ECANCELED : 0;
}

static int setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	scene->page = (size_t)sysconf(_SC_PAGESIZE);
	scene->file = memfd_create("ring", MFD_CLOEXEC);
	assert_return_code(ftruncate(scene->file, (off_t)(2 * (scene->page + BYTES))), errno);
	scene->memory = mmap(NULL, 2 * (scene->page + BYTES), PROT_READ | PROT_WRITE, MAP_SHARED,
		scene->file, 0);
	assert_ptr_not_equal(scene->memory, MAP_FAILED);
	assert_int_equal(ring_create(scene->file, BYTES, hear, scene, &scene->ring, NULL), 0);
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	ring_destroy(scene->ring);
	munmap(scene->memory, 2 * (scene->page + BYTES));
	close(scene->file);
	free(scene);
	return 0;
}

static void put(char *data, unsigned long position, char value)
{
	data[position % BYTES] = data[position % BYTES + BYTES] = value;
}

static uint32_t *write_record(struct scene *scene, const char *text, uint32_t marks)
{
	unsigned long *produced = position_at(scene, 1);
	char *data = scene->memory + 2 * scene->page;
	uint32_t size = (uint32_t)strlen(text) + 1;
	uint32_t *length = (uint32_t *)(data + *produced % BYTES);

	for (uint32_t at = 0; at < size; at++)
		put(data, *produced + BPF_RINGBUF_HDR_SZ + at, text[at]);
	*length = size | marks;
	*produced += (BPF_RINGBUF_HDR_SZ + size + 7) / 8 * 8;
	return length;
}

static void start_at(struct scene *scene, unsigned long position)
{
	*position_at(scene, 0) = *position_at(scene, 1) = position;
}

static void a_record_over_the_end_comes_whole(void **state)
{
	static const char text[] = "half of this stands at the beginning";
	struct scene *scene = *state;

	for (unsigned before = 8; before <= 40; before += 8) {
		scene->count = 0;
		start_at(scene, 3 * BYTES - before);
		write_record(scene, text, 0);
		write_record(scene, "next", 0);
		assert_int_equal(ring_consume(scene->ring), 2);
		assert_string_equal(scene->heard[0], text);
		assert_int_equal(scene->sizes[0], sizeof(text));
		assert_string_equal(scene->heard[1], "next");
		assert_int_equal(ring_consumed(scene->ring), ring_produced(scene->ring));
	}
}

static void expect_one(struct scene *scene, size_t size)
{
	static char text[2 * RING_WINDOW_BYTES];

	memset(text, 'a' + (int)(size % 26), size - 1);
	text[size - 1] = '\0';
	scene->count = 0;
	scene->expected = text;
	write_record(scene, text, 0);
	assert_int_equal(ring_consume(scene->ring), 1);
	assert_int_equal(scene->sizes[0], size);
	assert_int_equal(ring_consumed(scene->ring), ring_produced(scene->ring));
}

static void records_come_whole_wherever_the_window_ends(void **state)
{
	struct scene *scene = *state;

	for (size_t size = 1; ring_consumed(scene->ring) < 5ul * BYTES; size = size * 7 % 4093)
		expect_one(scene, size);
}

static void a_record_larger_than_the_window_comes_whole(void **state)
{
	struct scene *scene = *state;

	for (size_t before = 0; before < 3; before++) {
		start_at(scene, 3ul * BYTES - before * 1000 * 8);
		expect_one(scene, RING_WINDOW_BYTES + 3 * scene->page);
	}
}

static void a_record_that_is_being_written_is_waited_for(void **state)
{
	struct scene *scene = *state;
	uint32_t *length;

	write_record(scene, "first", 0);
	length = write_record(scene, "second", BPF_RINGBUF_BUSY_BIT);
	write_record(scene, "third", 0);
	assert_int_equal(ring_consume(scene->ring), 1);
	assert_int_equal(ring_consume(scene->ring), 0);
	*length &= ~BPF_RINGBUF_BUSY_BIT;
	assert_int_equal(ring_consume(scene->ring), 2);
	assert_string_equal(scene->heard[1], "second");
	assert_string_equal(scene->heard[2], "third");
}

static void what_its_writer_threw_away_is_not_told(void **state)
{
	struct scene *scene = *state;

	write_record(scene, "thrown away", BPF_RINGBUF_DISCARD_BIT);
	write_record(scene, "kept", 0);
	assert_int_equal(ring_consume(scene->ring), 1);
	assert_string_equal(scene->heard[0], "kept");
	assert_int_equal(ring_consumed(scene->ring), ring_produced(scene->ring));
}

static void a_handler_that_stops_goes_on_behind_that_record(void **state)
{
	struct scene *scene = *state;

	scene->stop_at = 2;
	write_record(scene, "first", 0);
	write_record(scene, "second", 0);
	write_record(scene, "third", 0);
	assert_int_equal(ring_consume(scene->ring), -ECANCELED);
	assert_int_equal(scene->count, 2);
	assert_int_equal(ring_consume(scene->ring), 1);
	assert_string_equal(scene->heard[2], "third");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define RING(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		RING(a_record_over_the_end_comes_whole),
		RING(records_come_whole_wherever_the_window_ends),
		RING(a_record_larger_than_the_window_comes_whole),
		RING(a_record_that_is_being_written_is_waited_for),
		RING(what_its_writer_threw_away_is_not_told),
		RING(a_handler_that_stops_goes_on_behind_that_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
