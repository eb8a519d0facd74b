import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scopeOf } from '#sync/core/scope.ts';
import { shop } from '#sync/shop/entity.ts';
import { timer } from '#sync/timer/entity.ts';
import { worker } from '#sync/worker/entity.ts';
import { databases } from '#tests/support/database.ts';
import { aPort, inserted, updated, type TestPort } from '#tests/support/ports.ts';
import { aShop, aWorker, earlier, ids } from '#tests/support/sample-garage.ts';
import { aTimer } from '#tests/support/sample.ts';
import { forgetStamps, unstamped, watchStamps } from '#tests/support/stamps.ts';

/** The alarm that other suites rely on: it must ring, and only when it should. */
describe.each(databases)('the watch over stamps on %s', (kind) => {
	let test: TestPort;
	beforeAll(async () => {
		test = await aPort(kind);
		await watchStamps(test.connection!);
	});
	beforeEach(async () => {
		await test.empty();
		await forgetStamps(test.connection!);
	});
	afterAll(() => test.close());

	const floor = scopeOf.floor(ids.shop);
	const theShop = { scope: floor, collection: 'shops', id: ids.shop, gone: null } as const;

	it('is silent when every changed document is stamped by the same transaction', async () => {
		await test.port.transaction(async (tx) => {
			await tx.flush([inserted(shop, aShop()), inserted(worker, aWorker())]);
			await tx.stamp([theShop], [], earlier);
		});

		expect(await unstamped(test.connection!)).toEqual([]);
	});

	it('names what was changed and not stamped, a row inside a document by its document', async () => {
		await test.write(inserted(shop, aShop()));
		await test.port.transaction((tx) => tx.stamp([theShop], [], earlier));
		await test.write(inserted(worker, aWorker()));

		expect(await unstamped(test.connection!)).toEqual([
			{ entity: 'shop', coll: 'shops', id: ids.shop },
			{ entity: 'worker', coll: 'shops', id: ids.shop },
		]);
	});

	it('notices an update', async () => {
		await test.write(inserted(shop, aShop()));
		await forgetStamps(test.connection!);

		await test.write(updated(shop, aShop({ name: 'Lakshmi and Sons' })));

		expect(await unstamped(test.connection!)).toHaveLength(1);
	});

	it('does not mind what phones never see, nor what was rolled back', async () => {
		await test.write(inserted(timer, aTimer()));
		const failing = test.port.transaction(async (tx) => {
			await tx.flush([inserted(shop, aShop())]);
			throw new Error('a bug');
		});
		await expect(failing).rejects.toThrow('a bug');

		expect(await unstamped(test.connection!)).toEqual([]);
	});
});
