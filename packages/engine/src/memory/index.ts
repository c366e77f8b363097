export { type RecordingMeter, recordingMeter } from './meter.js';
export type { MemoryRows } from './rows.js';
export { type MemoryStore, createMemoryStore } from './store.js';
export { type ManualClock, countingIds, manualClock, recordingReporter } from './surroundings.js';
export { type Town, createTown } from './neighbours.js';
