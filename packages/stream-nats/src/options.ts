import type { ConnectionOptions } from '@nats-io/transport-node';

export interface NatsOptions {
  /** Addresses, separated by commas: `nats://`, or `tls://`; with user and password or a token where they are asked for. */
  readonly url: string;
  /** Whether copies are also kept in the JetStream stream `FLOVYN_STREAMS`, for programs of others; no. */
  readonly keepsCopies?: boolean | undefined;
  /** Told when the connection comes and goes. */
  readonly onChange?: ((status: LinkStatus) => void) | undefined;
}

/** Whether the others can be heard, and why not. */
export type LinkStatus = { readonly connected: true } | { readonly connected: false; readonly why: string };

/** 2 s: whoever takes longer to greet is as good as away. */
const GREETING_MS = 2_000;

/**
 * How to reach the servers that an address names.
 *
 * @throws {TypeError} when it is no address of NATS.
 */
export function connectionOptions(url: string): ConnectionOptions {
  const parts = url.split(',').map((part) => parseUrl(part.trim()));
  const [first] = parts;
  if (first === undefined) throw new TypeError('An address of NATS is empty.');
  const user = decodeURIComponent(first.username);
  const pass = decodeURIComponent(first.password);
  return {
    name: 'flovyn-server',
    servers: parts.map(({ hostname, port }) => `${hostname}:${port === '' ? '4222' : port}`),
    ...(user === '' ? {} : pass === '' ? { token: user } : { user, pass }),
    ...(first.protocol === 'tls:' ? { tls: {} } : {}),
    // The link connects anew by itself, whatever ended the connection before.
    reconnect: false,
    timeout: GREETING_MS,
    noEcho: true,
  };
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'nats:' && url.protocol !== 'tls:') || url.hostname === '') {
    // Not the text itself: there may be a password in it.
    throw new TypeError('An address of NATS is such as nats://127.0.0.1:4222, or several of them with commas between.');
  }
  return url;
}
