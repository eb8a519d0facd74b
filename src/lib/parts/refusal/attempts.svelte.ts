import { Rejection, type Refusal } from '#sync/core/rejection.ts';

/** Why a tap did not even get onto the phone. */
export type Miss =
	| { readonly kind: 'refused'; readonly name: string; readonly refusal: Refusal }
	| { readonly kind: 'not_kept'; readonly name: string };

export type Attempts = {
	readonly miss: Miss | null;
	readonly dismiss: () => void;
	/** What `act` answers, or null when it missed. */
	readonly of: <T>(name: string, act: () => Promise<T>) => Promise<T | null>;
};

/**
 * Runs what buttons do and remembers the last miss, to be shown beside them: refused at once (no
 * network for what needs it), or not kept because the phone is full. Whatever is not a refusal is
 * also thrown on, for it is a fault.
 */
export function attempts(): Attempts {
	let miss = $state.raw<Miss | null>(null);
	return {
		get miss() {
			return miss;
		},
		dismiss: () => {
			miss = null;
		},
		of: async (name, act) => {
			miss = null;
			try {
				return await act();
			} catch (error) {
				if (error instanceof Rejection) {
					miss = { kind: 'refused', name, refusal: error.code };
					return null;
				}
				miss = { kind: 'not_kept', name };
				throw error;
			}
		},
	};
}
