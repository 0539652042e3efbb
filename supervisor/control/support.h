/* Where assessments reach their supervisor: a socket of its own for each that runs. */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "engine/cooperation.h"

struct error;
struct support;

#define SUPPORT_RECEIVE_MAX     8192u /* bytes of one call: a message of 1 KiB, all of it escaped */
#define SUPPORT_CONNECTIONS_MAX 128u /* of one assessment; further ones are hung up on */
#define SUPPORT_CONNECTIONS_ALL 512u /* of all together */

/*
 * Sockets are made below RUN_DIR/support, which is made now for a supervisor with a `name` (with
 * what dead ones left there removed, and a failure only logged: jobs can run without) or else with
 * the first of them. That of an assessment has the same path under each supervisor of that name
 * (borrowed, at most SUPPORT_NAME_SIZE with its NUL).
 */
int support_create(sd_event *loop, const char *run_dir, const char *name,
	struct support **ret_support, struct error *error);

/* Behind the engine that it was lent to. NULL is fine. */
void support_destroy(struct support *support);

/* What the engine opens places by; lives as long as the support. */
const struct cooperation_host *support_host(const struct support *support);
