import { type Json, toJson } from '@flovyn/protocol';
import { AsyncApiView, ContractView, HealthView, LiveView, OpenApiView, paths } from '@flovyn/protocol/http';
import { ok } from '../answer.js';
import { contractView } from '../contract.js';
import { asyncApiDocuments } from '../documents/asyncapi.js';
import { docsAsset, docsPage } from '../documents/docs-page.js';
import { errorPage } from '../error-pages.js';
import { METRICS_TYPE, type MetricsText } from '../../observe/metrics/metrics.js';
import type { Health } from '../health.js';
import { type Route, callerRoute, openRoute } from '../route.js';
import { found } from './shared.js';

export interface ServerParts {
  readonly health: () => Promise<Health>;
  readonly metrics: () => Promise<MetricsText>;
  /** The OpenAPI document of everything that is served. */
  readonly openApi: () => Json;
}

const HTML = 'text/html; charset=utf-8';
/** RFC 9512. */
const YAML = 'application/yaml';

/** What the server says of itself. */
export function serverRoutes({ health, metrics, openApi }: ServerParts): readonly Route[] {
  const contract = contractView();
  return [
    openRoute({
      method: 'GET',
      path: paths.live,
      summary: 'Whether the process lives',
      answers: found('It does', LiveView),
      handle: () => ok(toJson({ status: 'UP' })),
    }),
    openRoute({
      method: 'GET',
      path: paths.health,
      summary: 'Whether the server may be used',
      answers: {
        200: { what: 'It may', schema: HealthView },
        503: { what: 'Not now, and why', schema: HealthView },
      },
      async handle() {
        const answer = await health();
        return { status: answer.status === 'UP' ? 200 : 503, json: toJson(answer) };
      },
    }),
    callerRoute({
      method: 'GET',
      path: paths.metrics,
      summary: 'What is counted, for Prometheus',
      description:
        'Of the whole server, without names of organisations or anything they wrote. See the guide for production.',
      answers: { 200: { what: 'The metrics', type: METRICS_TYPE } },
      async handle() {
        const { type, text } = await metrics();
        return { status: 200, content: { type, body: text } };
      },
    }),
    callerRoute({
      method: 'GET',
      path: paths.contract,
      summary: 'Which news and output this server may send',
      answers: found('The contract of events', ContractView),
      handle: () => ok(contract),
    }),
    openRoute({
      method: 'GET',
      path: paths.docs,
      summary: 'This documentation, as a page',
      answers: { 200: { what: 'The page', type: HTML } },
      handle: () => ({ status: 200, content: { type: HTML, body: docsPage } }),
    }),
    openRoute({
      method: 'GET',
      path: paths.docsAsset,
      summary: 'A file of the documentation page',
      answers: { 200: { what: 'The file', type: '*/*' } },
      handle: ({ part }) => docsAsset(part('file')),
    }),
    openRoute({
      method: 'GET',
      path: paths.openApi,
      summary: 'This documentation, as an OpenAPI document',
      answers: found('The document', OpenApiView),
      handle: () => ok(openApi()),
    }),
    openRoute({
      method: 'GET',
      path: paths.asyncApi,
      summary: 'What the streams say, as a page',
      answers: { 200: { what: 'The page', type: HTML } },
      handle: () => ({ status: 200, content: { type: HTML, body: asyncApiDocuments().page } }),
    }),
    openRoute({
      method: 'GET',
      path: paths.asyncApiYaml,
      summary: 'What the streams say, as an AsyncAPI document',
      answers: { 200: { what: 'The document', type: YAML } },
      handle: () => ({ status: 200, content: { type: YAML, body: asyncApiDocuments().yaml } }),
    }),
    openRoute({
      method: 'GET',
      path: paths.asyncApiJson,
      summary: 'What the streams say, as an AsyncAPI document in JSON',
      answers: found('The document', AsyncApiView),
      handle: () => ok(asyncApiDocuments().json),
    }),
    openRoute({
      method: 'GET',
      path: paths.errorPage,
      summary: 'What an error means and what to do about it',
      answers: { 200: { what: 'The page', type: HTML } },
      handle: ({ part }) => ({ status: 200, content: { type: HTML, body: errorPage(part('slug')) } }),
    }),
  ];
}
