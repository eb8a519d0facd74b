import { once } from 'node:events';
import {
	createServer,
	request,
	type IncomingHttpHeaders,
	type IncomingMessage,
	type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Town } from './town.ts';

/**
 * What stands between phones and server may do with an answer: `gone` says that there is no such
 * thing, without asking inside; `torn` has it done inside and cuts the line when the answer comes;
 * `kept` keeps the answer back for ever; a function changes its text.
 */
export type Treatment = 'gone' | 'torn' | 'kept' | ((text: string) => string) | null;

/** A town seen from behind a door of its own, as behind the proxy of a mobile network. */
export type DoorTown = Town & { readonly closeDoor: () => Promise<void> };

export async function behindDoor(
	town: Town,
	treat: (asked: IncomingMessage) => Treatment,
): Promise<DoorTown> {
	const door = createServer((asked, answer) => {
		const treatment = treat(asked);
		if (treatment === 'gone') return void answer.writeHead(404).end();
		pass(town.url, asked, answer, treatment);
	});
	door.listen(0, '127.0.0.1');
	await once(door, 'listening');
	return {
		...town,
		url: `http://localhost:${(door.address() as AddressInfo).port}`,
		closeDoor: async () => {
			door.closeAllConnections();
			door.close();
			await once(door, 'close');
		},
	};
}

function pass(
	url: string,
	asked: IncomingMessage,
	answer: ServerResponse,
	treatment: Exclude<Treatment, 'gone'>,
): void {
	const { host } = new URL(url);
	const headers: IncomingHttpHeaders = { ...asked.headers, host };
	if (headers.origin !== undefined) headers.origin = url;
	if (treatment !== null) delete headers['accept-encoding'];
	const inside = request(url + (asked.url ?? ''), { method: asked.method ?? 'GET', headers });
	inside.once('error', () => answer.destroy());
	inside.once('response', (response) => {
		if (treatment === null) {
			answer.writeHead(response.statusCode ?? 502, response.headers);
			response.pipe(answer);
			return;
		}
		void whole(response).then((text) => {
			if (treatment === 'kept') return;
			if (treatment === 'torn') return answer.destroy();
			const changed = { ...response.headers };
			delete changed['content-length'];
			answer.writeHead(response.statusCode ?? 502, changed).end(treatment(text));
		});
	});
	answer.once('close', () => inside.destroy());
	asked.pipe(inside);
}

/** All of an answer, which for a stream is when the server ends it. */
async function whole(response: IncomingMessage): Promise<string> {
	const pieces: Buffer[] = [];
	response.on('data', (piece: Buffer) => pieces.push(piece));
	// A phone that hangs up ends the answer, too, and then nobody waits for it.
	await new Promise((resolve) => response.once('end', resolve).once('close', resolve));
	return Buffer.concat(pieces).toString();
}
