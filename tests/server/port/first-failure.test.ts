import { expect, it } from 'vitest';
import { TryAgain } from '#server/db/port.ts';
import { failingAlike, translatingSql } from '#server/db/sql-errors.ts';

it('A transaction that met a deadlock tells of that whoever is heard first, and is tried again', async () => {
	const codes = ['40P01', '25P02'];
	const query = () => Promise.reject(Object.assign(new Error('no'), { code: codes.shift() }));
	const sql = failingAlike(translatingSql({ query }));

	const beside = await Promise.allSettled([sql.query('select 1'), sql.query('select 2')]);

	const toldAgain = { status: 'rejected', reason: expect.any(TryAgain) as TryAgain };
	expect(beside).toEqual([toldAgain, toldAgain]);
});
