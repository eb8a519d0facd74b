/**
 * A process that outlives the one that started it, however that one ends, and then tidies up: it is
 * told on its input of processes and folders, `add <pid or path>` and `drop <pid or path>`.
 */
import { rmSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';

const left = new Set<string>();
for await (const line of createInterface(process.stdin)) {
	const [word, ...what] = line.split(' ');
	if (word === 'add') left.add(what.join(' '));
	else left.delete(what.join(' '));
}
const isPid = (what: string) => /^\d+$/.test(what);
for (const pid of [...left].filter(isPid)) kill(Number(pid));
for (const folder of [...left].filter((what) => !isPid(what)))
	rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });

function kill(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch (error) {
		if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
	}
}
