import type { Connection } from '#server/db/connection.ts';

/** The numbers found in each of the three tables that a visit is written to. */
export type Visits = { booking: number[]; job: number[]; invoice: number[] };

/** The tables take a number twice, so that a test sees it if it happens. */
export const visitTables = `
	create table booking (id int not null, note text not null);
	create table job (id int not null, note text not null);
	create table invoice (id int not null, note text not null)`;

export async function storedVisits(connection: Connection): Promise<Visits> {
	const idsOf = async (table: keyof Visits) => {
		const rows = await connection.query<{ id: number }>(`select id from ${table} order by id`);
		return rows.map(({ id }) => id);
	};
	return {
		booking: await idsOf('booking'),
		job: await idsOf('job'),
		invoice: await idsOf('invoice'),
	};
}
