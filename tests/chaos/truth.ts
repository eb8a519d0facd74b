import { isDeepStrictEqual } from 'node:util';
import { byId, type Doc } from '#sync/core/document.ts';
import { offEdges } from '#sync/core/law.ts';
import { bookingEdges } from '#sync/booking/states.ts';
import type { BookingStatus } from '#sync/booking/entity.ts';
import type { JobStatus } from '#sync/job/entity.ts';
import { jobEdges } from '#sync/job/states.ts';
import type { Connection } from '#server/db/connection.ts';
import type { Garage } from './garage.ts';
import { originOf } from './garage.ts';
import { catchUp, plainPhone, type PlainPhone, type Promised } from './plain-phone.ts';

type Line = { id: string; seq: number; status: string; refusal: string | null };
type State<S> = { readonly id: string; readonly status: S };
/** How far visits were when somebody last looked. */
export type Seen = {
	readonly bookings: ReadonlyMap<string, State<BookingStatus>>;
	readonly jobs: ReadonlyMap<string, State<JobStatus>>;
};

/** Each a statement that finds nothing while its law holds. */
const laws: Readonly<Record<string, string>> = {
	'a device is consumed in its order, without a gap': `
		select device_id, array_agg(seq order by seq) from mutation join device using (device_id)
		group by device_id, last_seq
		having min(seq) <> 1 or max(seq) <> count(*) or last_seq <> max(seq)`,
	'every line of the log has an answer': `select mutation_id from mutation where status is null`,
	'no worker is in two places': `
		select a.assignment_id, b.assignment_id from assignment a join assignment b
			on a.worker_id = b.worker_id and a.assignment_id < b.assignment_id and a.during && b.during
		where a.state in ('hold', 'planned', 'accepted', 'working') and not a.overbook
			and b.state in ('hold', 'planned', 'accepted', 'working') and not b.overbook`,
	'no bike is in two places': `
		select a.booking_id, b.booking_id from booking a join booking b
			on a.vehicle_id = b.vehicle_id and a.booking_id < b.booking_id and a.during && b.during
		where a.status in ('held', 'confirmed', 'received')
			and b.status in ('held', 'confirmed', 'received')`,
	'a job has one worker at a time, and knows who': `
		select job_id from assignment join job using (job_id)
		where state in ('planned', 'accepted', 'working')
		group by job_id, job.worker_id, job.epoch
		having count(*) > 1 or min(assignment.worker_id::text) <> job.worker_id::text
			or min(assignment.epoch) <> job.epoch`,
	'a worker has one open clock of a kind': `
		select worker_id from worker_time where ended_at is null
		group by worker_id, kind having count(*) > 1`,
	'no stamp is ahead of its counter': `
		select scope from doc_scope left join scope_head using (scope)
		group by scope, scope_head.v having max(doc_scope.v) > coalesce(scope_head.v, 0)`,
	'a hold or promise of a job belongs to a living booking': `
		select assignment_id from assignment join job using (job_id) join booking using (booking_id)
		where state in ('hold', 'planned', 'accepted') and booking.status in ('cancelled', 'expired')`,
};

/** What is wrong with what the database holds; nothing else is. */
export async function brokenLaws(truth: Connection): Promise<string[]> {
	const broken: string[] = [];
	for (const [law, statement] of Object.entries(laws)) {
		const found = await truth.query(statement);
		if (found.length > 0) broken.push(`${law}: ${JSON.stringify(found.slice(0, 3))}`);
	}
	return broken;
}

/** Promises of these phones that the log does not hold as they were given, or did twice. */
export async function lostPromises(
	truth: Connection,
	phones: readonly PlainPhone[],
): Promise<string[]> {
	const lines = await truth.query<Line & { device: string }>(
		`select mutation_id as id, device_id as device, seq, status, refusal from mutation
		where device_id = any($1::uuid[])`,
		[phones.map(({ deviceId }) => deviceId)],
	);
	const log = new Map(lines.map((line) => [line.id, line]));
	const lost = phones.flatMap((phone) =>
		phone.promised.flatMap(({ id, seq, name, ack }) => {
			const line = log.get(id);
			const same =
				line?.seq === seq &&
				line.device === phone.deviceId &&
				line.status === ack.status &&
				line.refusal === (ack.refusal ?? null);
			return same ? [] : [`${phone.name} ${name} ${JSON.stringify({ ack, line })}`];
		}),
	);
	return [...lost, ...(await bikesNotOnce(truth, phones))];
}

/** Beyond the log: every bike that was said to be added is there, and once. */
async function bikesNotOnce(truth: Connection, phones: readonly PlainPhone[]): Promise<string[]> {
	const rows = await truth.query<{ plate: string }>(
		'select registration_key as plate from vehicle',
	);
	const counts = Map.groupBy(rows, ({ plate }) => plate);
	return phones
		.flatMap(({ promised }) => promised)
		.filter(({ name, ack }) => name === 'vehicle.add' && ack.status === 'applied')
		.map(({ args }) => (args as { registrationNumber: string }).registrationNumber)
		.filter((plate) => counts.get(plate)?.length !== 1)
		.map((plate) => `the bike ${plate} is there ${counts.get(plate)?.length ?? 0} times`);
}

/** Asks once more for some of what was answered; answers that are not the first ones. */
export async function changedAnswers(
	phone: PlainPhone,
	origin: string,
	some: readonly Promised[],
): Promise<string[]> {
	if (some.length === 0) return [];
	const again = new Map((await phone.repeat(origin, some)).map((ack) => [ack.id, ack]));
	return some
		.filter(({ id, ack }) => !isDeepStrictEqual(again.get(id), ack))
		.map(({ id, ack }) => `${phone.name} ${JSON.stringify({ first: ack, again: again.get(id) })}`);
}

export async function statesIn(truth: Connection): Promise<Seen> {
	const rows = <S>(table: string) =>
		truth.query<State<S>>(`select ${table}_id as id, status from ${table}`);
	const mapped = <S>(some: readonly State<S>[]) => new Map(some.map((row) => [row.id, row]));
	return {
		bookings: mapped(await rows<BookingStatus>('booking')),
		jobs: mapped(await rows<JobStatus>('job')),
	};
}

/** Visits that came from where they were to where they are on no way along edges, or have vanished. */
export function strayed(before: Seen, after: Seen): string[] {
	const changes = <S>(of: (seen: Seen) => ReadonlyMap<string, State<S>>) =>
		[...of(after).values()].map((now) => ({ before: of(before).get(now.id) ?? null, after: now }));
	const gone = <S>(of: (seen: Seen) => ReadonlyMap<string, State<S>>) =>
		[...of(before).keys()].filter((id) => !of(after).has(id)).map((id) => `${id} has vanished`);
	const off = [
		...offEdges(
			bookingEdges,
			(row) => row.status,
			changes((seen) => seen.bookings),
			false,
		),
		...offEdges(
			jobEdges,
			(row) => row.status,
			changes((seen) => seen.jobs),
			false,
		),
	];
	return [
		...off.map((found) => JSON.stringify(found)),
		...gone((seen) => seen.bookings),
		...gone((seen) => seen.jobs),
	];
}

/** What a phone holds otherwise than a new one of the same person would; both read until the end. */
export async function divergence({ places }: Garage, phone: PlainPhone): Promise<string[]> {
	const [here, there] = places.map(({ server }) => originOf(server.port()));
	const fresh = plainPhone(`a new ${phone.name}`, phone.token);
	await catchUp(phone, here!);
	await catchUp(fresh, there!);
	await catchUp(phone, there!);
	const docsOf = ({ docs }: PlainPhone) => [...docs.values()].sort(byId) as readonly Doc[];
	const [held, due] = [docsOf(phone), new Map(docsOf(fresh).map((doc) => [doc.id, doc]))];
	const other = held.filter((doc) => !isDeepStrictEqual(doc, due.get(doc.id)));
	const missing = [...due.keys()].filter((id) => !held.some((doc) => doc.id === id));
	return [...other.map(({ id }) => `${phone.name} holds another ${id}`), ...missing];
}
