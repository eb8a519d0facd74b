import { bigint, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import * as access from '#sync/access/entity.ts';
import * as bookings from '#sync/booking/entity.ts';
import * as readMarks from '#sync/booking/read-mark.ts';
import * as customers from '#sync/customer/entity.ts';
import * as jobs from '#sync/job/entity.ts';
import * as notices from '#sync/notice/entity.ts';
import * as observations from '#sync/observation/entity.ts';
import * as windows from '#sync/shop/age-window.ts';
import * as shops from '#sync/shop/entity.ts';
import * as timers from '#sync/timer/entity.ts';
import * as vehicles from '#sync/vehicle/entity.ts';
import * as workers from '#sync/worker/entity.ts';
import * as devices from './device.ts';
import { instant, tableOf } from './table.ts';

/** What the entities describe. */
export const shop = tableOf(shops.shop);
export const shopWindow = tableOf(windows.shopWindow);
export const shopHours = tableOf(shops.shopHours);
export const worker = tableOf(workers.worker);
export const workerShift = tableOf(workers.workerShift);
export const serviceType = tableOf(shops.serviceType);
export const servicePrice = tableOf(shops.servicePrice);
export const customer = tableOf(customers.customer);
export const roleGrant = tableOf(access.roleGrant);
export const vehicle = tableOf(vehicles.vehicle);
export const booking = tableOf(bookings.booking);
export const bookingLine = tableOf(bookings.bookingLine);
export const readMark = tableOf(readMarks.readMark);
export const job = tableOf(jobs.job);
export const assignment = tableOf(jobs.assignment);
export const jobOffer = tableOf(jobs.jobOffer);
export const workerTime = tableOf(workers.workerTime);
export const notice = tableOf(notices.notice);
export const observation = tableOf(observations.observation);
export const timer = tableOf(timers.timer);
export const device = tableOf(devices.device);
export const mutationCrash = tableOf(devices.mutationCrash);

/** The server's own books. */
export const mutation = pgTable('mutation', {
	id: uuid('mutation_id').primaryKey(),
	userId: uuid('user_id'),
	deviceId: uuid('device_id'),
	seq: bigint({ mode: 'number' }),
	name: text().notNull(),
	version: integer().notNull(),
	args: jsonb(),
	requestHash: text('request_hash').notNull(),
	at: instant().notNull(),
	receivedAt: instant('received_at').notNull(),
	effLo: instant('eff_lo').notNull(),
	eff: instant().notNull(),
	status: text(),
	refusal: text(),
	answer: jsonb(),
	effects: jsonb(),
});

export const scopeHead = pgTable('scope_head', {
	scope: text().primaryKey(),
	v: bigint({ mode: 'number' }).notNull(),
	floorV: bigint('floor_v', { mode: 'number' }).notNull().default(0),
});

export const docScope = pgTable(
	'doc_scope',
	{
		scope: text().notNull(),
		coll: text().notNull(),
		id: uuid().notNull(),
		v: bigint({ mode: 'number' }).notNull(),
		gone: text(),
		goneAt: instant('gone_at'),
	},
	(table) => [primaryKey({ columns: [table.scope, table.coll, table.id] })],
);

export const installation = pgTable('installation', {
	install: uuid().primaryKey(),
	era: integer().notNull(),
	clockOffsetMs: bigint('clock_offset_ms', { mode: 'number' }).notNull(),
	seeded: text(),
});
