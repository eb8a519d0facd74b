import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

/** A line of the map: what was asked, where it is, and the tests or issues that stand for it. */
type Row = { line: string; where: string; proofs: string[] };

/** Text of a file of the project, or null where there is none. */
type Read = (file: string) => string | null;

const fromDisk: Read = (file) => {
	const full = path.join(root, file);
	return existsSync(full) ? readFileSync(full, 'utf8') : null;
};

describe('the map of the requirements', () => {
	it('has a row with a proof for each line that asks for something', () => {
		const requirements = readFileSync(path.join(root, 'docs/requirements.md'), 'utf8');
		const map = readFileSync(path.join(root, 'docs/requirements-map.md'), 'utf8');

		expect([...asked(requirements).keys()]).toHaveLength(10);
		expect(faults(requirements, map, fromDisk)).toEqual([]);
	});
});

const sample = `# The whole

## Work

1. **Dashboard (\`app/page.tsx\`)**
   - Earnings

2. **Logic**:
   \`\`\`
   States:
   - Pending: Waiting
   1. Detect it
   \`\`\`

\`\`\`sql
-- A remark
CREATE TABLE queue (
  id SERIAL,
  status TEXT
);
\`\`\`

---

## Implementation Priority

1. Work

## Checklist

- [ ] Migrations applied
`;

const sampleMap = `## The issues

| issue | brings | state |
|---|---|---|
| 1 | work | open |
| 2 | rest | closed |

## Work

### Components

| line | where | proof |
|---|---|---|
| Dashboard (\`app/page.tsx\`) | \`/\` | \`tests/rules/page.test.ts\` > shows it |
| Earnings | \`/\` | \`tests/rules/page.test.ts\` > the page > shows it<br>issue 1 |
| Pending: Waiting | \`pending\` | issue 1 |
| Detect it | clock | issue 1 |
| \`CREATE TABLE queue (\` | queue | issue 1 |
| \`id SERIAL,\` | queue.id | issue 1 |
| \`status TEXT\` | queue.status | issue 1 |

## Checklist

| line | where | proof |
|---|---|---|
| Migrations applied | start | issue 1 |
`;

const sampleTest = `describe('the page', () => {
	it('shows it', () => {});
	// it('was dropped', () => {});
	it.skip('is left out', () => {});
});`;

const sampleRead: Read = (file) => (file === 'tests/rules/page.test.ts' ? sampleTest : null);

describe('reading the requirements', () => {
	it('takes bullets, numbers, boxes and lines of code, without labels and punctuation of SQL', () => {
		const ofWork =
			'Dashboard (app/page.tsx) | Earnings | Pending: Waiting | Detect it | ' +
			'CREATE TABLE queue ( | id SERIAL | status TEXT';

		expect(Object.fromEntries(asked(sample))).toEqual({
			Work: ofWork.split(' | '),
			Checklist: ['Migrations applied'],
		});
	});

	it('passes over no line that it does not know', () => {
		expect(() => asked('## Work\n\nIt must also be fast.')).toThrow('It must also be fast.');
		expect(() => asked('- Be fast')).toThrow('before any heading');
	});
});

describe('checking the map', () => {
	/** What is found when one piece of the sound map is changed. */
	const found = (before: string, after: string) => {
		expect(sampleMap).toContain(before);
		return faults(sample, sampleMap.replace(before, after), sampleRead);
	};

	it('finds nothing in a sound one', () => {
		expect(faults(sample, sampleMap, sampleRead)).toEqual([]);
	});

	it('finds a line without a row', () => {
		expect(found('| Earnings |', '| Takings |')).toEqual([
			'Work: "Earnings" has no row',
			'Work: "Takings" is no line of the requirements, or not this often',
		]);
		expect(found('| Migrations applied | start | issue 1 |\n', '')).toEqual([
			'Checklist: "Migrations applied" has no row',
		]);
		expect(found('## Checklist', '## Launch')).toEqual([
			'Checklist: "Migrations applied" has no row',
			'Launch: "Migrations applied" is no line of the requirements, or not this often',
		]);
	});

	it('finds rows in another order', () => {
		const id = '| `id SERIAL,` | queue.id | issue 1 |';
		const status = '| `status TEXT` | queue.status | issue 1 |';

		expect(found(`${id}\n${status}`, `${status}\n${id}`)).toEqual([
			'Work: "status TEXT" stands where "id SERIAL" should',
		]);
	});

	it.each([
		['a test file that does not exist', '`tests/rules/gone.test.ts` > shows it', 'does not exist'],
		['a file that no runner runs', '`tests/rules/page.ts` > shows it', 'is no test file'],
		['a test that is not in its file', '`tests/rules/page.test.ts` > hides it', 'has no test'],
		['part of a test name', '`tests/rules/page.test.ts` > shows', 'has no test'],
		['a test that is commented out', '`tests/rules/page.test.ts` > was dropped', 'has no test'],
		['a test that is skipped', '`tests/rules/page.test.ts` > is left out', 'has no test'],
		['neither test nor issue', 'soon', 'is neither a test nor an issue'],
		['nothing', '', 'is neither a test nor an issue'],
		['an issue that nobody knows', 'issue 7', 'is not among the issues'],
		['an issue that is closed', 'issue 2', 'is closed'],
		['a second proof that is none', 'issue 1<br>issue 2', 'is closed'],
	])('finds a row with %s', (_, proof, fault) => {
		expect(found('clock | issue 1 |', `clock | ${proof} |`)).toEqual([
			expect.stringMatching(new RegExp(`^Work: "Detect it": .*${fault}`)),
		]);
	});

	it('finds a row that says nowhere, and one with too few cells', () => {
		expect(found('| clock |', '| |')).toEqual(['Work: "Detect it": says no place']);
		expect(found('| clock | issue 1 |', '| issue 1 |')).toEqual([
			'Work: "Detect it": "" is neither a test nor an issue',
		]);
	});
});

/**
 * The lines that ask for something, by their `##` heading.
 *
 * Every bullet, numbered line, box and line of a code block asks for something, except
 * - a line that ends in a colon: it only names the lines under it, which are all taken;
 * - a remark or a closing bracket of SQL;
 * - the order in which to build ("Implementation Priority"): it asks for nothing new.
 * Prose is refused, so that a sentence added later cannot pass unseen.
 */
function asked(requirements: string): Map<string, string[]> {
	const found = new Map<string, string[]>();
	let section: string | null = null;
	let inCode = false;
	for (const raw of requirements.split('\n')) {
		const line = raw.trim();
		if (line.startsWith('```')) inCode = !inCode;
		if (line.startsWith('## ') && !inCode) section = line.slice(3);
		if (isFurniture(line) || section === 'Implementation Priority') continue;

		const listed = /^(?:[-*]|\d+\.) (?:\[.\] )?(.+)$/.exec(line)?.[1];
		if (listed === undefined && !inCode) throw new Error(`Neither a list nor code: ${line}`);
		if (section === null) throw new Error(`Stands before any heading: ${line}`);
		const text = plain(listed ?? line);
		if (!text.endsWith(':')) found.set(section, [...(found.get(section) ?? []), text]);
	}
	return found;
}

const isFurniture = (line: string) => line === '' || /^(?:```.*|#+ .*|-{3,}|-- .*|\);)$/.test(line);

/** Words alone: how a line is dressed may differ between the two pages. */
const plain = (text: string) =>
	text.replaceAll(/[`*]/g, '').replaceAll(/\s+/g, ' ').replace(/,$/, '').trim();

/** The cells of each table of the map, by its `##` heading, without the tables' heads. */
function tables(map: string): Map<string, string[][]> {
	const found = new Map<string, string[][]>();
	let section = '';
	let previous = '';
	for (const line of map.split('\n')) {
		if (line.startsWith('## ')) section = line.slice(3).trim();
		const isHead = !previous.startsWith('|') || /^\|(?:-+\|)+$/.test(line);
		if (line.startsWith('|') && !isHead) {
			const cells = line.split(/(?<!\\)\|/).slice(1, -1);
			const texts = cells.map((cell) => cell.replaceAll('\\|', '|').trim());
			found.set(section, [...(found.get(section) ?? []), texts]);
		}
		previous = line;
	}
	return found;
}

function faults(requirements: string, map: string, read: Read): string[] {
	const { 'The issues': listed = [], ...sections } = Object.fromEntries(tables(map));
	const issues = new Map(listed.map(([number = '', , state = '']) => [number, state]));
	const lines = Object.fromEntries(asked(requirements));
	const headings = new Set([...Object.keys(lines), ...Object.keys(sections)]);
	return [...headings].flatMap((heading) => {
		const rows = (sections[heading] ?? []).map(([line = '', where = '', proof = '']): Row => {
			return { line: plain(line), where, proofs: proof.split('<br>').map((it) => it.trim()) };
		});
		const present = rows.map(({ line }) => line);
		const wrongLines = differences(lines[heading] ?? [], present);
		const wrongRows = rows.flatMap((row) =>
			faultsOfRow(row, issues, read).map((fault) => `"${row.line}": ${fault}`),
		);
		return [...wrongLines, ...wrongRows].map((fault) => `${heading}: ${fault}`);
	});
}

/** In order, because lines may repeat: each of the three new tables has an `id`. */
function differences(lines: string[], rows: string[]): string[] {
	const missing = without(lines, rows).map((line) => `"${line}" has no row`);
	const surplus = without(rows, lines).map(
		(row) => `"${row}" is no line of the requirements, or not this often`,
	);
	if (missing.length > 0 || surplus.length > 0) return [...missing, ...surplus];
	const at = lines.findIndex((line, index) => line !== rows[index]);
	return at < 0 ? [] : [`"${rows[at]}" stands where "${lines[at]}" should`];
}

/** What is left of a list when each of the others has taken away one equal to it. */
function without(list: string[], others: string[]): string[] {
	const left = [...others];
	return list.filter((it) => {
		const at = left.indexOf(it);
		if (at >= 0) left.splice(at, 1);
		return at < 0;
	});
}

function faultsOfRow({ where, proofs }: Row, issues: Map<string, string>, read: Read): string[] {
	const unproved = proofs.flatMap((proof) => faultOf(proof, issues, read) ?? []);
	return where === '' ? ['says no place', ...unproved] : unproved;
}

function faultOf(proof: string, issues: Map<string, string>, read: Read): string | null {
	const issue = /^issue (\d+)$/.exec(proof)?.[1];
	if (issue !== undefined) {
		const state = issues.get(issue);
		if (state === undefined) return `${proof} is not among the issues`;
		return state === 'open' ? null : `${proof} is closed: name the test instead`;
	}
	const [, file, name] = /^`([^`]+)` > (.+)$/.exec(proof) ?? [];
	if (!file || !name) return `"${proof}" is neither a test nor an issue`;
	if (!/^tests\/.+\.(?:test|spec)\.ts$/.test(file)) return `${file} is no test file`;
	const text = read(file);
	if (text === null) return `${file} does not exist`;
	return hasTest(text, name) ? null : `${file} has no test "${name}"`;
}

/**
 * A test is known by its whole name in quotes, as written there, in a line that is code. Reading
 * no further keeps this true for every way of writing tests; that they run, the runners say.
 */
function hasTest(text: string, name: string): boolean {
	const code = text.replaceAll(/^\s*\/\/.*$/gm, '');
	const quoted = (part: string) =>
		new RegExp(`(?<!\\.(?:skip|todo)\\(\\s*)(['"\`])${RegExp.escape(part)}\\1`);
	return quoted(name).test(code) || name.split(' > ').every((part) => quoted(part).test(code));
}
