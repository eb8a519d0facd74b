import type { Sql } from './connection.ts';
import { ConstraintViolation, TryAgain } from './port.ts';

/** SQLSTATEs of a constraint that said no: foreign key, unique, check, exclusion. */
const violations: readonly string[] = ['23503', '23505', '23514', '23P01'];
/** Serialization failure and deadlock. */
const repeatable: readonly string[] = ['40001', '40P01'];

type SqlError = Error & { readonly code?: unknown; readonly constraint?: unknown };

/** The error as the port speaks of it; what is none of the database's verdicts stays as it is. */
function translated(error: unknown): unknown {
	if (!(error instanceof Error)) return error;
	const { code, constraint } = error as SqlError;
	if (typeof code !== 'string') return error;
	if (repeatable.includes(code)) return new TryAgain(error.message, { cause: error });
	if (violations.includes(code) && typeof constraint === 'string')
		return new ConstraintViolation(constraint, error);
	return error;
}

/** Runs `work` and speaks of its errors as the port does. */
export async function translating<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw translated(error);
	}
}

export const translatingSql = (sql: Sql): Sql => ({
	query: (text, params) => translating(() => sql.query(text, params)),
});

/**
 * The statements of one transaction. After one has failed, the database says no to every other with
 * the same 25P02: what failed first is what happened, whoever of those that read beside each other
 * is heard first. (A deadlock would look like an outage, and nobody would try again.)
 */
export function failingAlike(sql: Sql): Sql {
	let first: unknown = null;
	return {
		query: async (text, params) => {
			try {
				return await sql.query(text, params);
			} catch (error) {
				throw (first ??= error);
			}
		},
	};
}
