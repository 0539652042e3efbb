/* Manifests for test suites that are already on the machine. */
#pragma once

#include <jansson.h>

struct error;

/*
 * Each makes a manifest of what stands below `directory`, sorted by name: the same files give the
 * same manifest. Leaks warn only, so that a verdict is the program's own. A new reference.
 * -ENOENT: no such directory; -ENODATA: nothing in it to run; -E2BIG: more than a manifest holds;
 * -EINVAL: a description that cannot be read, named.
 */

/* The programs test-* of Debian's systemd-tests: 0 passes, 77 skips. manual/ and unsafe/ stay out.
 */
int import_systemd(const char *directory, json_t **ret_manifest, struct error *error);

/* The *.test files of GNOME's installed-tests, in this directory and those below it. */
int import_installed(const char *directory, json_t **ret_manifest, struct error *error);
