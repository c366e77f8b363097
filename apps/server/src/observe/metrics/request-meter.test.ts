import { type RequestListener, type Server, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, expect, it } from 'vitest';
import { eventually } from '@flovyn/testing';
import { parseMetrics } from '../../../test/support/scraped.js';
import { createRequestMeter } from './request-meter.js';

let server: Server;
afterEach(() => void server.close());

async function listen(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const sample = (status: string): string => `flovyn_http_requests_total{method="GET",route="/r/:id",status="${status}"}`;

it('tells answers from requests that their caller gave up', async () => {
  const registry = new Registry();
  const meter = createRequestMeter(registry);
  const number = async (name: string): Promise<number> => parseMetrics(await registry.metrics()).number(name);
  let isSlow = true;
  const url = await listen((request, response) => {
    meter.asked(request, response, () => '/r/:id');
    if (!isSlow) response.writeHead(503).end();
    else client.destroy();
  });
  const client = get(url, () => undefined).on('error', () => undefined);
  await eventually('the one that was given up', async () => (await number(sample('aborted'))) === 1);
  isSlow = false;
  await fetch(url);
  await eventually('the answered one', async () => (await number(sample('5xx'))) === 1);
  expect(await number('flovyn_http_request_seconds_count{method="GET",route="/r/:id"}')).toBe(2);
});

it('counts a stream when it ends, and not how long it was', async () => {
  const registry = new Registry();
  const meter = createRequestMeter(registry);
  const scrape = async () => parseMetrics(await registry.metrics());
  const url = await listen((request, response) => {
    meter.askedForStream(request, response, '/r/:id');
    const left = meter.reading();
    meter.stalled();
    response.writeHead(200).end();
    response.once('close', left);
  });
  await fetch(url);
  const { number, samples } = await eventually('its end', async () => {
    const now = await scrape();
    return now.number(sample('2xx')) === 1 && now.number('flovyn_stream_readers') === 0 ? now : undefined;
  });
  expect(number('flovyn_stream_readers_opened_total')).toBe(1);
  expect(number('flovyn_stream_readers_stalled_total')).toBe(1);
  expect([...samples.keys()].filter((name) => name.startsWith('flovyn_http_request_seconds'))).toEqual([]);
});
