/* The job of an ordinary user runs as that user, opens what it names as that user, and shows itself
 * to nobody else. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/identity.h"
#include "kernel/engine/job_fixture.h"
#include "record/jobdir.h"
#include "support/require.h"
#include "support/unit.h"

/* No passwd file names them. */
static gid_t groups[] = { 65530, 65531 };
static const struct identity user = { 65533, 65532, groups, 2 };

static int setup(void **state)
{
	int code = fixture_setup(state);
	struct fixture *fixture = *state;

	fixture_options.owner = &user;
	return code < 0 ? code : chmod(fixture->state_dir, 0755);
}

static const char *read_output(const struct fixture *fixture, char *buffer, size_t size)
{
	auto_fd folder = open(job_directory(fixture->job), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(file_read_text_at(folder, "1/0.1/stdout", buffer, size) >= 0);
	return buffer;
}

static void run_shell(struct fixture *fixture, const char *script, const char *keys)
{
	char manifest[1024];

	snprintf(manifest, sizeof(manifest),
		"{'name':'j','assessments':[{'name':'a','command':['sh','-c','%s']%s}]}", script,
		keys);
	fixture_run(fixture, manifest);
}

static void assert_passed(const struct fixture *fixture)
{
	assert_string_equal("passed", text_at(fixture_result(fixture, 0), "verdict"));
}

static void program_has_the_ids_and_groups_of_its_owner_and_no_more(void **state)
{
	struct fixture *fixture = *state;
	char text[512];

	run_shell(fixture,
		"grep -E \\\"^(Uid|Gid|Groups|CapEff|CapPrm|NoNewPrivs)\\\" /proc/self/status", "");
	assert_passed(fixture);
	read_output(fixture, text, sizeof(text));
	assert_non_null(strstr(text, "Uid:\t65533\t65533\t65533\t65533\n"));
	assert_non_null(strstr(text, "Gid:\t65532\t65532\t65532\t65532\n"));
	assert_non_null(strstr(text, "Groups:\t65530 65531"));
	assert_non_null(strstr(text, "CapPrm:\t0000000000000000\n"));
	assert_non_null(strstr(text, "CapEff:\t0000000000000000\n"));
	/* What is setuid goes on working where nothing lies to it. */
	assert_non_null(strstr(text, "NoNewPrivs:\t0"));
}

static void user_without_an_entry_has_a_number_for_a_name_and_no_home(void **state)
{
	struct fixture *fixture = *state;
	char text[256];

	run_shell(fixture, "echo $USER $LOGNAME $HOME", "");
	assert_string_equal("65533 65533 /", read_output(fixture, text, sizeof(text)));
}

/* Also where nobody refused the manifest before. */
static void named_user_is_not_asked(void **state)
{
	struct fixture *fixture = *state;
	char text[64];

	run_shell(fixture, "id -u", ",'user':'root'");
	assert_int_equal(65533, job_owner(fixture->job));
	assert_string_equal("65533", read_output(fixture, text, sizeof(text)));
}

static void post_action_runs_as_the_owner(void **state)
{
	struct fixture *fixture = *state;
	char text[64];
	auto_fd folder = -1;

	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','command':['true']}],"
			     "'post':{'command':'id -u; id -g'}}");
	folder = open(job_directory(fixture->job), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(file_read_text_at(folder, "1/1.1/stdout", text, sizeof(text)) > 0);
	assert_string_equal("65533\n65532", text);
}

/* What root alone may read, in a place that everybody may pass. */
static void make_secret(const struct fixture *fixture, char path[static 128])
{
	auto_fd fd = -1;

	snprintf(path, 128, "%s/secret", fixture->state_dir);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_int_equal(0, file_write_all(fd, "secret", 6));
}

static void standard_input_is_opened_with_the_owners_rights(void **state)
{
	struct fixture *fixture = *state;
	char secret[128], keys[200], reason[600];

	make_secret(fixture, secret);
	snprintf(keys, sizeof(keys), ",'stdin':'%s'", secret);
	run_shell(fixture, "cat", keys);
	assert_string_equal("error", text_at(fixture_result(fixture, 0), "verdict"));
	snprintf(reason, sizeof(reason), "stdin `%s`: Permission denied", secret);
	assert_string_equal(reason, text_at(fixture_result(fixture, 0), "error.text"));
}

static void link_to_what_is_not_ones_own_does_not_help(void **state)
{
	struct fixture *fixture = *state;
	char secret[128], link[128], keys[200];

	make_secret(fixture, secret);
	snprintf(link, sizeof(link), "%s/link", fixture->state_dir);
	assert_int_equal(0, symlink(secret, link));
	assert_int_equal(0, lchown(link, user.uid, user.gid));
	snprintf(keys, sizeof(keys), ",'stdin':'%s'", link);
	run_shell(fixture, "cat", keys);
	assert_string_equal("error", text_at(fixture_result(fixture, 0), "verdict"));
}

static void standard_input_that_the_owner_may_read_is_read(void **state)
{
	struct fixture *fixture = *state;
	char secret[128], keys[200], text[64];

	make_secret(fixture, secret);
	assert_int_equal(0, chown(secret, user.uid, user.gid));
	snprintf(keys, sizeof(keys), ",'stdin':'%s'", secret);
	run_shell(fixture, "cat", keys);
	assert_passed(fixture);
	assert_string_equal("secret", read_output(fixture, text, sizeof(text)));
}

static void fifo_without_a_writer_is_empty(void **state)
{
	struct fixture *fixture = *state;
	char path[128], keys[200], text[64];

	snprintf(path, sizeof(path), "%s/fifo", fixture->state_dir);
	assert_int_equal(0, mkfifo(path, 0600));
	assert_int_equal(0, chown(path, user.uid, user.gid));
	snprintf(keys, sizeof(keys), ",'stdin':'%s'", path);
	run_shell(fixture, "cat; echo end", keys);
	assert_string_equal("end", read_output(fixture, text, sizeof(text)));
}

static void working_directory_is_entered_with_the_owners_rights(void **state)
{
	struct fixture *fixture = *state;

	run_shell(fixture, "true", ",'workdir':'/root'");
	assert_string_equal("error", text_at(fixture_result(fixture, 0), "verdict"));
	assert_string_equal("workdir `/root`: Permission denied",
		text_at(fixture_result(fixture, 0), "error.text"));
}

/* Else a setuid program could be told that it has given up what it has not. */
static void filter_of_an_owner_takes_new_privileges_away(void **state)
{
	struct fixture *fixture = *state;
	char text[64];

	run_shell(fixture, "grep NoNewPrivs /proc/self/status", ",'seccomp':'safe'");
	assert_passed(fixture);
	assert_string_equal("NoNewPrivs:\t1", read_output(fixture, text, sizeof(text)));
}

/* A supervisor without CAP_SYS_RESOURCE refuses it before the job has a number. */
static void owner_may_not_raise_a_limit_that_root_has_set(void **state)
{
	static const char manifest[] = "{'name':'j','assessments':[{'name':'a','command':['true'],"
				       "'limits':{'files':8192}}]}";
	struct rlimit before, lower = { 4096, 4096 };
	struct fixture *fixture = *state;
	struct error error;
	const char *text = error.text;
	int code;

	assert_int_equal(0, getrlimit(RLIMIT_NOFILE, &before));
	lower.rlim_max = before.rlim_max < 4096 ? before.rlim_max : 4096;
	assert_int_equal(0, setrlimit(RLIMIT_NOFILE, &lower));
	code = fixture_try(fixture, manifest, &error);
	if (code == 0) {
		fixture_finish(fixture);
		assert_string_equal("error", text_at(fixture_result(fixture, 0), "verdict"));
		text = text_at(fixture_result(fixture, 0), "error.text");
	}
	/* Without the capability the old limit cannot be had again: this is the last test. */
	setrlimit(RLIMIT_NOFILE, &before);
	assert_non_null(strstr(text, "8192 is over"));
}

static void expect_mode(const char *path, uid_t uid, gid_t gid, mode_t mode)
{
	struct stat found;

	if (lstat(path, &found) < 0)
		fail_msg("no `%s`", path);
	if (found.st_uid != uid || found.st_gid != gid || (found.st_mode & 07777) != mode)
		fail_msg("`%s` is %u:%u %o", path, found.st_uid, found.st_gid,
			found.st_mode & 07777);
}

static void folder_is_roots_and_the_owners_group_may_read_all_of_it(void **state)
{
	static const struct {
		const char *name;
		uid_t uid;
		mode_t mode;
	} rows[] = {
		{ "", 0, 02750 },
		{ "/1", 0, 02750 },
		{ "/1/0.1", 0, 02750 },
		{ "/trace.ndjson", 0, 0640 },
		{ "/manifest.json", 0, 0640 },
		{ "/environment.json", 0, 0640 },
		{ "/results.ndjson", 0, 0640 },
		{ "/results.json", 0, 0640 },
		{ "/junit.xml", 0, 0640 },
		{ "/results.tap", 0, 0640 },
		{ "/1/0.1/stdout", 65533, 0640 },
		{ "/1/0.1/stderr", 65533, 0640 },
		{ "/1/0.1/results", 65533, 0750 },
	};
	struct fixture *fixture = *state;

	run_shell(fixture, "echo x > $AXE_RESULTS/mine; test -w $AXE_TEMP", "");
	assert_passed(fixture);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char path[200];

		snprintf(path, sizeof(path), "%s%s", job_directory(fixture->job), rows[i].name);
		expect_mode(path, rows[i].uid, user.gid, rows[i].mode);
	}
}

/* The folder is root's: its owner's programs can change what they wrote, and nothing else. */
static void owner_cannot_put_anything_in_the_place_of_a_file(void **state)
{
	struct fixture *fixture = *state;

	run_shell(fixture,
		"cd $AXE_JOB_DIR && ! rm trace.ndjson && ! mv 1/0.1/stdout x && "
		"! rm 1/0.1/stdout && ! ln -s /etc/passwd results.json && ! mkdir 2 && "
		"! ln -s /etc/shadow 1/0.1/x && ! sh -c \\\"echo x >> trace.ndjson\\\" && "
		"! sh -c \\\"echo x > manifest.json\\\"",
		"");
	assert_passed(fixture);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(program_has_the_ids_and_groups_of_its_owner_and_no_more),
		CASE(user_without_an_entry_has_a_number_for_a_name_and_no_home),
		CASE(named_user_is_not_asked),
		CASE(post_action_runs_as_the_owner),
		CASE(standard_input_is_opened_with_the_owners_rights),
		CASE(link_to_what_is_not_ones_own_does_not_help),
		CASE(standard_input_that_the_owner_may_read_is_read),
		CASE(fifo_without_a_writer_is_empty),
		CASE(working_directory_is_entered_with_the_owners_rights),
		CASE(filter_of_an_owner_takes_new_privileges_away),
		CASE(folder_is_roots_and_the_owners_group_may_read_all_of_it),
		CASE(owner_cannot_put_anything_in_the_place_of_a_file),
		CASE(owner_may_not_raise_a_limit_that_root_has_set),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
