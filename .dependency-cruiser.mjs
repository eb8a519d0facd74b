/**
 * Which way imports may point (docs/architecture.md). Screens -> parts -> ui; routes -> domain -> db;
 * both sides -> sync, which knows nobody. tests/tools/borders.test.ts plants a violation of each.
 */

/** @param {string} name @param {object} from @param {object} to @param {string} comment */
const never = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });

const typesOnly = { dependencyTypesNot: ['type-only'] };
const sql = 'node_modules/(pg|drizzle-orm|@electric-sql)/';
const http = 'node_modules/(hono|@hono|hono-openapi)/';
/** The folders of the device, the lowest first. */
const deviceFloors = ['sync', 'browser', 'photos', 'sealing', 'running', 'session', 'live'];
const screens = '^src/(routes|lib/parts|lib/ui|lib/words)/';

const everywhere = [
	never(
		'no-cycles',
		{},
		{ circular: true },
		'Two files that need each other are one idea or three.',
	),
	never(
		'no-dangling-imports',
		{},
		{ couldNotResolve: true, pathNot: '^\\$(app|env|service-worker)' },
		'The imported file or package is not there.',
	),
	never(
		'product-knows-no-tests',
		{ path: '^(sync|server|src)/' },
		{ path: '^(tests|scripts)/' },
		'Tests and tools stand outside the product.',
	),
	never(
		'server-runs-without-build-tools',
		{ path: '^(sync|server)/' },
		{ dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
		'A server installed with --omit=dev has no such package.',
	),
	never(
		'main-is-the-end',
		{ pathNot: '^scripts/(start|demo)\\.ts$' },
		{ path: '^server/main\\.ts$' },
		'main.ts has effects on import: only the commands start it.',
	),
];

const ground = [
	never(
		'sync-is-the-ground',
		{ path: '^sync/' },
		{ pathNot: ['^sync/', 'node_modules/zod/'] },
		'sync imports zod and itself: it runs on both sides and in the simulation.',
	),
	never(
		'core-knows-no-noun',
		{ path: '^sync/core/' },
		{ path: '^sync/', pathNot: '^sync/core/' },
		'The core is what every noun is made of.',
	),
	never(
		'rules-are-pure',
		{ path: '^sync/.+/(rules|laws)\\.ts$' },
		{ pathNot: '^sync/(core/|(?!protocol/)[^/]+/(?!(mutators|events|scopes)\\.)[^/]+$)' },
		'A rule or a law sees entities and pure functions of nouns, not who asks, what follows or the wire.',
	),
	never(
		'device-and-server-never-meet',
		{ path: '^src/' },
		{ path: '^server/' },
		'They speak only through the wire (sync/protocol).',
	),
	never(
		'server-and-device-never-meet',
		{ path: '^server/' },
		{ path: '^src/' },
		'They speak only through the wire (sync/protocol).',
	),
];

const server = [
	never(
		'routes-only-speak',
		{ path: '^server/routes/' },
		{ path: '^server/(app|clock|outside|db)(/|\\.)', ...typesOnly },
		'A route parses, calls one function of the domain or a report, and answers.',
	),
	never(
		'domain-looks-down',
		{ path: '^server/domain/' },
		{ path: '^server/(app|routes|clock|reports|outside|laws)(/|\\.)', ...typesOnly },
		'The domain does not know who calls it, who watches it, nor how a message leaves the house.',
	),
	never(
		'db-is-the-cellar',
		{ path: '^server/db/' },
		{ path: '^server/(?!db/)' },
		'Only sync lies below the database.',
	),
	never(
		'reports-only-read-the-db',
		{ path: '^server/reports/' },
		{ path: '^server/(app|routes|clock|outside|domain)(/|\\.)', ...typesOnly },
		'A report is SQL and its rows.',
	),
	never(
		'laws-only-look',
		{ path: '^server/laws/' },
		{ path: `^server/(?!laws/|db/)|${sql}` },
		'A law sees rows and the port, not who does the work nor how rows are fetched.',
	),
	never(
		'clock-performs-only',
		{ path: '^server/clock/' },
		{ path: '^server/(app|routes|reports|outside)(/|\\.)', ...typesOnly },
		'The clock is a door like a route: all it does is perform mutations.',
	),
	never(
		'outside-is-a-port',
		{ path: '^server/outside/' },
		{ path: '^server/(app|routes|clock|domain|db|reports)(/|\\.)', ...typesOnly },
		'An adapter knows its provider and the interface, not the house.',
	),
	never(
		'http-stays-at-the-door',
		{ path: '^server/(domain|db|clock|reports|outside)/' },
		{ path: `${http}|^server/routes/` },
		'Below the routes nobody knows that there is HTTP.',
	),
	never(
		'sql-stays-in-the-cellar',
		{ path: '^server/(routes|domain|clock|outside)/' },
		{ path: sql },
		'Only server/db and server/reports speak SQL.',
	),
];

const device = [
	never(
		'one-way-to-data',
		{ path: screens },
		{ path: 'node_modules/(rxdb|dexie|rxjs)/' },
		'Pages and parts reach data through src/lib/device alone.',
	),
	never(
		'device-shows-nothing',
		{ path: '^src/lib/device/' },
		{ path: screens },
		'The data layer does not know the screens.',
	),
	never(
		'device-sync-runs-anywhere',
		{ path: '^src/lib/device/sync/' },
		{ pathNot: '^(sync|src/lib/device/sync)/', ...typesOnly },
		'What the simulation runs reaches the browser through its ports.',
	),
	...deviceFloors
		.slice(0, -1)
		.map((floor, at) =>
			never(
				'device-floors',
				{ path: `^src/lib/device/${floor}/` },
				{ path: `^src/lib/device/(${deviceFloors.slice(at + 1).join('|')})/` },
				'A folder of the device sees those below it: ' + deviceFloors.join(' < '),
			),
		),
	never(
		'parts-get-props',
		{ path: '^src/lib/parts/' },
		{ path: '^src/(routes|lib/device)/', ...typesOnly },
		'A part knows its noun; its page gives it the data.',
	),
	never(
		'ui-knows-no-noun',
		{ path: '^src/lib/ui/' },
		{ path: '^(src/(routes|lib/parts|lib/device)/|sync/(?!core/))' },
		'A piece of user interface can be lifted into another product.',
	),
	never(
		'words-are-words',
		{ path: '^src/lib/words/' },
		{ path: '^src/(routes|lib/(parts|ui|device))/' },
		'Texts depend on codes (sync), never on screens.',
	),
	never(
		'no-route-imports-a-route',
		{ path: '^src/routes/(.*/|)[^/]+$' },
		{ path: '^src/routes/', pathNot: '^src/routes/$1[^/]+$' },
		'What two pages share is a part.',
	),
];

export default {
	forbidden: [...everywhere, ...ground, ...server, ...device],
	options: {
		doNotFollow: { path: 'node_modules' },
		exclude: { path: '^\\.svelte-kit/' },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: 'tsconfig.json' },
		enhancedResolveOptions: {
			exportsFields: ['exports'],
			conditionNames: ['import', 'svelte', 'node', 'types', 'default'],
			extensions: ['.ts', '.js', '.svelte'],
		},
	},
};
