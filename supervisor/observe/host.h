/* What this kernel offers before anything is loaded: BTF, privilege, and two prototypes. */
#pragma once

struct error;
struct bpf_object;
struct kernel_types;

/* -EPERM, -ENOENT (no BTF) or -EOPNOTSUPP (too old), each with advice. */
int host_check(struct error *error);

/*
 * Two tracepoints changed their arguments over time: of each pair of programs the one that fits is
 * set to be loaded, the other not.
 */
void host_choose_programs(const struct kernel_types *types, struct bpf_object *object);

/* Why the kernel refused a program, in words, from the positive errno of its load. */
const char *host_refusal(int code);

/* libbpf writes to standard error by itself, and not always the truth: a refused load makes it
 * advise `ulimit -l`. Process-wide; we say what failed ourselves. */
void host_silence(void);
