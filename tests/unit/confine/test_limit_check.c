/* What this host or this process cannot enforce is refused by name, before anything is made. */
#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/error.h"
#include "confine/hierarchy.h"
#include "confine/limits.h"
#include "support/require.h"
#include "tests/unit/confine/attributes.h"

/* A host with one controller, in the v2 tree or (`v1_path`) in a v1 hierarchy. */
static struct hierarchy host_of(const char *name, const char *v1_path)
{
	struct hierarchy hierarchy = { .root = "/somewhere", .root_fd = -1 };

	strcpy(hierarchy.controllers[0].name, name);
	hierarchy.controllers[0].v2 = !v1_path;
	if (v1_path)
		strcpy(hierarchy.controllers[0].v1_path, v1_path);
	hierarchy.controllers_count = 1;
	return hierarchy;
}

static struct limits limits_of(enum limit_kind kind, uint64_t value)
{
	struct limits limits = { 0 };

	limits.set[kind] = true;
	limits.value[kind] = value;
	return limits;
}

static void assert_refused(const struct hierarchy *hierarchy, const struct limits *limits, int code,
	const char *what, const char *advice)
{
	struct error error = { 0 };

	assert_int_equal(limit_set_check(hierarchy, limits, &error), -code);
	assert_non_null(strstr(error.text, what));
	assert_non_null(strstr(error.text, advice));
}

static void controller_of_the_v2_tree_is_enough(void **state)
{
	const struct hierarchy hierarchy = host_of("memory", NULL);
	struct limits limits = limits_of(LIMIT_MEMORY, 1 << 25);

	limits.set[LIMIT_SWAP] = true;
	assert_int_equal(limit_set_check(&hierarchy, &limits, NULL), 0);
}

static void every_missing_controller_is_named_with_its_limit(void **state)
{
	const struct hierarchy hierarchy = host_of("hugetlb", NULL);

	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++) {
		const struct limits limits = limits_of(kind, 1);
		char what[64], advice[64];

		if (!limit_rows[kind].controller)
			continue;
		assert_null(limit_controller(&hierarchy, kind));
		snprintf(what, sizeof(what), "limit `%s`: no `%s` controller",
			limit_rows[kind].name, limit_rows[kind].controller);
		snprintf(advice, sizeof(advice), "cgroup_enable=%s",
			kind == LIMIT_IO ? "blkio" : limit_rows[kind].controller);
		assert_refused(&hierarchy, &limits, ENOTSUP, what, advice);
		assert_refused(&hierarchy, &limits, ENOTSUP, "/somewhere", "--cgroup-root");
	}
}

static void io_is_found_by_its_name_on_v1(void **state)
{
	const struct hierarchy old = host_of("blkio", "/x"), new = host_of("io", NULL);

	assert_ptr_equal(limit_controller(&old, LIMIT_IO), &old.controllers[0]);
	assert_ptr_equal(limit_controller(&new, LIMIT_IO), &new.controllers[0]);
	assert_null(limit_controller(&new, LIMIT_FILES));
}

static void v1_mount_must_be_writable(void **state)
{
	const struct hierarchy hierarchy = host_of("memory", "/nonexistent/memory");
	const struct limits limits = limits_of(LIMIT_MEMORY, 1 << 25);

	assert_refused(
		&hierarchy, &limits, ENOENT, "limit `memory`: make groups in", "/nonexistent/");
}

static void swap_on_v1_needs_a_kernel_that_counts_it_and_a_limit_on_memory(void **state)
{
	const struct attributes *attributes = *state;
	const struct hierarchy hierarchy = host_of("memory", attributes->path);
	struct limits limits = limits_of(LIMIT_SWAP, 1 << 25);

	assert_refused(&hierarchy, &limits, ENOTSUP, "limit `swap`", "swapaccount=1");
	attributes_put(attributes, "memory.memsw.limit_in_bytes", "");
	assert_refused(&hierarchy, &limits, ENOTSUP, "limit `swap`", "set `memory` too");
	limits.set[LIMIT_MEMORY] = true;
	assert_int_equal(limit_set_check(&hierarchy, &limits, NULL), 0);
}

static void quota_on_v1_needs_a_kernel_that_has_it(void **state)
{
	const struct attributes *attributes = *state;
	const struct hierarchy hierarchy = host_of("cpu", attributes->path);
	const struct limits limits = limits_of(LIMIT_CPU, 50);

	assert_refused(&hierarchy, &limits, ENOTSUP, "limit `cpu`", "cpu.cfs_quota_us");
	attributes_put(attributes, "cpu.cfs_quota_us", "");
	assert_int_equal(limit_set_check(&hierarchy, &limits, NULL), 0);
}

static void only_the_rates_that_are_set_are_needed_on_v1(void **state)
{
	const struct attributes *attributes = *state;
	const struct hierarchy hierarchy = host_of("blkio", attributes->path);
	struct limits limits = limits_of(LIMIT_IO, 0);

	limits.io.wiops = 10;
	assert_true(limit_set_check(&hierarchy, &limits, NULL) < 0);
	attributes_put(attributes, "blkio.throttle.write_iops_device", "");
	if (access("/sys/block", R_OK) < 0)
		skip_case("needs /sys/block");
	assert_int_equal(limit_set_check(&hierarchy, &limits, NULL), 0);
}

static void cpu_that_is_not_there_is_named(void **state)
{
	const struct attributes *attributes = *state;
	struct hierarchy old = host_of("cpuset", attributes->path), new = host_of("cpuset", NULL);
	struct limits limits = limits_of(LIMIT_CPUS, 0);

	attributes_put(attributes, "cpuset.effective_cpus", "0-1,4\n");
	attributes_put(attributes, "cpuset.cpus.effective", "0-1,4\n");
	new.root_fd = attributes->fd;
	for (int v1 = 0; v1 < 2; v1++) {
		strcpy(limits.cpus, "1,4");
		assert_int_equal(limit_set_check(v1 ? &old : &new, &limits, NULL), 0);
		strcpy(limits.cpus, "0-3");
		assert_refused(v1 ? &old : &new, &limits, ENODEV, "cpu 2 of `0-3`", "`0-1,4`");
		strcpy(limits.cpus, "many");
		assert_refused(v1 ? &old : &new, &limits, EINVAL, "limit `cpus`", "`many`");
	}
}

static void online_cpus_are_asked_where_the_controller_says_nothing(void **state)
{
	const struct hierarchy hierarchy = host_of("cpuset", NULL);
	struct limits limits = limits_of(LIMIT_CPUS, 0);

	strcpy(limits.cpus, "0");
	assert_int_equal(limit_set_check(&hierarchy, &limits, NULL), 0);
	strcpy(limits.cpus, "8191");
	assert_refused(&hierarchy, &limits, ENODEV, "cpu 8191", "choose from");
}

static void limits_of_the_process_need_no_controller(void **state)
{
	const struct hierarchy hierarchy = { 0 };
	struct limits limits = limits_of(LIMIT_FILES, 64);

	limits.set[LIMIT_CORE] = true;
	assert_int_equal(limit_set_check(&hierarchy, &limits, NULL), 0);
}

static void nobody_gets_more_files_than_the_system_allows(void **state)
{
	const struct hierarchy hierarchy = { 0 };
	const struct limits limits = limits_of(LIMIT_FILES, UINT64_C(1) << 40);

	assert_refused(&hierarchy, &limits, EPERM, "limit `files`", "fs.nr_open");
}

/* With what a process cannot get back once it is gone: in a child. */
static int check_below_a_hard_limit(void)
{
	const struct hierarchy hierarchy = { 0 };
	const struct limits limits = limits_of(LIMIT_FILES, 65),
			    fitting = limits_of(LIMIT_FILES, 64);
	const struct limits core = limits_of(LIMIT_CORE, 1 << 20);
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	struct error error = { 0 };

	if (setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 64, 64 }) < 0 ||
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 }) < 0)
		return 1;
	syscall(SYS_capget, &header, data);
	data[CAP_TO_INDEX(CAP_SYS_RESOURCE)].effective &= ~CAP_TO_MASK(CAP_SYS_RESOURCE);
	if (syscall(SYS_capset, &header, data) < 0)
		return 2;
	if (limit_set_check(&hierarchy, &fitting, NULL) != 0)
		return 3;
	if (limit_set_check(&hierarchy, &limits, &error) != -EPERM ||
		!strstr(error.text, "limit `files`: 65 is over our own hard limit, 64"))
		return 4;
	if (limit_set_check(&hierarchy, &core, &error) != -EPERM ||
		!strstr(error.text, "limit `core`") || !strstr(error.text, "CAP_SYS_RESOURCE"))
		return 5;
	return 0;
}

static void limit_over_our_own_is_refused_without_the_capability(void **state)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(check_below_a_hard_limit());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, attributes_setup, attributes_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(controller_of_the_v2_tree_is_enough),
		cmocka_unit_test(every_missing_controller_is_named_with_its_limit),
		cmocka_unit_test(io_is_found_by_its_name_on_v1),
		cmocka_unit_test(v1_mount_must_be_writable),
		LIVE(swap_on_v1_needs_a_kernel_that_counts_it_and_a_limit_on_memory),
		LIVE(quota_on_v1_needs_a_kernel_that_has_it),
		LIVE(only_the_rates_that_are_set_are_needed_on_v1),
		LIVE(cpu_that_is_not_there_is_named),
		cmocka_unit_test(online_cpus_are_asked_where_the_controller_says_nothing),
		cmocka_unit_test(limits_of_the_process_need_no_controller),
		cmocka_unit_test(nobody_gets_more_files_than_the_system_allows),
		cmocka_unit_test(limit_over_our_own_is_refused_without_the_capability),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
