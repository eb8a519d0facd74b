import { boolean, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/**
 * The tables of sign-in as better-auth wants to see them, under the names of its models. They are
 * made by migrations/0003_sign_in.sql; `app_user` is the product's own table of people, to which
 * better-auth is mapped rather than the other way round.
 */
export const authSchema = {
	user: pgTable('app_user', {
		id: uuid('user_id').primaryKey(),
		name: text('name').notNull(),
		email: text('email').notNull(),
		emailVerified: boolean('email_verified').notNull(),
		image: text('image'),
		phoneNumber: text('phone'),
		phoneNumberVerified: boolean('phone_verified').notNull(),
		locale: text('locale').notNull(),
		status: text('status').notNull(),
		createdAt: at('created_at').notNull(),
		updatedAt: at('updated_at').notNull(),
	}),
	session: pgTable('session', {
		id: uuid('session_id').primaryKey(),
		userId: uuid('user_id').notNull(),
		token: text('token').notNull(),
		expiresAt: at('expires_at').notNull(),
		ipAddress: text('ip_address'),
		userAgent: text('user_agent'),
		createdAt: at('created_at').notNull(),
		updatedAt: at('updated_at').notNull(),
	}),
	account: pgTable('account', {
		id: uuid('account_id').primaryKey(),
		userId: uuid('user_id').notNull(),
		accountId: text('provider_account_id').notNull(),
		providerId: text('provider_id').notNull(),
		accessToken: text('access_token'),
		refreshToken: text('refresh_token'),
		idToken: text('id_token'),
		accessTokenExpiresAt: at('access_token_expires_at'),
		refreshTokenExpiresAt: at('refresh_token_expires_at'),
		scope: text('scope'),
		password: text('password'),
		createdAt: at('created_at').notNull(),
		updatedAt: at('updated_at').notNull(),
	}),
	verification: pgTable('verification', {
		id: uuid('verification_id').primaryKey(),
		identifier: text('identifier').notNull(),
		value: text('value').notNull(),
		expiresAt: at('expires_at').notNull(),
		createdAt: at('created_at').notNull(),
		updatedAt: at('updated_at').notNull(),
	}),
};
