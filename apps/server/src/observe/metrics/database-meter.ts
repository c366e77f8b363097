import type { OnTrip, Trip } from '@flovyn/store-postgres';
import { Histogram, type Registry } from 'prom-client';
import { SECONDS, addCounter } from './numbers.js';
import { createSeries } from './series.js';

const OPERATIONS = ['load', 'commit', 'unlock', 'query'] as const satisfies readonly Trip['operation'][];

/** Counts exchanges with the database. */
export function createDatabaseMeter(registry: Registry): OnTrip {
  const seconds = new Histogram({
    name: 'flovyn_database_round_trip_seconds',
    help: 'How long exchanges with the database took, the wait for a connection included; query: all that are no part of a change.',
    labelNames: ['operation'],
    buckets: [...SECONDS],
    registers: [registry],
  });
  for (const operation of OPERATIONS) seconds.zero({ operation });
  const failures = createSeries(['operation', 'code']);
  addCounter(
    registry,
    {
      name: 'flovyn_database_errors_total',
      help: 'Exchanges with the database that failed, by error code; CONFLICT: somebody else came first.',
      labelNames: failures.labelNames,
    },
    failures.read,
  );
  return ({ operation, ms, failure }) => {
    seconds.observe({ operation }, ms / 1_000);
    if (failure !== undefined) failures.add(operation, failure);
  };
}
