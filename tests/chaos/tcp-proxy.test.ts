import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tcpProxy, type Weather } from './tcp-proxy.ts';

/** A server that says everything back, behind a proxy, and somebody who talks to it. */
async function anEcho() {
	const heard: Buffer[] = [];
	const server = createServer((socket) => {
		socket.on('error', () => undefined);
		socket.on('data', (piece: Buffer) => heard.push(piece));
		socket.pipe(socket);
	});
	await once(server.listen(0, '127.0.0.1'), 'listening');
	const { port } = server.address() as AddressInfo;
	const proxy = await tcpProxy(() => port);
	onTestFinished(async () => {
		await proxy.close();
		server.close();
	});
	return { proxy, server, heard: () => Buffer.concat(heard).toString() };
}

function talk(port: number) {
	const socket = connect(port, '127.0.0.1');
	const said: Buffer[] = [];
	let ended: string | null = null;
	socket.on('data', (piece: Buffer) => said.push(piece));
	socket.on('error', (error: NodeJS.ErrnoException) => (ended = error.code ?? 'error'));
	socket.on('end', () => (ended ??= 'end'));
	onTestFinished(() => void socket.destroy());
	return { socket, said: () => Buffer.concat(said).toString(), ended: () => ended };
}

const write = (socket: Socket, text: string) =>
	new Promise((resolve) => socket.write(text, resolve));

describe('the proxy', () => {
	it('carries both ways, also after the other end has stopped talking', async () => {
		const { proxy } = await anEcho();
		const { socket, said, ended } = talk(proxy.port);

		socket.end('all of it');

		await expect.poll(ended).toBe('end');
		expect(said()).toBe('all of it');
		await expect.poll(proxy.connections).toBe(0);
	});

	it.each([
		['up', 'abcde', 'abcde'],
		['down', 'abcdefghij', 'abcde'],
	] as const)('breaks a connection after 5 bytes %s', async (way, arrives, comesBack) => {
		const { proxy, heard } = await anEcho();
		const { socket, said, ended } = talk(proxy.port);

		proxy.turn({ kind: 'cut', way, afterBytes: 5 });
		await write(socket, 'abcdefghij');

		await expect.poll(ended).toBe('ECONNRESET');
		await expect.poll(heard).toBe(arrives);
		expect(comesBack.startsWith(said())).toBe(true);
	});

	it.each([
		['up', '', ''],
		['down', 'lost', ''],
		['both', '', ''],
	] as const)('swallows what goes %s, for good and without a word', async (way, arrives, back) => {
		const { proxy, heard } = await anEcho();
		const { socket, said, ended } = talk(proxy.port);
		await once(socket, 'connect');

		proxy.turn({ kind: 'silence', way });
		await write(socket, 'lost');
		await expect.poll(proxy.swallowed).toBe(4);
		expect(heard()).toBe(arrives);
		proxy.turn({ kind: 'pass' });
		const other = talk(proxy.port);
		await write(other.socket, 'heard');

		await expect.poll(other.said).toBe('heard');
		expect([said(), ended()]).toEqual([back, null]);
	});

	it.each<Weather>([
		{ kind: 'trickle', bytes: 3, everyMs: 1 },
		{ kind: 'delay', ms: 20 },
	])('brings everything in its order when it comes as a $kind', async (weather) => {
		const { proxy } = await anEcho();
		const { socket, said } = talk(proxy.port);
		const text = Array.from({ length: 40 }, (_, nth) => `${nth};`).join('');

		proxy.turn(weather);
		for (let at = 0; at < text.length; at += 10) await write(socket, text.slice(at, at + 10));

		await expect.poll(said).toBe(text);
	});

	it('refuses new connections, keeps the old one, and breaks all when told', async () => {
		const { proxy } = await anEcho();
		const old = talk(proxy.port);
		await expect.poll(proxy.connections).toBe(1);

		proxy.turn({ kind: 'refuse' });
		const refused = talk(proxy.port);
		await expect.poll(refused.ended).toBe('ECONNRESET');
		await write(old.socket, 'still here');
		await expect.poll(old.said).toBe('still here');
		proxy.cutAll();

		await expect.poll(old.ended).toBe('ECONNRESET');
	});

	it('tells at once that there is nobody behind it', async () => {
		const { proxy, server } = await anEcho();
		server.close();
		const { ended } = talk(proxy.port);
		await expect.poll(ended).toBe('ECONNRESET');
	});
});
