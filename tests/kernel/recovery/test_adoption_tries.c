/* Each assessment that had begun and not ended is gone on with, begun again, or lost. */
#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/runner_parts.h"
#include "kernel/recovery/lives.h"
#include "recovery/adoption.h"
#include "support/require.h"
#include "support/unit.h"

/* The kernel half knows nothing of it any more. */
static void lose_slot(struct lives *lives, struct job *job)
{
	watch_close(job_find_runner(job, 0)->watch);
}

static void what_nothing_can_be_known_of_is_an_error_and_the_job_goes_on(void **state)
{
	struct lives *lives = *state;

	lives_lose(lives,
		"{'name':'j','assessments':[{'name':'a','command':['sleep','999']},"
		"{'name':'b','command':['true']}]}",
		"assessment.begin", lose_slot);
	lives_succeed(lives);
	lives_finish(lives);
	assert_string_equal(text_at(lives_result(lives, 0), "verdict"), "error");
	assert_string_equal(
		text_at(lives_result(lives, 0), "error.name"), "AXE_E_ASSESSMENT_COULD_NOT_FINISH");
	assert_string_equal(text_at(lives_result(lives, 1), "verdict"), "passed");
	assert_int_equal(lives_traced(lives, "assessment.end"), 2);
}

/* Its line was written, and nobody had been born when its supervisor died. */
static void between_two_tries_the_next_one_follows(void **state)
{
	struct lives *lives = *state;

	/* Told at once: told once it is stored, the next try may have ended by then. */
	lives->storeless = true;
	lives_lose(lives,
		"{'name':'j','assessments':[{'name':'a',"
		"'command':['sh','-c','[ -e GATE ]'],'retry':{'times':1,'on':['failed']}}]}",
		"assessment.try", NULL);
	lives_open_gate(lives);
	lives_succeed(lives);
	lives_finish(lives);
	assert_int_equal(lives_traced(lives, "assessment.try"), 1);
	assert_int_equal(lives_traced(lives, "assessment.end"), 1);
	assert_int_equal(number_at(lives_result(lives, 0), "try"), 2);
	assert_int_equal(json_array_size(json_object_get(lives_result(lives, 0), "tries")), 1);
}

/* The kernel cannot read the interpreter that it names: EIO, as of a disk that fails. */
static void write_broken(const struct lives *lives, char path[static 160])
{
	char interpreter[160];
	const Elf64_Ehdr *own = (const Elf64_Ehdr *)getauxval(AT_PHDR) - 1;
	struct {
		Elf64_Ehdr head;
		Elf64_Phdr segment;
		char name[160];
	} program = { .head = *own };
	FILE *file;

	snprintf(interpreter, sizeof(interpreter), "%s/short", lives->folder);
	file = fopen(interpreter, "we");
	assert_non_null(file);
	fclose(file);
	assert_return_code(chmod(interpreter, 0755), errno);
	program.head.e_phoff = sizeof(program.head);
	program.head.e_phnum = 1;
	program.head.e_shnum = 0;
	strcpy(program.name, interpreter);
	program.segment = (Elf64_Phdr){ .p_type = PT_INTERP,
		.p_flags = PF_R,
		.p_offset = offsetof(typeof(program), name),
		.p_filesz = strlen(interpreter) + 1,
		.p_memsz = strlen(interpreter) + 1,
		.p_align = 1 };
	snprintf(path, 160, "%s/broken", lives->folder);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(&program, sizeof(program), 1, file), 1);
	fclose(file);
	assert_return_code(chmod(path, 0755), errno);
}

static void further_tries_that_the_queue_grants_go_on_being_counted(void **state)
{
	struct lives *lives = *state;
	char path[160], manifest[512];

	lives->task_retries = 3;
	lives->storeless = true;
	write_broken(lives, path);
	snprintf(manifest, sizeof(manifest),
		"{'name':'j','assessments':[{'name':'a','command':['%s']}]}", path);
	lives_lose(lives, manifest, "assessment.try", NULL);
	assert_int_equal(lives_traced(lives, "assessment.try"), 1);
	lives_succeed(lives);
	lives_finish(lives);
	assert_string_equal(text_at(lives_result(lives, 0), "error.errno"), "EIO");
	assert_int_equal(lives_traced(lives, "assessment.try"), 3);
	assert_int_equal(number_at(lives_result(lives, 0), "try"), 4);
}

static void those_that_ran_beside_each_other_all_go_on(void **state)
{
	struct lives *lives = *state;

	lives_lose(lives,
		"{'name':'j','parallel':2,'assessments':[{'name':'a'," AT_GATE(
			"exit 6") "},"
				  "{'name':'b'," AT_GATE(
					  "exit 7") "},{'name':'c','command':['true']}]}",
		"assessment.begin", NULL);
	lives_succeed(lives);
	lives_open_gate(lives);
	lives_finish(lives);
	assert_int_equal(number_at(lives_result(lives, 0), "exit.status"), 6);
	assert_int_equal(number_at(lives_result(lives, 1), "exit.status"), 7);
	assert_int_equal(lives_traced(lives, "assessment.begin"), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIVES_TEST(what_nothing_can_be_known_of_is_an_error_and_the_job_goes_on),
		LIVES_TEST(between_two_tries_the_next_one_follows),
		LIVES_TEST(further_tries_that_the_queue_grants_go_on_being_counted),
		LIVES_TEST(those_that_ran_beside_each_other_all_go_on),
	};

	require_root();
	lives_hide_mounts();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
