/* Files that processes share are told once, and then only who has them. */
#include "looked_at.h"

#include <sys/stat.h>

#define SHARED 70 /* more than one record has room for */

static bool open_some(const struct stage *stage, int count)
{
	while (count--)
		if (open(stage->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0)
			return false;
	return true;
}

/* The child has what its parent opened, and one that it opened itself. */
static int share(void *data)
{
	struct stage *stage = data;
	pid_t child;

	if (!open_some(stage, SHARED))
		return 1;
	child = fork();
	if (child == 0 && !open_some(stage, 1))
		_exit(1);
	return wait_here(stage);
}

/* Who runs the test may have files open that all of us inherit: they are nothing of the story. */
static bool is_of_the_story(const struct stage *stage, const struct axe_frozen_file *file)
{
	struct stat info;

	assert_return_code(stat(stage->path, &info), 0);
	return file->inode == info.st_ino;
}

static size_t count_files(const struct stage *stage, pid_t pid)
{
	const struct axe_frozen_file *file;
	size_t count = 0;

	for (size_t n = 0; (file = find(stage, AXE_FROZEN_FILE, pid, n)); n++)
		count += is_of_the_story(stage, file);
	return count;
}

/* The n-th record of a file, whosever it is. */
static const struct axe_frozen_file *file_of(const struct stage *stage, size_t n)
{
	for (size_t i = 0; i < stage->count; i++)
		if (stage->records[i].head.type == AXE_FROZEN_FILE && n-- == 0)
			return &stage->records[i].file;
	return NULL;
}

static size_t expect_the_same_descriptors(const struct stage *stage, pid_t pid)
{
	const struct axe_frozen_again *again;
	size_t count = 0;

	for (size_t n = 0; (again = find(stage, AXE_FROZEN_AGAIN, pid, n)); n++) {
		for (axe_u32 i = 0; i < again->count; i++) {
			const struct axe_frozen_file *file = file_of(stage, again->files[i].number);

			assert_non_null(file);
			assert_int_not_equal(file->head.tgid, pid);
			assert_int_equal(file->descriptor, again->files[i].descriptor);
			count += is_of_the_story(stage, file);
		}
	}
	return count;
}

static pid_t child_of(const struct stage *stage, pid_t parent)
{
	for (size_t i = 0; i < stage->count; i++)
		if (stage->records[i].head.type == AXE_FROZEN_PROCESS &&
			stage->records[i].process.parent == (axe_u32)parent)
			return (pid_t)stage->records[i].head.tgid;
	fail_msg("its child was not told");
	return 0;
}

/*
 * Whichever of the two is looked at first tells all that both have; the other one only what has
 * lost its place to another file.
 */
static void what_a_fork_shares_is_told_once(void **state)
{
	struct stage stage;
	pid_t parent, child;
	size_t shared;
	char byte;

	begin(&stage, state);
	parent = spawn(&stage, share);
	assert_int_equal(read(stage.ready[0], &byte, 1), 1);
	for (int round = 0; round < 2; round++) {
		look(&stage, 20 * NS_PER_SEC);
		assert_int_equal(stage.code, 0);
		child = child_of(&stage, parent);
		shared = expect_the_same_descriptors(&stage, parent) +
			 expect_the_same_descriptors(&stage, child);
		assert_in_range(shared, SHARED / 2, SHARED);
		assert_int_equal(shared + count_files(&stage, parent) + count_files(&stage, child),
			2 * SHARED + 1);
	}
	kill(child, SIGKILL);
	finish(parent);
	assert_int_equal(test_groups_wait(stage.group.path, "populated", 0), 0);
	end(&stage);
}

/* What has nothing to tell is counted all the same. */
static int only_read(void *data)
{
	struct stage *stage = data;
	int fd = open(stage->path, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || fork() < 0)
		return 1;
	return wait_here(stage);
}

static void what_does_not_matter_is_counted_of_each_who_shares_it(void **state)
{
	struct stage stage;
	const struct axe_frozen_process *one, *other;
	pid_t parent, child;
	char byte;

	begin(&stage, state);
	parent = spawn(&stage, only_read);
	assert_int_equal(read(stage.ready[0], &byte, 1), 1);
	look(&stage, 20 * NS_PER_SEC);
	child = child_of(&stage, parent);
	one = find(&stage, AXE_FROZEN_PROCESS, parent, 0);
	other = find(&stage, AXE_FROZEN_PROCESS, child, 0);
	assert_int_equal(one->files, other->files);
	assert_int_equal(count_files(&stage, parent) + count_files(&stage, child), 0);
	assert_int_equal(expect_the_same_descriptors(&stage, parent), 0);
	assert_int_equal(expect_the_same_descriptors(&stage, child), 0);
	kill(child, SIGKILL);
	finish(parent);
	assert_int_equal(test_groups_wait(stage.group.path, "populated", 0), 0);
	end(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH_WAYS(what_a_fork_shares_is_told_once),
		BOTH_WAYS(what_does_not_matter_is_counted_of_each_who_shares_it),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
