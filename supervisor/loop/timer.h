/* A one-shot deadline on CLOCK_MONOTONIC that can be armed again and again. */
#pragma once

#include <stdint.h>
#include <systemd/sd-event.h>

struct timer {
	sd_event_source *source;
	void (*expired)(void *data);
	void *data;
};

/* `expired` is called once per arming, from the loop. Nothing runs before timer_arm. */
int timer_init(struct timer *timer, sd_event *loop, void (*expired)(void *data), void *data);
void timer_finish(struct timer *timer);

/* (Re)arm for a moment of CLOCK_MONOTONIC; a moment that has passed expires on the next turn. */
void timer_arm(struct timer *timer, uint64_t at_ns);
void timer_disarm(struct timer *timer);
