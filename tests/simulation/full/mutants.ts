import { TryAgain, type Port, type PortTransaction, type Write } from '#server/db/port.ts';
import type { FullAccidentName } from './accidents.ts';
import type { Rewrite } from './database.ts';

/** A bug planted where only the server's SQL and its driver can have it: the laws must find it. */
export type FullMutant = {
	readonly name: string;
	readonly rewrite?: Rewrite;
	readonly port?: (port: Port) => Port;
	/** What happens in the worlds that look for it. */
	readonly worlds?: readonly FullAccidentName[];
};

const replacing =
	(from: string, to: string): Rewrite =>
	(text) =>
		text.replace(from, to);

export const mutants: readonly FullMutant[] = [
	{
		name: 'missing retry: a lost race is an outage',
		port: (port) => ({
			...port,
			transaction: (work) =>
				port.transaction(work).catch((error: unknown) => {
					throw error instanceof TryAgain ? new Error(error.message, { cause: error }) : error;
				}),
		}),
	},
	{
		name: 'lost update: a flush does not look at versions',
		worlds: ['changeElsewhere'],
		rewrite: replacing('and stored."version" = given."seenVersion"', ''),
	},
	{
		name: 'cut group: a page ends in the middle of what one transaction did',
		rewrite: replacing('rows with ties', 'rows only'),
	},
	{
		name: 'skipped change: a pull begins one counter too late',
		rewrite: replacing('doc_scope.v > followed.after', 'doc_scope.v > followed.after + 1'),
	},
	{
		name: 'old counter: what is stamped again keeps its counter',
		rewrite: replacing('v = excluded.v,', 'v = doc_scope.v,'),
	},
	{
		name: 'forgotten no: why something was refused is not kept',
		rewrite: replacing('refusal = outcomes.refusal', 'refusal = null'),
	},
	{
		name: 'whole seconds: times are read without their milliseconds',
		rewrite: (text) => text.replaceAll('SS.MS"Z"', 'SS.000"Z"'),
	},
	{
		name: 'taken ids: a claim takes what was taken before',
		rewrite: replacing(
			'on conflict (mutation_id) do nothing',
			'on conflict (mutation_id) do update set received_at = excluded.received_at',
		),
	},
	{
		name: 'forgotten floor: nobody knows what was forgotten',
		worlds: ['forgetTombstones'],
		rewrite: replacing('greatest(scope_head.floor_v, floors.v)', 'scope_head.floor_v'),
	},
	{ name: 'two transactions: rows are written after the log', port: writingAfterwards },
	{
		name: 'early yes: an answer is given whether or not the commit came through',
		worlds: ['strikeCommit'],
		port: sayingYes,
	},
];

function writingAfterwards(port: Port): Port {
	return {
		...port,
		transaction: async (work) => {
			const late: Write[] = [];
			const flush: PortTransaction['flush'] = async (writes) => void late.push(...writes);
			const result = await port.transaction((tx) => work({ ...tx, flush }));
			if (late.length > 0) await port.transaction((tx) => tx.flush(late));
			return result;
		},
	};
}

function sayingYes(port: Port): Port {
	return {
		...port,
		transaction: async <T>(work: (tx: PortTransaction) => Promise<T>): Promise<T> => {
			let done: { readonly value: T } | null = null;
			const noted = async (tx: PortTransaction) => {
				done = { value: await work(tx) };
				return done.value;
			};
			return port.transaction(noted).catch((error: unknown) => {
				if (done === null) throw error;
				return done.value;
			});
		},
	};
}
