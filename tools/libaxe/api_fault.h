/* What went wrong in the last call of each thread on one engine. */
#pragma once

#include "axe/result.h"
#include "base/cleanup.h"
#include "base/error.h"

struct faults;

/* NULL: out of memory. */
struct faults *faults_create(void);

/* NULL is fine. */
void faults_destroy(struct faults *faults);
DEFINE_CLEANUP(faults)

/* Of the calling thread; "" if nothing. Stays until its next call, or until 64 other threads have
 * failed since. */
const char *faults_text(struct faults *faults);

/* A call of this thread begins: forget its last one. */
void faults_clear(struct faults *faults);

/* Remember the text and return `code`. Without a text it is that of the code. */
axe_result faults_note(struct faults *faults, axe_result code, const struct error *error);
axe_result faults_say(struct faults *faults, axe_result code, const char *text);
