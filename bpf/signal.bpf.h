/* Which signals may end a process, and who is to be named for one. Pure, also for the host. */
#ifndef AXE_BPF_SIGNAL_H
#define AXE_BPF_SIGNAL_H

#include <stdbool.h>

#include "bpf/event.h"

/* Numbers of x86, arm and riscv; written out because <signal.h> is not for BPF. */
#define SIGNAL_KILL     9
#define SIGNAL_ALARM    14
#define SIGNAL_IO       29
#define SIGNAL_REALTIME 32

/* The result argument of the tracepoint. */
#define SIGNAL_DELIVERED 0 /* TRACE_SIGNAL_DELIVERED */
#define SIGNAL_LOSE_INFO 4 /* TRACE_SIGNAL_LOSE_INFO: delivered, without its siginfo */

#define SIGNAL_CODE_TIMER (-2) /* SI_TIMER */
#define SIGNAL_CODE_IO    (-5) /* SI_SIGIO */

#define SIGNAL_BIT(number) (1ull << ((number)-1))

/* Their default action is to be ignored, to stop or to continue: CHLD CONT STOP TSTP TTIN TTOU URG
 * WINCH. Every other one ends the process. */
#define SIGNAL_HARMLESS                                                                            \
	(SIGNAL_BIT(17) | SIGNAL_BIT(18) | SIGNAL_BIT(19) | SIGNAL_BIT(20) | SIGNAL_BIT(21) |      \
		SIGNAL_BIT(22) | SIGNAL_BIT(23) | SIGNAL_BIT(28))

static inline bool signal_ends_process(int number)
{
	return number >= 1 && number <= 64 && !(SIGNAL_HARMLESS & SIGNAL_BIT(number));
}

/* Neither ignored, nor pending already, nor refused for want of room. */
static inline bool signal_is_delivered(int result)
{
	return result == SIGNAL_DELIVERED || result == SIGNAL_LOSE_INFO;
}

/* What the kernel passes as siginfo: two small numbers, or a pointer to one with a code. */
enum signal_info { SIGNAL_INFO_NONE = 0, SIGNAL_INFO_KERNEL = 1, SIGNAL_INFO_CODE = 2 };

/*
 * Timers and input/output raise their signals from interrupts, where `current` is whoever happened
 * to run: that bystander must never be named.
 */
enum signal_source { SIGNAL_FROM_CURRENT, SIGNAL_FROM_OWN_TIMER, SIGNAL_FROM_DEVICE };

static inline enum signal_source signal_source(int number, enum signal_info info, int code)
{
	if (info == SIGNAL_INFO_KERNEL && number == SIGNAL_ALARM)
		return SIGNAL_FROM_OWN_TIMER;
	if (info != SIGNAL_INFO_CODE)
		return SIGNAL_FROM_CURRENT;
	if (code == SIGNAL_CODE_TIMER)
		return SIGNAL_FROM_OWN_TIMER;
	if (code == SIGNAL_CODE_IO)
		return SIGNAL_FROM_DEVICE;
	/* F_SETSIG: any real-time signal may stand for SIGIO. */
	if (code > 0 && (number == SIGNAL_IO || number >= SIGNAL_REALTIME))
		return SIGNAL_FROM_DEVICE;
	return SIGNAL_FROM_CURRENT;
}

static inline enum axe_sender_origin signal_origin(
	int number, enum signal_info info, int code, bool from_itself)
{
	enum signal_source source = signal_source(number, info, code);

	if (source == SIGNAL_FROM_OWN_TIMER)
		return AXE_SENDER_SELF;
	if (source == SIGNAL_FROM_DEVICE)
		return AXE_SENDER_KERNEL;
	/* Not a wish of its own: the OOM killer, or a hard RLIMIT_CPU. */
	if (number == SIGNAL_KILL && info == SIGNAL_INFO_KERNEL)
		return AXE_SENDER_KERNEL;
	if (from_itself)
		return AXE_SENDER_SELF;
	return info == SIGNAL_INFO_CODE && code <= 0 ? AXE_SENDER_USER : AXE_SENDER_KERNEL;
}

#endif
