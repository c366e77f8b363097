import type { JsonWebKey } from 'node:crypto';
import { type CryptoKey, SignJWT, exportJWK, generateKeyPair } from 'jose';
import { type FakeHttp, startFakeHttp } from './fake-http.js';

export const ISSUER = 'https://auth.example.com';

export interface SignOptions {
  /** The algorithm and key of the header, and whatever else it is to say. */
  readonly header?: Readonly<Record<string, string>>;
  /** Signed with this instead of the signer's own key. */
  readonly key?: CryptoKey | Uint8Array;
  /** Seconds from now; 300 when absent. `null`: no end at all. */
  readonly lastsSeconds?: number | null;
}

export interface FakeSigner extends Pick<FakeHttp, 'asked' | 'answer' | 'close'> {
  /** Where its public keys are. */
  readonly jwksUri: string;
  /** The present public key, as it stands there. */
  readonly publicKey: JsonWebKey;
  /** `undefined` claims are left out. */
  sign(claims: Readonly<Record<string, unknown>>, options?: SignOptions): Promise<string>;
  /** From now on it signs with another key, and has no other. */
  rotate(): Promise<void>;
  /** Its keys are there again, after it had another answer. */
  recover(): void;
}

/** Somebody who signs tokens, on this machine. */
export async function startFakeSigner(algorithm = 'ES256'): Promise<FakeSigner> {
  let count = 0;
  const next = async () => {
    const pair = await generateKeyPair(algorithm, { extractable: true });
    const kid = `key-${++count}`;
    return { ...pair, kid, publicJwk: { ...(await exportJWK(pair.publicKey)), kid, alg: algorithm, use: 'sig' } };
  };
  let current = await next();
  const http = await startFakeHttp(() => ({ json: { keys: [current.publicJwk] } }));
  return {
    jwksUri: `${http.url}/jwks`,
    asked: http.asked,
    answer: http.answer,
    close: http.close,
    get publicKey() {
      return current.publicJwk;
    },
    async sign(claims, { header = {}, key = current.privateKey, lastsSeconds = 300 } = {}) {
      const token = new SignJWT({ iss: ISSUER, ...claims }).setProtectedHeader({
        alg: algorithm,
        kid: current.kid,
        ...header,
      });
      if (lastsSeconds !== null) token.setExpirationTime(Math.floor(Date.now() / 1_000) + lastsSeconds);
      return token.sign(key);
    },
    async rotate() {
      current = await next();
    },
    recover: () => http.answer(() => ({ json: { keys: [current.publicJwk] } })),
  };
}
