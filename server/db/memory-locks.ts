import { TryAgain } from './port.ts';

/** Whoever holds locks: a transaction. */
type Holder = object;

/** Locks of a database: held to the end of a transaction, handed on in the order they were asked for. */
export type Locks = {
	/** Waits for it; throws `TryAgain` to whoever would close a ring of waiting ones, as a deadlock does. */
	readonly take: (holder: Holder, key: string) => Promise<void>;
	/** Lets go of all that it holds, and of its place in any queue. */
	readonly release: (holder: Holder) => void;
};

type Waiting = { readonly holder: Holder; readonly go: () => void };

/** `isFree`: keys that are no locks at all. Only a planted bug says so. */
export function createLocks(isFree: (key: string) => boolean = () => false): Locks {
	const holders = new Map<string, Holder>();
	const queues = new Map<string, Waiting[]>();
	const held = new Map<Holder, Set<string>>();
	const waitsFor = new Map<Holder, string>();

	function give(key: string, holder: Holder): void {
		holders.set(key, holder);
		const keys = held.get(holder) ?? new Set();
		held.set(holder, keys.add(key));
	}

	function refuseRing(asking: Holder, key: string): void {
		let wanted: string | undefined = key;
		while (wanted !== undefined) {
			const holder = holders.get(wanted);
			if (holder === asking) throw new TryAgain(`deadlock over ${key}`);
			wanted = holder && waitsFor.get(holder);
		}
	}

	function handOn(key: string): void {
		const queue = queues.get(key);
		const next = queue?.shift();
		if (queue?.length === 0) queues.delete(key);
		holders.delete(key);
		if (!next) return;
		waitsFor.delete(next.holder);
		give(key, next.holder);
		next.go();
	}

	return {
		take: async (holder, key) => {
			if (isFree(key)) return;
			const current = holders.get(key);
			if (current === holder) return;
			if (current === undefined) return give(key, holder);
			refuseRing(holder, key);
			waitsFor.set(holder, key);
			await new Promise<void>((go) => {
				queues.set(key, [...(queues.get(key) ?? []), { holder, go }]);
			});
		},
		release: (holder) => {
			const waiting = waitsFor.get(holder);
			if (waiting !== undefined) {
				const rest = (queues.get(waiting) ?? []).filter((each) => each.holder !== holder);
				queues.set(waiting, rest);
				waitsFor.delete(holder);
			}
			for (const key of held.get(holder) ?? []) handOn(key);
			held.delete(holder);
		},
	};
}
