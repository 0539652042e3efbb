/* The kernel half's pure logic: open files get places of their own in its table. */
#include "bpf/spread.bpf.h"

#include <string.h>

#include "support/unit.h"

#define BITS   10
#define OBJECT 256 /* bytes of a file, as the kernel's allocator places them */
#define SLAB   32 /* of them side by side */
#define PAGE   4096

/* How many objects of two slabs share a place with another one. */
static unsigned count_displaced(axe_u64 first, axe_u64 second)
{
	unsigned char taken[1 << BITS];
	unsigned displaced = 0;

	memset(taken, 0, sizeof(taken));
	for (unsigned object = 0; object < 2 * SLAB; object++) {
		axe_u64 slab = object < SLAB ? first : second;
		axe_u32 place = spread_address(slab + object % SLAB * OBJECT, BITS);

		assert_in_range(place, 0, (1 << BITS) - 1);
		displaced += taken[place];
		taken[place] = 1;
	}
	return displaced;
}

/* One or two of 64 on the average; by chance hardly ever ten. */
static void no_distance_of_two_slabs_lets_them_all_meet(void **state)
{
	const axe_u64 first = 0xffff888003a40000ull;
	unsigned most = 0, total = 0;

	for (axe_u64 pages = 2; pages < 20002; pages++) {
		unsigned displaced = count_displaced(first, first + pages * PAGE);

		total += displaced;
		most = displaced > most ? displaced : most;
	}
	assert_in_range(most, 1, 14);
	assert_in_range(total, 20000, 60000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_distance_of_two_slabs_lets_them_all_meet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
