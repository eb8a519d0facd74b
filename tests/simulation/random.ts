/** Mulberry32: small, fast, and the same numbers for the same seed everywhere. */
export function seeded(seed: number): Random {
	let state = seed >>> 0;
	const next = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
	};
	return {
		next,
		below: (limit) => Math.floor(next() * limit),
		chance: (probability) => next() < probability,
		pick: (items) => {
			if (items.length === 0) throw new Error('nothing to pick from');
			return items[Math.floor(next() * items.length)] as (typeof items)[number];
		},
	};
}

export type Random = {
	/** From 0 up to, not including, 1. */
	readonly next: () => number;
	readonly below: (limit: number) => number;
	readonly chance: (probability: number) => boolean;
	readonly pick: <T>(items: readonly T[]) => T;
};
