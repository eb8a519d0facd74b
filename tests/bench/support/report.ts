import { sides, type Line, type Result, type Side, type Spread } from './contest.ts';

const headings: Readonly<Record<Side, string>> = {
	floor: 'floor',
	device: 'on the device',
	embedded: 'embedded',
	postgres: 'PostgreSQL',
};

/** One table of a measure: floor, ours, and how many times the floor ours is. */
export function markdownOf({ title, lines }: Result): string {
	const used = sides.filter((side) => lines.some((line) => line.sides[side]));
	const compared = used.includes('floor');
	const ours = used.filter((side) => side !== 'floor');
	const head = ['', ...(compared ? ['floor'] : [])];
	for (const side of ours) head.push(headings[side], ...(compared ? ['x floor'] : []));
	head.push('goal');
	const rows = lines
		.filter((line) => used.some((side) => line.sides[side]))
		.map((line) => {
			const cells = [`${line.figure}, ${line.unit}`.replace(', /s', ', per second')];
			if (compared) cells.push(cellOf(line.sides.floor));
			for (const side of ours)
				cells.push(cellOf(line.sides[side]), ...(compared ? [ratioOf(line, side)] : []));
			return [...cells, line.goal ?? ''];
		});
	const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
	return `### ${title}\n\n${table.join('\n')}\n`;
}

/** The median, with the least and the most of all runs. */
const cellOf = (spread: Spread | undefined): string =>
	spread === undefined
		? ''
		: `**${shown(spread.median)}** (${shown(spread.min)} to ${shown(spread.max)})`;

function ratioOf({ sides: by }: Line, side: Side): string {
	const [floor, ours] = [by.floor?.median, by[side]?.median];
	return floor && ours !== undefined ? shown(ours / floor) : '';
}

const shown = (value: number): string =>
	value.toLocaleString('en', { maximumSignificantDigits: value >= 1_000 ? 4 : 3 });
