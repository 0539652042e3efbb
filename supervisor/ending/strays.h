/* Members that no longer are in their group, ended one by one: by pidfd, never by a bare pid. */
#pragma once

#include <stdint.h>

struct ledger;

/* How many of the living in the book are really there (same pid, same start time). */
uint64_t strays_count(const struct ledger *ledger);

/* SIGKILL for each of them that left its group. Returns how many were signalled. */
unsigned strays_kill(const struct ledger *ledger);
