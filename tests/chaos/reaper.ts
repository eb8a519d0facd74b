import { spawn } from 'node:child_process';
import path from 'node:path';

/** Whoever tidies up when this process is gone, in whatever way it went. */
export type Reaper = {
	/** A process (by its number) or a folder that must not outlive this one. */
	readonly add: (what: number | string) => void;
	/** It has ended or is removed: its number may soon be somebody else's. */
	readonly drop: (what: number | string) => void;
	/** Tidies up what is left, now. */
	readonly end: () => Promise<void>;
};

/** Its input ends with this process; it is in a group of its own, so that Ctrl-C leaves it alone. */
export function aReaper(): Reaper {
	const script = path.resolve(import.meta.dirname, '../support/children/reaper.ts');
	const stdio = ['pipe', 'inherit', 'inherit'] as const;
	const child = spawn(process.execPath, [script], { detached: true, stdio: [...stdio] });
	const gone = new Promise((resolve) => child.once('exit', resolve));
	const say = (word: string, what: number | string) => child.stdin.write(`${word} ${what}\n`);
	return {
		add: (what) => void say('add', what),
		drop: (what) => void say('drop', what),
		async end() {
			child.stdin.end();
			await gone;
		},
	};
}
