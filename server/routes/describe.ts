import { resolver, type DescribeRouteOptions, type GenerateSpecOptions } from 'hono-openapi';
import * as z from 'zod/mini';
import { statusOf } from './problem.ts';
import type { Route, Schema } from './definition.ts';

type Components = NonNullable<NonNullable<GenerateSpecOptions['documentation']>['components']>;
type Parameters = NonNullable<DescribeRouteOptions['parameters']>;

/** A route as the description of the API (OpenAPI 3.1) has it. */
export function describe(route: Route): DescribeRouteOptions {
	const { who, body, bodyTypes, answer, answerTypes, status = 200, otherwise } = route;
	const content =
		answerTypes === undefined
			? { 'application/json': { schema: resolver(answer) } }
			: bytesOf(answerTypes);
	return {
		summary: route.summary,
		tags: [route.path.split('/')[2] ?? 'api'],
		security: who === 'anyone' ? [] : [{ cookie: [] }, { bearer: [] }],
		...(who === 'anyone' ? {} : { description: audience(who) }),
		parameters: [
			...parametersIn('path', route.params),
			...parametersIn('query', route.query),
			...(route.keyed ? [idempotencyKey] : []),
		],
		...(body === undefined
			? {}
			: { requestBody: { content: { 'application/json': { schema: resolver(body) } } } }),
		...(bodyTypes === undefined ? {} : { requestBody: { content: bytesOf(bodyTypes) } }),
		responses: {
			...Object.fromEntries(
				Object.entries({ [status]: 'Done.', ...otherwise }).map(([each, description]) => [
					each,
					{ description, content },
				]),
			),
			default: { $ref: '#/components/responses/Problem' },
		},
	};
}

/** Parts of the description that all routes share. */
export const components: Components = {
	securitySchemes: {
		cookie: { type: 'apiKey', in: 'cookie', name: 'moto.session' },
		bearer: { type: 'http', scheme: 'bearer' },
	},
	responses: {
		Problem: {
			description:
				'It was not done, and why (RFC 9457). `code` is for programs, `title` for people.',
			content: {
				'application/problem+json': {
					schema: {
						type: 'object',
						required: ['type', 'title', 'status', 'code'],
						properties: {
							type: { type: 'string' },
							title: { type: 'string' },
							status: { type: 'integer' },
							code: { type: 'string', examples: Object.keys(statusOf) },
							detail: { type: 'string' },
						},
					},
				},
			},
		},
	},
};

/** In OpenAPI 3.1 bytes have no schema, only a media type. */
const bytesOf = (types: readonly string[]) => Object.fromEntries(types.map((each) => [each, {}]));

const audience = (who: Route['who']): string =>
	who === 'signed_in' ? 'For anyone signed in.' : `For: ${[...who].join(', ')}.`;

const idempotencyKey: Parameters[number] = {
	in: 'header',
	name: 'Idempotency-Key',
	description: 'A UUID. A repeat with the same key and body gets the first answer again.',
	schema: { type: 'string', format: 'uuid' },
};

function parametersIn(where: 'path' | 'query', schema: Schema | undefined): Parameters {
	if (schema === undefined) return [];
	const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
	return Object.entries(properties).map(([name, each]) => ({
		in: where,
		name,
		required: required.includes(name),
		schema: each as object,
	}));
}
