import type { DeviceStore } from '#lib/device/sync/store.ts';

/** A process that can be killed between any two of its writes. */
export type Mortal = {
	readonly store: DeviceStore;
	readonly dead: () => boolean;
	readonly died: Promise<void>;
};

const writing = ['append', 'change', 'write', 'dismiss'] as const;

/**
 * Dies at its n-th write: before it, or after it is on the disk but before anybody was told. From
 * then on nothing it asks for is ever answered.
 */
export function mortal(store: DeviceStore, diesAt: number, when: 'before' | 'after'): Mortal {
	let writes = 0;
	let dead = false;
	const { promise: died, resolve: die } = Promise.withResolvers<void>();
	const never = () => new Promise<never>(() => undefined);
	const wrapped = Object.fromEntries(
		Object.entries(store).map(([name, method]) => [
			name,
			async (...args: unknown[]) => {
				if (dead) return never();
				const isWrite = writing.some((each) => each === name);
				if (isWrite && (writes += 1) === diesAt) {
					if (when === 'after') await (method as (...args: unknown[]) => Promise<unknown>)(...args);
					dead = true;
					die();
					return never();
				}
				const result = await (method as (...args: unknown[]) => Promise<unknown>)(...args);
				return dead ? never() : result;
			},
		]),
	) as unknown as DeviceStore;
	return { store: wrapped, dead: () => dead, died };
}
