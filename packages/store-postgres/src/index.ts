export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './embedded/index.js';
export { type PostgresStore, type PostgresStoreOptions, createPostgresStore } from './store.js';
export type { OnTrip, Trip } from './trip.js';
