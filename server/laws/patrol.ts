import type { Row } from '#sync/core/entity.ts';
import { breachesOf } from '#sync/core/law.ts';
import type { Scope } from '#sync/core/scope.ts';
import { addMs, dayMs, type Instant } from '#sync/core/time.ts';
import { rowLaws } from '#sync/laws.ts';
import type { Port } from '../db/port.ts';
import type { DeviceLinesRow, DevicesAsked, VisitsAsked, VisitsPage } from '../db/sql-patrol.ts';
import { counterNeverFalls, deviceWithoutGap, lineHasAnswer } from './books.ts';
import { someRows } from './known-rows.ts';
import type { LawWatch } from './watch.ts';

/** What is promised, worked on or just over: everything else lies still. */
const daysAround = 2;
const visitsMax = 200;
const devicesMax = 50;
const linesMax = 100;
const heardDays = 30;

export type PatrolOptions = {
	readonly watch: LawWatch;
	readonly port: Pick<Port, 'heads' | 'installation'>;
	readonly now: () => Instant;
	readonly visits: (asked: VisitsAsked) => Promise<VisitsPage>;
	readonly devices: (asked: DevicesAsked) => Promise<readonly DeviceLinesRow[]>;
};

/**
 * Goes on a patrol: what no single transaction can see is looked at a stretch at a time, some visits
 * around now and some devices, each time the next ones, and from the first again after the last. So
 * a patrol costs the same however much there is, and reaches everything in the end. It is for what
 * was broken behind the door's back: by hand, by a restore, by a constraint that somebody dropped.
 */
export function patrolOn({ watch, port, now, visits, devices }: PatrolOptions) {
	let endOfVisits: VisitsPage['end'] = null;
	let lastDevice: string | null = null;
	let install: string | null = null;

	async function visitVisits(): Promise<void> {
		const from = addMs(now(), -daysAround * dayMs);
		const until = addMs(now(), daysAround * dayMs);
		const page = await visits({ from, until, after: endOfVisits, visitsMax });
		endOfVisits = page.end;
		watch.violations.count(breachesOf(rowLaws, someRows(tablesOf(page.rows))));
	}

	async function visitDevices(): Promise<void> {
		const heardSince = addMs(now(), -heardDays * dayMs);
		const page = await devices({ after: lastDevice, devicesMax, linesMax, heardSince });
		lastDevice = page.length < devicesMax ? null : (page.at(-1)?.deviceId ?? null);
		const heard = page.filter((each) => each.heard);
		watch.violations.count(breachesOf([deviceWithoutGap, lineHasAnswer], heard));
	}

	/** What was told of another data set says nothing of this one. */
	async function compareCounters(): Promise<void> {
		const before = watch.takeHeads();
		const after = await port.heads([...before.keys()]);
		const current = (await port.installation()).install;
		const same = current === install;
		install = current;
		if (same)
			watch.violations.count(breachesOf([counterNeverFalls], { before, after: mapOf(after) }));
	}

	return async (): Promise<void> => {
		await compareCounters();
		await visitVisits();
		await visitDevices();
	};
}

const mapOf = (heads: Readonly<Record<Scope, number>>) =>
	new Map(Object.entries(heads) as [Scope, number][]);

const tablesOf = (rows: Readonly<Record<string, readonly Row[]>>) =>
	new Map(
		Object.entries(rows).map(([name, some]) => [name, new Map(some.map((row) => [row.id, row]))]),
	);
