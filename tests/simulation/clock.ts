import { derivedIds } from '#sync/core/id.ts';
import { timer, type Timer } from '#sync/timer/entity.ts';
import { timersOn, type Timers } from '#server/clock/timers.ts';
import type { World } from '#server/domain/perform.ts';

/** For timers whose own id was used up. */
const otherIds = derivedIds('timers', '2026-11-23T00:00:00.000Z');

/** The server's own clock work; here time has always moved already when it is asked to. */
export const timersIn = (world: World, newId = otherIds): Timers =>
	timersOn({
		world,
		next: async (by, except) => {
			const rows = (await world.port.list(timer, { ranAt: null })) as unknown as Timer[];
			const due = rows.filter((each) => each.dueAt <= by && !except.includes(each.id));
			due.sort((a, b) => (a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.id < b.id) ? -1 : 1));
			return due[0]?.id ?? null;
		},
		moveTo: async () => undefined,
		newId,
	});
