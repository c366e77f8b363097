import { FlovynError } from '../src/errors.js';
import { ServiceError } from '@flovyn/protocol';
import type { OpenStream } from '../src/worker/frame-stream.js';
import { openEitherLine } from '../src/worker/either-line.js';
import type { Worker } from '../src/worker/worker.js';
import { newWorker } from './a-worker.js';
import type { EngineDoors } from './engine-doors.js';
import { FakeServer } from './fake-server.js';
import { silent } from './recorded-execution.js';

type Given = Parameters<typeof newWorker>[1];

/** What a server says to a session that has never heard of one. */
export const unknownSession: OpenStream = (listener) => {
  const cause = new ServiceError('UNIMPLEMENTED', 'unknown service flovyn.v1.WorkerSession');
  setImmediate(() => listener.ended(new FlovynError('The worker session failed', cause)));
  return { write: () => true, end: () => undefined, cancel: () => undefined };
};

/** A worker of a server that knows no sessions, or knows them as `openSession` does. */
export function newCaller(house: EngineDoors, given: Given, openSession: OpenStream = unknownSession): Worker {
  const { idle = { workflowMs: 5, taskMs: 5 }, logger = silent } = given;
  const common = { idle, logger, serverUrl: 'http://fake:9090' };
  const openStream = openEitherLine({ ...common, openSession, openDoors: house.open });
  return newWorker(new FakeServer(), { openStream, ...given });
}

/** A started one. */
export async function aCaller(house: EngineDoors, given: Given, openSession?: OpenStream): Promise<Worker> {
  const worker = newCaller(house, given, openSession);
  await worker.start();
  return worker;
}
