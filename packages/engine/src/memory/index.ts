export { type MemoryRows, type MemoryStore, createMemoryStore } from './store.js';
export { type ManualClock, countingIds, manualClock, recordingReporter } from './surroundings.js';
