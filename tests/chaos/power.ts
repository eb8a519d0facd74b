import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { phoneOf } from '#server/demo/cast.ts';
import { seeded, type Random } from '#tests/simulation/random.ts';
import { aDisk, type Luck } from '#tests/support/power.ts';
import { deedsIn, type Noted } from '#tests/support/power-journal.ts';
import { originOf } from './garage.ts';
import { catchUp, plainPhone, type PlainPhone, type Promised } from './plain-phone.ts';
import type { Reaper } from './reaper.ts';
import { serverProcess, type ServerProcess } from './server-process.ts';
import { tapSomething } from './taps.ts';

export type Cut = {
	readonly nth: number;
	/** What the server was doing when the power went. */
	readonly during: 'work' | 'recovery' | 'first start';
	readonly luck: string;
	/** Acknowledged before the cut. */
	readonly promised: number;
	readonly lost: number;
	readonly unopenable: number;
	readonly reopenMs: number;
	readonly wrong: readonly string[];
};

/** Something acknowledged, and how long the journal was when the answer was there. */
type Kept<T> = { readonly what: T; readonly end: number };
type Photo = { readonly sha256: string; readonly size: number };
type Shift = {
	readonly phone: PlainPhone;
	readonly before: string;
	readonly deeds: readonly Noted[];
	/** The deed after which there was a first promise; those before it are a start like others. */
	readonly busyFrom: number;
	readonly promised: readonly Kept<Promised>[];
	readonly photos: readonly Kept<Photo>[];
};

const record = path.resolve(import.meta.dirname, '../support/children/record.ts');
const promisesPerShift = 60;
const kinds: readonly Cut['during'][] = ['work', 'first start', 'work', 'recovery', 'work'];
const lucks: readonly Luck[] = [
	{ kept: 0, sectorBytes: 4096 },
	{ kept: 0.5, sectorBytes: 512 },
	{ kept: 0.5, sectorBytes: 4096 },
	{ kept: 0.9, sectorBytes: 512 },
	{ kept: 0.1, sectorBytes: 4096 },
	{ kept: 1, sectorBytes: 4096 },
];

/** A server on the folder; with a journal, all that it does to the folder is written down there. */
function serverOn(folder: string, reaper: Reaper, journal: string | null): ServerProcess {
	const watched = journal === null ? {} : { POWER_FOLDER: folder, POWER_JOURNAL: journal };
	const env = { DEMO: '1', DATA_DIR: folder, LOG_LEVEL: 'error', ...watched };
	return serverProcess({ env, reaper, before: journal === null ? [] : ['--import', record] });
}

/** Power cuts of a server with its database in a folder, each judged after the next start. */
export async function* powerCuts(
	place: string,
	reaper: Reaper,
	count: number,
	seed: number,
): AsyncGenerator<Cut> {
	const random = seeded(seed);
	const first = path.join(place, 'first');
	mkdirSync(first);
	const firstDeeds = path.join(place, 'first-deeds');
	await untilKilled(serverOn(first, reaper, firstDeeds), () => Promise.resolve());
	const shift = await work(place, reaper, first, random);

	for (let nth = 0; nth < count; nth += 1) {
		const folder = path.join(place, `cut-${nth}`);
		const luck = lucks[nth % lucks.length]!;
		const told = { nth: nth + 1, luck: `${luck.kept}/${luck.sectorBytes}` };
		const kind = kinds[nth % kinds.length]!;
		if (kind === 'first start') {
			cutAt(null, deedsIn(firstDeeds), folder, luck, random);
			const judged = await judge(folder, reaper, null, 0);
			yield { ...told, during: kind, ...judged };
		} else {
			const end = cutAt(shift.before, shift.deeds, folder, luck, random, shift.busyFrom);
			yield* judgedTwice(told, folder, reaper, { shift, end }, random, kind === 'recovery');
		}
		rmSync(folder, { recursive: true, force: true });
	}
}

type Told = Pick<Cut, 'nth' | 'luck'>;
type Due = { readonly shift: Shift; readonly end: number };

/** Now and then the power goes once more while the server recovers from the first cut. */
async function* judgedTwice(
	told: Told,
	folder: string,
	reaper: Reaper,
	{ shift, end }: Due,
	random: Random,
	again: boolean,
): AsyncGenerator<Cut> {
	if (!again)
		return void (yield { ...told, during: 'work', ...(await judge(folder, reaper, shift, end)) });
	const [journal, wreck] = [`${folder}-deeds`, `${folder}-again`];
	const untouched = `${folder}-untouched`;
	cpSync(folder, untouched, { recursive: true });
	await untilKilled(serverOn(folder, reaper, journal), () => Promise.resolve());
	const luck = random.pick(lucks);
	cutAt(untouched, deedsIn(journal), wreck, luck, random);
	yield { ...told, during: 'recovery', ...(await judge(wreck, reaper, shift, end)) };
	for (const each of [journal, wreck, untouched]) rmSync(each, { recursive: true, force: true });
}

async function untilKilled(server: ServerProcess, run: (origin: string) => Promise<void>) {
	await server.start();
	try {
		await run(originOf(server.port()));
	} finally {
		await server.kill();
	}
}

/** Plays the deeds up to a random one and cuts the power; where in the journal that was. */
function cutAt(
	before: string | null,
	deeds: readonly Noted[],
	target: string,
	luck: Luck,
	random: Random,
	from = 0,
): number {
	const empty = `${target}-empty`;
	if (before === null) mkdirSync(empty);
	const disk = aDisk(before ?? empty);
	rmSync(empty, { recursive: true, force: true });
	const last = from + random.below(deeds.length - from);
	for (const deed of deeds.slice(0, last + 1)) disk.play(deed);
	disk.cut(target, luck, random);
	return deeds[last]?.end ?? 0;
}

/** Somebody works until enough was promised, on a record; photos among it. */
async function work(place: string, reaper: Reaper, first: string, random: Random): Promise<Shift> {
	const [journal, before, folder] = ['deeds', 'before', 'work'].map((name) =>
		path.join(place, name),
	);
	let token = '';
	await untilKilled(serverOn(first, reaper, null), async (origin) => {
		token = await signIn(origin);
	});
	for (const copy of [before!, folder!]) cpSync(first, copy, { recursive: true });

	const phone = plainPhone('asha', token);
	const promised: Kept<Promised>[] = [];
	const photos: Kept<Photo>[] = [];
	const length = () => statSync(journal!).size;
	await untilKilled(serverOn(folder!, reaper, journal!), async (origin) => {
		while (promised.length < promisesPerShift) {
			for (let some = random.below(4); some >= 0; some -= 1)
				tapSomething(phone, 'customer', random, Date.now());
			const known = phone.promised.length;
			await phone.sync(origin, 30_000);
			const end = length();
			for (const what of phone.promised.slice(known)) promised.push({ what, end });
			if (random.chance(0.3)) photos.push({ what: await send(origin, token), end: length() });
		}
	});
	const deeds = deedsIn(journal!);
	const busyFrom = deeds.findIndex(({ end }) => end >= promised[0]!.end);
	return { phone, before: before!, deeds, busyFrom, promised, photos };
}

async function signIn(origin: string): Promise<string> {
	const answer = await fetch(`${origin}/api/auth/phone-number/verify`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ phoneNumber: phoneOf(101), code: '000000' }),
	});
	return String(answer.headers.get('set-auth-token'));
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function send(origin: string, token: string): Promise<Photo> {
	const bytes = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), randomBytes(20_000)]);
	const sha256 = createHash('sha256').update(bytes).digest('hex');
	const answer = await fetch(`${origin}/api/blobs/${sha256}`, {
		method: 'PUT',
		headers: { ...bearer(token), 'content-type': 'image/jpeg' },
		body: bytes,
	});
	if (answer.status !== 201) throw new Error(`a photo was answered ${answer.status}`);
	return { sha256, size: bytes.length };
}

/** Starts the server on what is left and asks it for all that had been acknowledged. */
async function judge(
	folder: string,
	reaper: Reaper,
	shift: Shift | null,
	end: number,
): Promise<Omit<Cut, 'nth' | 'during' | 'luck'>> {
	const due = (shift?.promised ?? []).flatMap((each) => (each.end <= end ? [each.what] : []));
	const photos = (shift?.photos ?? []).flatMap((each) => (each.end <= end ? [each.what] : []));
	const promised = due.length + photos.length;
	const server = serverOn(folder, reaper, null);
	const began = performance.now();
	try {
		await server.start();
	} catch (error) {
		return { promised, lost: 0, unopenable: 1, reopenMs: 0, wrong: [String(error)] };
	}
	const reopenMs = Math.round(performance.now() - began);
	try {
		const origin = originOf(server.port());
		const token = shift?.phone.token ?? (await signIn(origin));
		const fresh = plainPhone('a new phone', token);
		await catchUp(fresh, origin);
		const lost = shift ? await lostOf(origin, shift.phone, fresh, due, photos) : [];
		const wrong = [...lost, ...secretIn(folder), ...(fresh.docs.size === 0 ? ['no town'] : [])];
		return { promised, lost: lost.length, unopenable: 0, reopenMs, wrong };
	} catch (error) {
		return { promised, lost: 0, unopenable: 0, reopenMs, wrong: [String(error)] };
	} finally {
		await server.kill();
	}
}

const repeatedAtOnce = 20;

async function lostOf(
	origin: string,
	phone: PlainPhone,
	fresh: PlainPhone,
	due: readonly Promised[],
	photos: readonly Photo[],
): Promise<string[]> {
	const plates = fresh.of('vehicles').map((each) => String(each['registrationNumber']));
	const lost = due
		.filter(({ name, ack }) => name === 'vehicle.add' && ack.status === 'applied')
		.map(({ args }) => (args as { registrationNumber: string }).registrationNumber)
		.filter((plate) => plates.filter((each) => each === plate).length !== 1)
		.map((plate) => `the bike ${plate}`);
	for (let at = 0; at < due.length; at += repeatedAtOnce) {
		const some = due.slice(at, at + repeatedAtOnce);
		const again = new Map((await phone.repeat(origin, some)).map((ack) => [ack.id, ack]));
		for (const { id, name, ack } of some)
			if (!isDeepStrictEqual(again.get(id), ack))
				lost.push(`${name} ${JSON.stringify({ first: ack, again: again.get(id) })}`);
	}
	for (const { sha256, size } of photos) {
		const url = `${origin}/api/blobs/${sha256}`;
		const answer = await fetch(url, { method: 'HEAD', headers: bearer(phone.token) });
		if (Number(answer.headers.get('upload-offset')) !== size) lost.push(`the photo ${sha256}`);
	}
	return lost;
}

/** What signs sessions must never be half a secret or none: anybody could guess it. */
function secretIn(folder: string): string[] {
	const file = path.join(folder, 'auth-secret');
	const secret = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
	return /^[\w-]{43}$/.test(secret) ? [] : [`the secret is ${secret.length} characters`];
}
