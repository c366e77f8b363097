import type { Meter } from '@flovyn/engine';
import type { OnTrip } from '@flovyn/store-postgres';
import type { ServerInterceptor } from '@grpc/grpc-js';
import { Gauge, Registry } from 'prom-client';
import { createCallMeter } from './call-meter.js';
import { createDatabaseMeter } from './database-meter.js';
import { createEngineMeter } from './engine-meter.js';
import { type Watched, addGauges } from './gauges.js';
import { processMetrics } from './process-metrics.js';
import { type RequestMeter, createRequestMeter } from './request-meter.js';

/** The text format of Prometheus. */
export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/**
 * Everything that is counted of one server. No label holds what a user wrote, or names an organisation: each is a word of
 * ours from a closed set.
 */
export interface Metrics {
  readonly meter: Meter;
  readonly onTrip: OnTrip;
  readonly requests: RequestMeter;
  readonly calls: ServerInterceptor;
  /** Our own metrics; those of the process come on top. */
  readonly registry: Registry;
  /** Shows what this engine is like at the moment of each look. Once. */
  watch(engine: Watched): void;
  /** As Prometheus reads it. */
  read(): Promise<MetricsText>;
}

export interface MetricsText {
  /** Of its content. */
  readonly type: string;
  readonly text: string;
}

export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  const ofProcess = processMetrics();
  new Gauge({
    name: 'flovyn_build_info',
    help: 'Always 1; the version of the server is its label.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1);
  return {
    registry,
    meter: createEngineMeter(registry),
    onTrip: createDatabaseMeter(registry),
    requests: createRequestMeter(registry),
    calls: createCallMeter(registry),
    watch: (engine) => addGauges(registry, engine),
    async read() {
      const texts = await Promise.all([registry.metrics(), ofProcess.metrics()]);
      return { type: METRICS_TYPE, text: texts.join('') };
    },
  };
}
