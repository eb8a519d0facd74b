import type { AnyEntity, Row } from '#sync/core/entity.ts';
import type { Refusal } from '#sync/core/rejection.ts';
import { liveBookingStatuses } from '#sync/booking/states.ts';
import { liveAssignmentStates } from '#sync/job/states.ts';

/**
 * What at most one row may hold at a time: these fields together, for one that overlaps in time
 * too. Here once for everybody: migrations state it to the database, the memory port asks
 * `claimOf`, the order of writes asks `frees`.
 */
export type Rule = {
	readonly entity: string;
	readonly fields: readonly string[];
	/** Only rows that are so hold anything. */
	readonly when?: (row: Row) => boolean;
	/** Two rows are in each other's way only where their `startAt` to `endAt` overlap. */
	readonly overlapping?: true;
	/** Null is a value like any other; elsewhere a row with a null among the fields holds nothing. */
	readonly nullsCount?: true;
	readonly refusal: Refusal;
};

const open = (field: string) => (row: Row) => row[field] === null;
const oneOf = (field: string, values: readonly string[]) => (row: Row) =>
	values.includes(String(row[field]));
const occupies = oneOf('state', liveAssignmentStates);
const liveGrantOf = (role: string) => (row: Row) => row['role'] === role && open('revokedAt')(row);
const isSent = oneOf('status', ['sent']);

/** UNIQUE constraints, unique indexes and EXCLUDE constraints of entities' tables, by name. */
export const rules: Readonly<Record<string, Rule>> = {
	shop_code_key: { entity: 'shop', fields: ['code'], refusal: 'id_taken' },
	shop_hours_shop_id_weekday_opens_key: {
		entity: 'shop_hours',
		fields: ['shopId', 'weekday', 'opens'],
		refusal: 'id_taken',
	},
	worker_worker_id_shop_id_key: {
		entity: 'worker',
		fields: ['id', 'shopId'],
		refusal: 'id_taken',
	},
	worker_shift_worker_id_weekday_starts_valid_from_key: {
		entity: 'worker_shift',
		fields: ['workerId', 'weekday', 'starts', 'validFrom'],
		refusal: 'id_taken',
	},
	service_price_service_type_id_class_key: {
		entity: 'service_price',
		fields: ['serviceTypeId', 'class'],
		refusal: 'id_taken',
	},
	customer_phone: {
		entity: 'customer',
		fields: ['phone'],
		when: open('mergedInto'),
		refusal: 'id_taken',
	},
	role_grant_one_live: {
		entity: 'role_grant',
		fields: ['userId', 'role', 'shopId'],
		when: open('revokedAt'),
		nullsCount: true,
		refusal: 'id_taken',
	},
	role_grant_one_user_per_worker: {
		entity: 'role_grant',
		fields: ['workerId'],
		when: liveGrantOf('worker'),
		refusal: 'id_taken',
	},
	role_grant_one_user_per_customer: {
		entity: 'role_grant',
		fields: ['customerId'],
		when: liveGrantOf('customer'),
		refusal: 'id_taken',
	},
	vehicle_reg_live: {
		entity: 'vehicle',
		fields: ['registrationKey'],
		when: open('retiredAt'),
		refusal: 'plate_taken',
	},
	booking_shop_id_code_key: {
		entity: 'booking',
		fields: ['shopId', 'code'],
		refusal: 'id_taken',
	},
	booking_vehicle_no_overlap: {
		entity: 'booking',
		fields: ['vehicleId'],
		when: oneOf('status', liveBookingStatuses),
		overlapping: true,
		refusal: 'vehicle_busy',
	},
	booking_line_booking_id_line_no_key: {
		entity: 'booking_line',
		fields: ['bookingId', 'lineNo'],
		refusal: 'id_taken',
	},
	read_mark_booking_id_side_key: {
		entity: 'read_mark',
		fields: ['bookingId', 'side'],
		refusal: 'id_taken',
	},
	job_booking_id_key: { entity: 'job', fields: ['bookingId'], refusal: 'id_taken' },
	assignment_job_id_epoch_key: {
		entity: 'assignment',
		fields: ['jobId', 'epoch'],
		refusal: 'already_taken',
	},
	assignment_one_live: {
		entity: 'assignment',
		fields: ['jobId'],
		when: occupies,
		refusal: 'already_taken',
	},
	worker_no_overlap: {
		entity: 'assignment',
		fields: ['workerId'],
		when: (row) => occupies(row) && row['overbook'] === false,
		overlapping: true,
		refusal: 'slot_taken',
	},
	job_offer_one_live: {
		entity: 'job_offer',
		fields: ['jobId'],
		when: isSent,
		refusal: 'wrong_state',
	},
	job_offer_one_per_worker: {
		entity: 'job_offer',
		fields: ['workerId'],
		when: (row) => isSent(row) && row['kind'] === 'ask',
		refusal: 'worker_busy',
	},
	worker_time_one_open: {
		entity: 'worker_time',
		fields: ['workerId', 'kind'],
		when: open('endedAt'),
		refusal: 'worker_busy',
	},
	timer_key_waiting: {
		entity: 'timer',
		fields: ['key'],
		when: open('ranAt'),
		refusal: 'wrong_state',
	},
};

/** Unique keys of tables that are no entity's, and conditions between several columns of a row. */
const others: Readonly<Record<string, Refusal>> = {
	mutation_device_id_seq_key: 'key_reused',
	app_user_phone_key: 'id_taken',
	app_user_email_key: 'id_taken',
	installation_one_row: 'id_taken',
	shop_hours_order_check: 'not_understood',
	worker_shift_order_check: 'not_understood',
	worker_shift_validity_check: 'not_understood',
	booking_order_check: 'not_understood',
	booking_held_check: 'wrong_state',
	booking_cancelled_check: 'wrong_state',
	assignment_order_check: 'not_understood',
	worker_time_order_check: 'wrong_state',
};

/** What was decided for one constraint by its name. */
export const decided: Readonly<Record<string, Refusal>> = {
	...Object.fromEntries(Object.entries(rules).map(([name, { refusal }]) => [name, refusal])),
	...others,
};

/** By the ending that the database, or our migration, gave the name. */
const byEnding: readonly (readonly [string, Refusal])[] = [
	['_pkey', 'id_taken'],
	// Nothing is ever deleted, so what is referred to was never there.
	['_fkey', 'not_found'],
	// One column's own values: parsers let nothing else pass, this is the second line.
	['_check', 'not_understood'],
];

/** What a user is told when this constraint says no; null: nobody has said, so it is a bug. */
export function refusalOf(constraint: string): Refusal | null {
	if (Object.hasOwn(decided, constraint)) return decided[constraint] ?? null;
	return byEnding.find(([ending]) => constraint.endsWith(ending))?.[1] ?? null;
}

/** No text of ours contains it: parsers let no control character pass. */
const separator = '\u001f';

/** What the row holds under this rule, as text to compare, or null if it holds nothing. */
export function claimOf(rule: Rule, row: Row): string | null {
	if (rule.when && !rule.when(row)) return null;
	const values = rule.fields.map((field) => row[field]);
	if (!rule.nullsCount && values.includes(null)) return null;
	return values.join(separator);
}

/**
 * Whether this update lets go of something that another row may take in the same transaction. Such
 * updates go first: the database checks row by row, and would meet the successor before the
 * predecessor has left.
 */
export function frees(entity: AnyEntity, before: Row, after: Row): boolean {
	return Object.values(rules).some((rule) => {
		if (rule.entity !== entity.name) return false;
		const held = claimOf(rule, before);
		if (held === null) return false;
		return held !== claimOf(rule, after) || (rule.overlapping === true && moved(before, after));
	});
}

const moved = (before: Row, after: Row): boolean =>
	before['startAt'] !== after['startAt'] || before['endAt'] !== after['endAt'];
