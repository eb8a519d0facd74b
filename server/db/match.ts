import type { Row } from '#sync/core/entity.ts';
import type { During } from '#sync/core/mutator.ts';

/** Whether a row is one that `list` asks for: fields equal (an array: one of), overlapping `during`. */
export function matches(
	row: Row,
	equals: Readonly<Record<string, unknown>>,
	during?: During,
): boolean {
	const equal = Object.entries(equals).every(([name, wanted]) =>
		Array.isArray(wanted) ? wanted.includes(row[name]) : row[name] === wanted,
	);
	if (!equal || during === undefined) return equal;
	return String(row['startAt']) < during.until && during.from < String(row['endAt']);
}
