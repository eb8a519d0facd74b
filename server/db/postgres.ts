import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { Connection, Sql, Transaction } from './connection.ts';
import { neighboursOn, type Neighbours } from './neighbours.ts';
import { obeying, transactionRules, type TransactionRules } from './transactions.ts';
import {
	checkedParams,
	elementTypes,
	type ParseValue,
	sessionSettings,
	valueParsers,
} from './values.ts';

export type PostgresOptions = {
	databaseUrl: string;
	connectionsMax?: number;
	idleSecondsMax?: number;
	/** A statement without an answer for so long stands on a line that is gone; scripts may take longer. */
	answerSecondsMax?: number;
	/** Told when a connection that nobody was using broke; the next use makes a new one. */
	onLost?: (error: Error) => void;
};

const connectSecondsMax = 10;
const answerSecondsMaxDefault = 30;
const scriptHoursMax = 24;

/** A server that vanished without a word would keep its locks as long as the network believes in it. */
const deserted = "set idle_in_transaction_session_timeout = '60s'";

/** A PostgreSQL server behind the common interface. Refuses one that may forget what it committed. */
export async function openPostgres(options: PostgresOptions): Promise<Connection> {
	const pool = new pg.Pool({
		connectionString: options.databaseUrl,
		application_name: 'moto-servicehub',
		max: options.connectionsMax ?? 10,
		connectionTimeoutMillis: connectSecondsMax * 1000,
		query_timeout: (options.answerSecondsMax ?? answerSecondsMaxDefault) * 1000,
		types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
		onConnect: (client): unknown => prepareSession(client), // The pool waits for it.
	});
	const lost = options.onLost ?? ((error: Error) => process.emitWarning(error));
	pool.on('error', lost);

	const connection = connectionOn(pool, transactionRules(options.idleSecondsMax), (hearing) =>
		neighboursOn(() => lineTo(options.databaseUrl), lost, hearing),
	);
	try {
		await refuseUnlessDurable(connection);
	} catch (error) {
		await connection.close();
		throw error;
	}
	return connection;
}

/** Throws if the server answers "committed" before the disk knows: a power cut would make that a lie. */
async function refuseUnlessDurable(sql: Sql): Promise<void> {
	const off = await sql.query<{ name: string }>(
		`select name from pg_settings
		where name in ('fsync', 'synchronous_commit') and setting = 'off' order by name`,
	);
	if (off.length === 0) return;
	const names = off.map(({ name }) => `${name} is off`).join(' and ');
	throw new Error(`PostgreSQL may lose committed work: ${names}. Switch it on and start again`);
}

/** A connection beside the pool, that notices when the other end is gone without a word. */
const lineTo = (databaseUrl: string): pg.Client =>
	new pg.Client({
		connectionString: databaseUrl,
		application_name: 'moto-servicehub neighbours',
		connectionTimeoutMillis: connectSecondsMax * 1000,
		keepAlive: true,
		keepAliveInitialDelayMillis: connectSecondsMax * 1000,
	});

function connectionOn(
	pool: pg.Pool,
	rules: TransactionRules,
	openNeighbours: NonNullable<Connection['neighbours']>,
): Connection {
	const outside = statementsOn(pool);
	const lines: Neighbours[] = [];
	let closing: Promise<void> | null = null;

	async function close(): Promise<void> {
		await Promise.all(lines.map((each) => each.close()));
		await pool.end();
	}

	return {
		kind: 'postgres',
		drizzle: obeying(rules, drizzle(guarded(pool, rules))),
		async query(text, params) {
			rules.refuseInside();
			return outside.query(text, params);
		},
		async exec(script) {
			rules.refuseInside();
			return outside.exec(script);
		},
		async transaction(work) {
			rules.refuseInside();
			return transactionOn(await pool.connect(), rules, work);
		},
		neighbours(hearing) {
			const line = openNeighbours(hearing);
			lines.push(line);
			return line;
		},
		close: () => (closing ??= close()),
	};
}

async function transactionOn<T>(
	client: pg.PoolClient,
	rules: TransactionRules,
	work: (tx: Transaction) => Promise<T>,
): Promise<T> {
	let useless = false;
	try {
		await client.query('begin isolation level read committed');
		const result = await rules.run(statementsOn(client), work);
		await commit(client);
		return result;
	} catch (error) {
		// A connection that cannot roll back is thrown away, which rolls back too.
		if (isSilence(error)) useless = true;
		else await client.query('rollback').catch(() => (useless = true));
		throw error;
	} finally {
		client.release(useless);
	}
}

/** How the driver says that no answer came. */
const isSilence = (error: unknown): boolean =>
	error instanceof Error && error.message === 'Query read timeout';

/** PostgreSQL answers `commit` of a failed transaction with a quiet rollback; this says so. */
async function commit(client: pg.PoolClient): Promise<void> {
	const { command } = await client.query('commit');
	if (command === 'COMMIT') return;
	const error = new Error('Transaction was rolled back instead of committed');
	throw Object.assign(error, { code: '25P02' });
}

function statementsOn(session: pg.Pool | pg.PoolClient): Transaction {
	return {
		async query<R>(text: string, params: readonly unknown[] = []): Promise<R[]> {
			// Extended even without parameters: as on the embedded database, one statement, not a script.
			const named = nameOf(text);
			const statement = { ...named, text, values: checkedParams(params), queryMode: 'extended' };
			return (await session.query(statement)).rows as R[];
		},
		async exec(script) {
			const patient = { text: script, query_timeout: scriptHoursMax * 3_600_000 };
			await session.query(patient);
		},
	};
}

/** Statements that have a name; what comes after them is parsed and planned each time. */
const namedMax = 500;
const names = new Map<string, string>();

/** A statement under a name is parsed and planned once in a session, and not with every use. */
function nameOf(text: string): { name?: string } {
	const known = names.get(text);
	if (known !== undefined) return { name: known };
	if (names.size >= namedMax) return {};
	const name = `kept_${names.size + 1}`;
	names.set(text, name);
	return { name };
}

/** The pool as Drizzle sees it: closed to whoever is inside one of our transactions. */
function guarded(pool: pg.Pool, rules: TransactionRules): pg.Pool {
	return new Proxy(pool, {
		get(target, name) {
			const value: unknown = Reflect.get(target, name);
			if (typeof value !== 'function') return value;
			return (...args: unknown[]) => {
				if (name === 'query' || name === 'connect') rules.refuseInside();
				return value.apply(target, args) as unknown;
			};
		},
	});
}

/** A listener, because a connection that breaks while in use would otherwise end the process. */
async function prepareSession(client: pg.ClientBase): Promise<void> {
	client.on('error', () => undefined); // The statement in flight, or the next, fails with the reason.
	await client.query(`${sessionSettings}; ${deserted}`);
}

/** Reads the brackets and quotes of any array; its number is missing from the driver's types. */
const textArray = pg.types.getTypeParser(1009 as typeof pg.types.TypeId.TEXT) as ParseValue;

function parserOf(type: number): ParseValue {
	const element = elementTypes[type];
	if (element === undefined) return valueParsers[type] ?? String;
	const parse = valueParsers[element] ?? String;
	return (text) => eachElement(textArray(text), parse);
}

function eachElement(value: unknown, parse: ParseValue): unknown {
	if (Array.isArray(value)) return value.map((element) => eachElement(element, parse));
	return value === null ? null : parse(value as string);
}
