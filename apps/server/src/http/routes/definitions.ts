import type { DefinitionType } from '@flovyn/engine';
import { ServiceError, limits, parseInteger, parseKind } from '@flovyn/protocol';
import {
  ConfigureDefinitionBody,
  DefinitionPage,
  DefinitionView,
  ListDefinitionsQuery,
  paths,
} from '@flovyn/protocol/http';
import { ok } from '../answer.js';
import { definitionView, onlineAfter } from '../registry-views.js';
import { type OrgRoute, orgRoute } from '../route.js';
import { pageView } from '../views.js';
import { type RouteParts, found, withoutUndefined } from './shared.js';

interface Addresses {
  readonly list: string;
  readonly one: string;
  readonly configuration: string;
}

/** What workers said of the kinds they can do, and what is configured by hand: the same for workflows and tasks. */
export function definitionRoutes(parts: RouteParts): readonly OrgRoute[] {
  return [
    ...routesOf(parts, 'workflow', limits.workflowTimeoutMaxMs, {
      list: paths.workflowDefinitions,
      one: paths.workflowDefinition,
      configuration: paths.workflowConfiguration,
    }),
    ...routesOf(parts, 'task', limits.taskTimeoutMaxMs, {
      list: paths.taskDefinitions,
      one: paths.taskDefinition,
      configuration: paths.taskConfiguration,
    }),
  ];
}

function routesOf(
  { store: { workers }, clock }: RouteParts,
  type: DefinitionType,
  longestMs: number,
  { list, one, configuration }: Addresses,
): readonly OrgRoute[] {
  const after = (): number => onlineAfter(clock.now());
  return [
    orgRoute({
      method: 'GET',
      path: list,
      action: 'definition:view',
      summary: `List the definitions of ${type}s`,
      description: 'By kind. One is AVAILABLE when a worker that can do it was heard of within the last minute.',
      query: ListDefinitionsQuery,
      answers: found('A page of definitions', DefinitionPage),
      async handle({ orgId, query }) {
        const page = await workers.definitions(orgId, withoutUndefined({ ...query, type }));
        return ok(pageView('definitions', page, query, (definition) => definitionView(definition, after())));
      },
    }),
    orgRoute({
      method: 'GET',
      path: one,
      action: 'definition:view',
      summary: `Read the definition of a ${type}`,
      answers: found('The definition', DefinitionView),
      async handle({ orgId, part }) {
        const kind = parseKind(part('kind'));
        const definition = await workers.definition(orgId, type, kind);
        if (definition === undefined) throw unknownKind(type, kind);
        return ok(definitionView(definition, after()));
      },
    }),
    orgRoute({
      method: 'PATCH',
      path: configuration,
      action: 'definition:configure',
      summary: `Configure a ${type} by hand`,
      description: 'What is absent stays as it is, null takes it away. Later registrations do not change it.',
      body: ConfigureDefinitionBody,
      example: { timeoutSeconds: 3_600, tags: ['billing'] },
      answers: found('The definition as it is now', DefinitionView),
      async handle({ orgId, part, body: { timeoutSeconds, tags }, payload }) {
        const kind = parseKind(part('kind'));
        if (typeof timeoutSeconds === 'number') parseInteger(timeoutSeconds, 'timeoutSeconds', 1, longestMs / 1_000);
        const given = payload('retryPolicy');
        const retryPolicy = given === 'null' ? null : given;
        const configured = await workers.configure(
          orgId,
          type,
          kind,
          withoutUndefined({ timeoutSeconds, retryPolicy, tags }),
        );
        if (configured === undefined) throw unknownKind(type, kind);
        return ok(definitionView(configured, after()));
      },
    }),
  ];
}

function unknownKind(type: DefinitionType, kind: string): ServiceError {
  return new ServiceError('NOT_FOUND', `No worker has registered a ${type} of the kind "${kind}".`);
}
