import { appendFileSync } from 'node:fs';

/** One line of a hunt's table: to the console, and to the file from which a hunt sums up. */
export function print(line: Readonly<Record<string, unknown>>): void {
	const text = JSON.stringify(line);
	console.log(text);
	const file = process.env['CHAOS_TABLE'];
	if (file !== undefined) appendFileSync(file, `${text}\n`);
}
