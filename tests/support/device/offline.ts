import { SendFailure } from '#lib/device/sync/ports.ts';
import { ashasBike, kiransBike } from '#tests/support/cast.ts';
import { Authority } from './authority.ts';
import { aBike, aPhone, bikeKey } from './phone.ts';

const offline = new SendFailure('offline');

/** A phone that has read the server and then lost the network. */
export async function aPhoneOffline(prepare: (authority: Authority) => void = () => undefined) {
	const authority = new Authority();
	authority.put(bikeKey, aBike());
	authority.put({ collection: 'vehicles', id: kiransBike }, aBike({ id: kiransBike }));
	prepare(authority);
	const phone = await aPhone(authority);
	await phone.device.sync();
	authority.failure = offline;
	const { device } = phone;
	return {
		...phone,
		authority,
		rename: (add: string, vehicleId: string = ashasBike) =>
			device.perform('bike.rename', { vehicleId, add }),
		drive: (km: number) => device.perform('bike.readOdometer', { vehicleId: ashasBike, km }),
		online: async () => {
			authority.failure = null;
			await device.sync();
		},
		/** Reads what is new, and can say nothing itself. */
		hear: async () => {
			authority.failure = null;
			authority.deaf = true;
			await device.sync();
		},
	};
}
