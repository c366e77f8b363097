export { type NatsNeighbours, openNats } from './open-nats.js';
export type { LinkStatus, NatsOptions } from './options.js';
