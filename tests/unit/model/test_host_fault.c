/* What the host lacks is told from what a manifest or a program has wrong. */
#include "support/unit.h"

#include <errno.h>
#include <string.h>

#include "model/host_fault.h"

static void what_a_host_lacks_is_its_fault(void **state)
{
	static const int lacks[] = { ENOMEM, EAGAIN, ENOSPC, EDQUOT, EMFILE, ENFILE, EIO };

	for (size_t at = 0; at < sizeof(lacks) / sizeof(*lacks); at++)
		assert_true(host_fault(lacks[at]) && host_fault_named(strerrorname_np(lacks[at])));
}

static void what_is_wrong_with_a_test_is_its_own(void **state)
{
	static const int own[] = { 0, ENOENT, EACCES, EPERM, ENOEXEC, ENOTDIR, EISDIR, ELOOP, E2BIG,
		EINVAL, ENXIO, ETXTBSY, ENAMETOOLONG };

	for (size_t at = 0; at < sizeof(own) / sizeof(*own); at++)
		assert_false(host_fault(own[at]) ||
			     (own[at] && host_fault_named(strerrorname_np(own[at]))));
	assert_false(host_fault_named(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_host_lacks_is_its_fault),
		cmocka_unit_test(what_is_wrong_with_a_test_is_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
