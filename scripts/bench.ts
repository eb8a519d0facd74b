import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { measures } from '#tests/bench/measures.ts';
import { hold, type Result } from '#tests/bench/support/contest.ts';
import { load, machineText, thisMachine } from '#tests/bench/support/machine.ts';
import { openPlace } from '#tests/bench/support/place.ts';
import { markdownOf } from '#tests/bench/support/report.ts';

/**
 * How quick it is, beside a bare stack in the same run (docs/performance.md). Figures, never a
 * judgement: nothing here fails because a machine is slow.
 *
 *   npm run bench                      everything
 *   npm run bench -- door latency      these measures
 *   npm run bench -- --quick           one run of each instead of medians
 *   npm run bench -- --json FILE       the figures as JSON as well
 *   npm run bench -- --markdown        nothing but the tables, as they stand in docs/performance.md
 */
const { values: options, positionals: wanted } = parseArgs({
	allowPositionals: true,
	options: {
		quick: { type: 'boolean', default: false },
		markdown: { type: 'boolean', default: false },
		json: { type: 'string' },
	},
});

const unknown = wanted.filter((name) => !measures.some((each) => each.name === name));
if (unknown.length > 0) {
	const names = measures.map((each) => each.name).join(', ');
	console.error(`unknown: ${unknown.join(', ')}. Measures: ${names}`);
	process.exit(2);
}
const chosen = measures.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const machine = thisMachine();
const began = { at: new Date().toISOString(), load: load() };
/** A process that ended may still have to say why. */
const complaintMs = 1_000;
const place = await openPlace(options.quick);
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
	process.once(signal, () => {
		interrupted = true;
		console.error('interrupted');
		void place.close().finally(() => process.exit(1));
	});
const results: Result[] = [];
try {
	for (const measure of chosen) {
		if (!options.markdown) console.error(`${measure.name} ...`);
		const result = await hold(measure, place);
		results.push(result);
		console.log(markdownOf(result));
	}
} catch (error) {
	// Said at once: what ends now with the rest complains as well.
	if (!interrupted) console.error(error);
	process.exitCode = 1;
	await new Promise((resolve) => setTimeout(resolve, complaintMs));
} finally {
	await place.close();
}
if (process.exitCode === 1) process.exit(); // Clients of what is gone would go on trying.
const ended = { at: new Date().toISOString(), load: load() };
console.log(
	`${began.at.slice(0, 10)}, ${machineText(machine)}, load ${began.load} at the start and ` +
		`${ended.load} at the end${options.quick ? ', a quick run' : ''}.`,
);
if (options.json !== undefined)
	writeFileSync(
		options.json,
		`${JSON.stringify({ machine, began, ended, quick: options.quick, results }, null, '\t')}\n`,
	);
