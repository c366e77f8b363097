import type { Organisation } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import type { ApiKeyConfig } from '../config/authenticator-config.js';
import { logEvents } from '../observe/events.js';
import type { Logger } from '../observe/log.js';
import { type KeyReply, readReply } from './api-key-reply.js';
import type { Known, Recognise } from './authenticator.js';
import type { NamedOrganisation } from './named-organisations.js';
import type { Principal } from './principal.js';
import { reasonOf } from './read-within.js';
import { remembered } from './remembered.js';
import { TRUSTED_MS } from './watch.js';

/** 5 s: a wrong key that is sent again and again is asked for once in that time. */
const UNKNOWN_MS = 5_000;
/** What a key may be made of. A token with dots in it is somebody else's, and would be told to them for nothing. */
const KEY = /^[\w~+/=:-]{1,512}$/;

export interface ApiKeyParts {
  readonly organisation: (named: NamedOrganisation) => Promise<Organisation | undefined>;
  /** Beginnings of keys that are ours alone: they are told to nobody. */
  readonly ownPrefixes: readonly string[];
  readonly log: Logger;
  readonly now?: (() => number) | undefined;
}

/**
 * Recognises callers by asking whoever keeps their keys. Who does not answer in time, or not in a way that can be understood,
 * lets nobody in. Answers are remembered for less than a minute, so that a key that was taken back is soon closed.
 */
export function apiKeyAuthenticator(
  { validationUrl, timeoutMs }: ApiKeyConfig,
  { organisation, ownPrefixes, log, now = () => performance.now() }: ApiKeyParts,
): Recognise {
  const ask = async (key: string): Promise<KeyReply> => {
    try {
      const response = await fetch(validationUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ apiKey: key }),
        // A key is told to nobody but whom the configuration names.
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      return await readReply(response, key);
    } catch (error: unknown) {
      const reason = reasonOf(error);
      log.warn({ host: validationUrl.host, reason }, logEvents.keyCheckAway);
      throw new ServiceError('UNAVAILABLE', 'The server cannot check this API key at the moment. Try again.', {
        cause: new Error(reason),
      });
    }
  };

  const find = async (key: string): Promise<Known | undefined> => {
    const reply = await ask(key);
    if (!reply.valid) return undefined;
    const org = await organisation({ slug: reply.orgSlug });
    if (org === undefined) {
      throw new ServiceError(
        'PERMISSION_DENIED',
        'This API key is for an organisation that this server does not have.',
      );
    }
    return { principal: principalOf(reply, org), again: () => keys.recognise(key) };
  };
  const keys = remembered(find, { knownMs: TRUSTED_MS, unknownMs: UNKNOWN_MS, now });

  return (credential) => {
    if (!KEY.test(credential) || ownPrefixes.some((prefix) => credential.startsWith(prefix))) return undefined;
    return keys.recognise(credential);
  };
}

function principalOf({ userId, type, role }: KeyReply & { valid: true }, { id: orgId }: Organisation): Principal {
  return type === 'Worker' ? { type, id: userId, orgId } : { type, id: userId, orgId, role };
}
