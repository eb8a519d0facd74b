import { describe, expectTypeOf, it } from 'vitest';
import type { RowOf, SharedRowOf } from '#sync/core/entity.ts';
import type { Context, Store } from '#sync/core/mutator.ts';
import type { Refusal } from '#sync/core/rejection.ts';
import type { customer } from '#sync/customer/entity.ts';
import { type Customer } from '#sync/customer/entity.ts';
import type { job } from '#sync/job/entity.ts';
import { type Job } from '#sync/job/entity.ts';
import type { ArgsOf, MutatorName } from '#sync/registry.ts';

describe('an entity', () => {
	it('gives its rows their types', () => {
		expectTypeOf<Job['status']>().toEqualTypeOf<
			'pending' | 'in_progress' | 'extra_repair_found' | 'completed' | 'billed' | 'stopped'
		>();
		expectTypeOf<Job['workerId']>().toEqualTypeOf<string | null>();
		expectTypeOf<Job['epoch']>().toEqualTypeOf<number>();
		expectTypeOf<RowOf<typeof job.fields>>().toEqualTypeOf<Job>();
	});

	it('keeps what some role may not see from mutators that run on phones', () => {
		type Shared = SharedRowOf<typeof customer.fields>;
		expectTypeOf<Customer>().toHaveProperty('phone');
		expectTypeOf<Shared>().not.toHaveProperty('phone');
		expectTypeOf<Shared>().not.toHaveProperty('name');
	});

	it('is read by the server whole and by phones without it', () => {
		type OfServer = Awaited<ReturnType<Store['get']>>;
		expectTypeOf<OfServer>().not.toBeNever();
		expectTypeOf<Context<'both'>['store']>().not.toEqualTypeOf<Context['store']>();
	});
});

describe('the registry', () => {
	it('knows mutators by name, with their arguments', () => {
		expectTypeOf<'job.start'>().toExtend<MutatorName>();
		expectTypeOf<'job.paint'>().not.toExtend<MutatorName>();
		expectTypeOf<ArgsOf<'booking.confirm'>>().toEqualTypeOf<{ bookingId: string }>();
	});

	it('has no refusal that is not a code', () => {
		expectTypeOf<'slot_taken'>().toExtend<Refusal>();
		expectTypeOf<string>().not.toExtend<Refusal>();
	});
});
