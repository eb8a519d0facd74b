import type { Instant } from '#sync/core/time.ts';

/** One of the phones a person is signed in on (`GET /api/devices`). */
export type OwnPhone = {
	readonly id: string;
	readonly build: string;
	readonly lastContact: Instant;
	/** Actions that lay on it unsent, when it was last heard of. */
	readonly pending: number;
	readonly revokedAt: Instant | null;
	readonly current: boolean;
};

/** This phone first, then those heard of last; what was signed off comes last. */
export const inOrder = (phones: readonly OwnPhone[]): readonly OwnPhone[] =>
	[...phones].sort(
		(a, b) =>
			Number(b.current) - Number(a.current) ||
			Number(a.revokedAt !== null) - Number(b.revokedAt !== null) ||
			(a.lastContact < b.lastContact ? 1 : -1),
	);
