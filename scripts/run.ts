import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';

export type Ended = { code: number; output: string };

/** The root of the repository, wherever the command was called from. */
export const root = path.resolve(import.meta.dirname, '..');

/**
 * Runs a tool of the project to its end and says how it ended. Its output is either passed on as it
 * comes or, when several run side by side, kept to be shown in one piece.
 *
 * The Node that runs this script goes first in the tool's PATH: npm itself may be on an older one.
 */
export function run(
	command: string,
	args: readonly string[],
	options: { env?: Record<string, string>; quiet?: boolean } = {},
): Promise<Ended> {
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, {
			cwd: root,
			env: environment(options.env),
			stdio: options.quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
		});
		const pieces: string[] = [];
		child.stdout?.setEncoding('utf8').on('data', (piece: string) => pieces.push(piece));
		child.stderr?.setEncoding('utf8').on('data', (piece: string) => pieces.push(piece));
		child.once('error', reject);
		child.once('close', (code) => resolve({ code: code ?? 1, output: pieces.join('') }));
	});
}

/** The caller's environment with the project's own tools first in PATH. */
export function environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
	const tools = [path.dirname(process.execPath), path.join(root, 'node_modules/.bin')];
	const PATH = [...tools, process.env.PATH ?? ''].join(path.delimiter);
	return { ...process.env, PATH, ...extra };
}
