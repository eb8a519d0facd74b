import { EventEmitter } from 'node:events';
import type pg from 'pg';
import { expect, it, vi } from 'vitest';
import { scopeOf } from '#sync/core/scope.ts';
import { neighboursOn } from '#server/db/neighbours.ts';

const floor = scopeOf.floor('one');
const heads = { [floor]: 7 };

/** A line that can say nothing but what it is given to say. */
class Line extends EventEmitter {
	readonly told: unknown[] = [];
	readonly #trouble: Error | null;

	constructor(trouble: Error | null) {
		super();
		this.#trouble = trouble;
	}

	connect = async () => undefined;
	async query(text: string, params: readonly unknown[] = []) {
		if (text.includes('pg_notify')) {
			if (this.#trouble) throw this.#trouble;
			this.told.push(params[1]);
		}
		return Promise.resolve({ rows: [{ pid: 1 }] });
	}
	end = async () => void this.emit('end');
}

it('a line that takes no news is said to be lost, once, and the next one takes them', async () => {
	const trouble = new Error('too many notifications in the NOTIFY queue');
	const lines = [new Line(trouble), new Line(null)];
	const waiting = [...lines];
	const lost = vi.fn();
	const open = () => waiting.shift() as unknown as pg.Client;
	const neighbours = neighboursOn(open, lost, { heard: vi.fn(), missed: vi.fn() });

	neighbours.tell(heads);
	await vi.waitFor(() => expect(lines[1]?.told).toEqual([JSON.stringify(heads)]), 30_000);
	await neighbours.close();

	expect(lost.mock.calls).toEqual([[trouble]]);
});
