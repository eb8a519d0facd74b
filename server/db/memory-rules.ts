import type { Row } from '#sync/core/entity.ts';
import { claimOf, rules } from './constraints.ts';

/** A UNIQUE index or an EXCLUDE constraint of the migrations, as the memory database enforces it. */
export type MemoryRule = {
	/** The name it has in the database. */
	readonly constraint: string;
	readonly entity: string;
	/** Rows with the same values here may not both exist; null: this row is outside the rule. */
	readonly key: (row: Row) => string | null;
	/** Only if their times overlap, too. */
	readonly overlapping: boolean;
};

/** The same rules as in `migrations/`; the port's tests hold both databases to them. */
export const memoryRules: readonly MemoryRule[] = Object.entries(rules).map(
	([constraint, rule]) => ({
		constraint,
		entity: rule.entity,
		key: (row) => claimOf(rule, row),
		overlapping: rule.overlapping === true,
	}),
);
