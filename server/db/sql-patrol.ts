import { booking } from '#sync/booking/entity.ts';
import type { AnyEntity, Row } from '#sync/core/entity.ts';
import { assert } from '#sync/core/rejection.ts';
import type { Instant } from '#sync/core/time.ts';
import { assignment, job, jobOffer } from '#sync/job/entity.ts';
import { liveAssignmentStates } from '#sync/job/states.ts';
import { workerTime } from '#sync/worker/entity.ts';
import type { Sql } from './connection.ts';
import { isoSql, rowSql } from './sql-rows.ts';

/** A stretch of visits by their start, behind the one that the last page ended with. */
export type VisitsAsked = {
	readonly from: Instant;
	readonly until: Instant;
	readonly after: VisitsEnd | null;
	readonly visitsMax: number;
};
type VisitsEnd = { readonly startAt: Instant; readonly id: string };

export type VisitsPage = {
	/** Rows by the name of their entity. */
	readonly rows: Readonly<Record<string, readonly Row[]>>;
	/** Null: there is nothing behind this page. */
	readonly end: VisitsEnd | null;
};

/** Rows of one entity to one page at most, for each visit asked for. */
const rowsPerVisitMax = 20;

/**
 * Visits with all that belongs to them, and what else their workers are planned for and have clocks
 * on at that time. One statement, so that all of it is of one moment.
 */
export async function visitsAround(sql: Sql, asked: VisitsAsked): Promise<VisitsPage> {
	const { from, until, after, visitsMax } = asked;
	const [page] = await sql.query<VisitsPage>(visitsSql, [
		from,
		until,
		after?.startAt ?? null,
		after?.id ?? null,
		visitsMax,
		visitsMax * rowsPerVisitMax,
	]);
	assert(page !== undefined, 'a patrol is answered with one row');
	return page;
}

const live = liveAssignmentStates.map((each) => `'${each}'`).join(', ');
const ids = (column: string, source: string) =>
	`any((select array_agg(${column}) from ${source})::uuid[])`;

const some = (entity: AnyEntity, where: string): string => `'${entity.name}', (
	select coalesce(jsonb_agg("row"), '[]') from (
		select ${rowSql(entity)} as "row" from "${entity.name}" where ${where} limit $6
	) as few
)`;

/** Exported for the test that looks at its plan. */
export const visitsSql = `with page as materialized (
		select booking_id, start_at, end_at from booking
		where start_at >= $1::timestamptz and start_at < $2::timestamptz
			and ($3::timestamptz is null or (start_at, booking_id) > ($3::timestamptz, $4::uuid))
		order by start_at, booking_id limit $5
	), work as materialized (
		select job_id, worker_id from job where booking_id = ${ids('booking_id', 'page')}
	), planned as materialized (
		select assignment_id, worker_id from assignment where job_id = ${ids('job_id', 'work')}
		limit $6
	), beside as materialized (
		select assignment_id from assignment
		where state in (${live}) and worker_id = ${ids('worker_id', 'planned')}
			and during && (select tstzrange(min(start_at), max(end_at)) from page)
		limit $6
	), last as (
		select start_at, booking_id from page order by start_at desc, booking_id desc limit 1
	)
	select jsonb_build_object(
		${[
			some(booking, `booking_id = ${ids('booking_id', 'page')}`),
			some(job, `job_id = ${ids('job_id', 'work')}`),
			some(
				assignment,
				`assignment_id = ${ids('assignment_id', '(select assignment_id from planned union select assignment_id from beside) as either')}`,
			),
			some(jobOffer, `job_id = ${ids('job_id', 'work')}`),
			some(
				workerTime,
				`job_id = ${ids('job_id', 'work')} or (ended_at is null and worker_id = ${ids('worker_id', 'planned')})`,
			),
		].join(', ')}
	) as rows,
	case when (select count(*) from page) = $5 then (
		select jsonb_build_object('startAt', ${isoSql('start_at')}, 'id', booking_id) from last
	) end as "end"`;

/** The newest lines of some devices, of one moment. */
export type DevicesAsked = {
	readonly after: string | null;
	readonly devicesMax: number;
	readonly linesMax: number;
	/** What has not been heard since may have lost its lines by now. */
	readonly heardSince: Instant;
};
export type DeviceLinesRow = {
	readonly deviceId: string;
	readonly lastSeq: number;
	readonly above: number;
	readonly renumbered: boolean;
	readonly heard: boolean;
	readonly lines: readonly {
		readonly id: string;
		readonly seq: number;
		readonly status: string | null;
	}[];
};

export const linesOfDevices = (sql: Sql, asked: DevicesAsked): Promise<DeviceLinesRow[]> =>
	sql.query<DeviceLinesRow>(linesSql, [
		asked.after,
		asked.devicesMax,
		asked.linesMax,
		asked.heardSince,
	]);

/** One line more than there can be is read: it would be one too many. */
export const linesSql = `with page as materialized (
		select device_id, user_id, browser_id, last_seq, last_contact,
			greatest(0, last_seq - $3::int) as above
		from device where $1::uuid is null or device_id > $1::uuid
		order by device_id limit $2
	)
	select device_id as "deviceId", last_seq as "lastSeq", above,
		last_contact >= $4::timestamptz as heard,
		exists (
			select from device as other where other.user_id = page.user_id
				and other.browser_id = page.browser_id and other.device_id <> page.device_id
		) as renumbered,
		(
			select coalesce(jsonb_agg(jsonb_build_object(
				'id', mutation_id, 'seq', seq, 'status', status)), '[]')
			from (
				select mutation_id, seq, status from mutation
				where mutation.device_id = page.device_id and seq > page.above
				order by seq limit $3::int + 1
			) as newest
		) as lines
	from page order by device_id`;
