/**
 * What can go wrong at one statement: the database says no with a SQLSTATE, another server has
 * changed the row that is about to be written, or the server's process is killed, just before the
 * statement or just after it took effect. (A commit is a statement, too.)
 */
export type Strike =
	| { readonly kind: 'error'; readonly code: string }
	| { readonly kind: 'ghost' | 'killed_before' | 'killed_after' };

/** Serialization failure and deadlock: what the door tries again by itself. */
const transient = ['40001', '40P01'] as const;
const connectionLost = '08006';
const diskFull = '53100';

export const strikeKinds: readonly Strike[] = [
	...[...transient, connectionLost, diskFull].map((code) => ({ kind: 'error', code }) as const),
	{ kind: 'ghost' },
	{ kind: 'killed_before' },
	{ kind: 'killed_after' },
];

export const isTransient = (strike: Strike): boolean =>
	strike.kind === 'error' && (transient as readonly string[]).includes(strike.code);

export type At = { readonly text: string; readonly inTransaction: boolean };

/** What is asked last in every transaction. */
export const commitText = 'commit';

/** The statement takes the versions that its rows had when they were read. */
const seesVersions = (text: string) => text.includes('"seenVersion"');
const isWrite = (text: string) => /\b(?:insert into|update|delete from)\b/.test(text);

/** Whether this can happen at such a statement at all. */
function canHit(strike: Strike, { text, inTransaction }: At): boolean {
	if (strike.kind === 'ghost') return inTransaction && seesVersions(text);
	if (isTransient(strike)) return inTransaction;
	return (
		strike.kind !== 'error' || strike.code !== diskFull || text === commitText || isWrite(text)
	);
}

/** To go wrong at the n-th statement from now at which it can, and so often. */
export type Plan = {
	readonly strike: Strike;
	readonly nth: number;
	times: number;
	/** Only commits count. */
	readonly atCommit: boolean;
};

/** What is about to go wrong: at the n-th statement from now at which it can. */
export class Strikes {
	#armed: (Plan & { left: number })[] = [];
	/** While it is, nothing can be written. */
	diskIsFull = false;

	arm(plan: Plan): void {
		this.#armed.push({ ...plan, left: plan.nth });
	}

	/** What goes wrong at this statement, if anything. */
	at(statement: At): Strike | null {
		if (this.diskIsFull && isWrite(statement.text)) return { kind: 'error', code: diskFull };
		for (const each of this.#armed) {
			if (each.atCommit && statement.text !== commitText) continue;
			if (!canHit(each.strike, statement) || (each.left -= 1) > 0) continue;
			each.left = each.nth;
			each.times -= 1;
			this.#armed = this.#armed.filter(({ times }) => times > 0);
			return each.strike;
		}
		return null;
	}

	/** From now on nothing goes wrong. */
	end(): void {
		this.#armed = [];
		this.diskIsFull = false;
	}
}
