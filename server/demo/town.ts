import { addMs, type Instant } from '#sync/core/time.ts';
import type { BusinessClock } from '../clock/business-clock.ts';
import type { Timers } from '../clock/timers.ts';
import type { Outbox, Sent } from '../outside/sms.ts';

/** What can be done to the demo's town from outside. */
export type DemoTown = {
	readonly now: () => Instant;
	/** Moves the clock, and lets everything happen that falls due until then. False: not forward. */
	readonly moveTo: (instant: Instant) => Promise<boolean>;
	readonly moveBy: (seconds: number) => Promise<boolean>;
	/** Everything that was "sent" to a number. */
	readonly sentTo: (phone: string) => readonly Sent[];
	/** Back to the seeded state, as a new data set. */
	readonly reset: () => Promise<void>;
};

export type DemoOptions = {
	readonly clock: BusinessClock;
	readonly timers: Timers;
	readonly outbox: Outbox;
	readonly seedAgain: () => Promise<void>;
};

export function demoTown({ clock, timers, outbox, seedAgain }: DemoOptions): DemoTown {
	async function moveTo(instant: Instant): Promise<boolean> {
		if (instant < clock.now()) return false;
		await timers.runUntil(instant);
		return true;
	}
	return {
		now: clock.now,
		moveTo,
		moveBy: (seconds) => moveTo(addMs(clock.now(), seconds * 1000)),
		sentTo: outbox.sentTo,
		reset: () =>
			timers.between(async () => {
				await seedAgain();
				await clock.reload();
				outbox.clear();
			}),
	};
}
