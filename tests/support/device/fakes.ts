import type { Instant } from '#sync/core/time.ts';
import { addMs } from '#sync/core/time.ts';
import { uuidV7 } from '#sync/core/id.ts';
import { createMutex } from '#lib/device/sync/mutex.ts';
import type { Channel, Locks, TabMessage, Timers } from '#lib/device/sync/ports.ts';
import { monday } from '#tests/support/cast.ts';

/** A phone's clock that a test sets. */
export type FakeClock = { readonly now: () => Instant; at: Instant };
export const fakeClock = (at: Instant = monday): FakeClock => {
	const clock = { at, now: () => clock.at };
	return clock;
};

/** Timers that go off when a test says so. */
export type FakeTimers = Timers & {
	readonly waiting: () => readonly number[];
	/** Runs the earliest; answers after how many milliseconds it would have come. */
	readonly fire: () => number;
};
export function fakeTimers(): FakeTimers {
	let waiting: { ms: number; run: () => void }[] = [];
	return {
		after: (ms, run) => {
			const mine = { ms, run };
			waiting.push(mine);
			return () => {
				waiting = waiting.filter((each) => each !== mine);
			};
		},
		waiting: () => waiting.map(({ ms }) => ms),
		fire: () => {
			const [first] = waiting.sort((a, b) => a.ms - b.ms);
			if (!first) throw new Error('no timer waits');
			waiting = waiting.filter((each) => each !== first);
			first.run();
			return first.ms;
		},
	};
}

/** Locks as the browser has them: by name, across tabs. */
export function fakeLocks(): Locks {
	const mutexes = new Map<string, ReturnType<typeof createMutex>>();
	return (name, work) => {
		const mutex = mutexes.get(name) ?? createMutex();
		mutexes.set(name, mutex);
		return mutex(work);
	};
}

/** One channel for the tabs of a phone. Messages arrive later, never in the tab that posts. */
export function fakeChannels(): () => Channel {
	const tabs = new Set<(message: TabMessage) => void>();
	return () => {
		let mine: ((message: TabMessage) => void) | null = null;
		return {
			post: (message) => {
				const others = [...tabs].filter((each) => each !== mine);
				queueMicrotask(() => others.forEach((hear) => hear(message)));
			},
			listen: (hear) => {
				mine = hear;
				tabs.add(hear);
				return () => void tabs.delete(hear);
			},
		};
	};
}

/** Ids one after the other, by the clock: readable, and the same in every run. */
export function fakeIds(clock: { readonly now: () => Instant }, phone = 1): () => string {
	let count = 0;
	return () => uuidV7(Date.parse(clock.now()), [phone, 0, (count += 1)]);
}

export const after = (ms: number): Instant => addMs(monday, ms);

/** Every promise that can settle by itself has settled. */
export const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
