/* Manifests for test suites that are already on the machine. */
#pragma once

#include <jansson.h>

struct error;

struct import_request {
	const char *path; /* where the suite is: a directory or a list, as each of them says */
	const char *ltp_root; /* absolute: where LTP is installed, or will be when the job runs */
	json_t *notes; /* an array, borrowed: gets a text for all that was not taken as it is */
};

/*
 * Each makes a manifest of what it finds at the request's path: the same files give the same
 * manifest. Leaks warn only, so that a verdict is the program's own. A new reference.
 * -ENOENT: nothing at the path; -ENODATA: nothing in it to run; -E2BIG: more than a manifest holds;
 * -EINVAL: a description that cannot be read, named, and of a list the line as "FILE:LINE: ".
 */
typedef int import_suite(
	const struct import_request *request, json_t **ret_manifest, struct error *error);

/* The programs test-* of Debian's systemd-tests: 0 passes, 77 skips. manual/ and unsafe/ stay out.
 */
import_suite import_systemd;

/* The *.test files of GNOME's installed-tests, in this directory and those below it. */
import_suite import_installed;

/*
 * One runtest file of the Linux Test Project: a line is a tag and a command, `#` opens a comment.
 * A command that only a shell understands is one text, any other a list of words.
 */
import_suite import_ltp;

/*
 * Installed selftests of the kernel: kselftest-list.txt or its directory. Each line COLLECTION:TEST
 * runs in the collection's directory, for as long as the settings there allow.
 */
import_suite import_kselftest;
