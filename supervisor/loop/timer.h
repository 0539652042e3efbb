/* A one-shot deadline on CLOCK_MONOTONIC that can be armed again and again. */
#pragma once

#include <stdint.h>
#include <systemd/sd-event.h>

struct timer {
	sd_event_source *source;
	sd_event_source *turn; /* NULL until it is first armed for now */
	void (*expired)(void *data);
	void *data;
};

/* `expired` is called once per arming, from the loop. Nothing runs before timer_arm. */
int timer_init(struct timer *timer, sd_event *loop, void (*expired)(void *data), void *data);
void timer_finish(struct timer *timer);

/* (Re)arm for a moment of CLOCK_MONOTONIC; a moment that has passed expires on the next turn. */
void timer_arm(struct timer *timer, uint64_t at_ns);

/*
 * For the next turn, instead of any other moment. No clock is set for it: that the kernel finds a
 * moment that has passed costs an interrupt, 30 us in a virtual machine.
 */
void timer_arm_now(struct timer *timer);

void timer_disarm(struct timer *timer);
