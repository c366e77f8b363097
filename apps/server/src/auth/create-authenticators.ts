import type { Clock, Ids, Store } from '@flovyn/engine';
import type { AuthConfig, DoorConfig } from '../config/auth-config.js';
import { type AuthenticatorConfig, workerToken } from '../config/authenticator-config.js';
import { logEvents } from '../observe/events.js';
import type { Logger } from '../observe/log.js';
import { apiKeyAuthenticator } from './api-keys.js';
import { type Recognise, inOrder } from './authenticator.js';
import { jwtAuthenticator } from './jwt.js';
import { createKeySet } from './key-set.js';
import { isLoopbackName } from './loopback.js';
import { createNamedOrganisations } from './named-organisations.js';
import { staticKeys } from './static-keys.js';
import { type WorkerTokens, createWorkerTokens } from './worker-tokens.js';

export interface Authenticators {
  /** Who stands behind a credential, at each of the doors. */
  readonly http: Recognise;
  readonly grpc: Recognise;
  readonly workerTokens: WorkerTokens;
}

export interface AuthenticatorParts {
  readonly store: Pick<Store, 'orgs' | 'workerTokens'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
}

/** Makes what the configuration names. An authenticator that both doors name is one, with one memory. */
export function createAuthenticators(config: AuthConfig, parts: AuthenticatorParts): Authenticators {
  const { store, clock, ids, log } = parts;
  const organisation = createNamedOrganisations(config.organisations, { orgs: store.orgs, clock, ids, log });
  const made = new Map<AuthenticatorConfig, Recognise>();
  const all = [...config.http.authenticators, ...config.grpc.authenticators];
  const worker = all.find((one) => one.name === 'worker_token');
  const tokenParts = { store: store.workerTokens, clock, ids, isAccepted: worker !== undefined };
  const workerTokens = createWorkerTokens(worker ?? workerToken(), tokenParts);

  const make = (one: AuthenticatorConfig): Recognise => {
    switch (one.name) {
      case 'static_api_key':
        return staticKeys(one.keys);
      case 'worker_token':
        return (credential) => workerTokens.recognise(credential);
      case 'better_auth_api_key':
        warnWithoutTls(one.validationUrl, log);
        return apiKeyAuthenticator(one, { organisation, ownPrefixes: worker ? [worker.prefix] : [], log });
      case 'jwt':
      case 'better_auth_jwt':
        if (one.keySet !== undefined) warnWithoutTls(one.keySet, log);
        return jwtAuthenticator(one, { keySet: one.keySet && createKeySet(one.keySet, log), organisation, clock, log });
    }
  };
  const door = ({ authenticators }: DoorConfig): Recognise =>
    inOrder(
      authenticators.map((one) => {
        const recognise = made.get(one) ?? make(one);
        made.set(one, recognise);
        return recognise;
      }),
    );
  return { http: door(config.http), grpc: door(config.grpc), workerTokens };
}

/** Whoever is on the way could answer in place of who is asked. Within one's own network that may be a risk to take. */
function warnWithoutTls(url: URL, log: Logger): void {
  if (url.protocol !== 'https:' && !isLoopbackName(url.href)) log.warn({ host: url.host }, logEvents.askedWithoutTls);
}
