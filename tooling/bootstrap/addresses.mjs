import { get } from 'node:http';
import { createServer } from 'node:net';
import { Refusal } from './refusal.mjs';

/** What the server accepts in development mode, from this machine only. */
export const DEV = {
  orgId: '550e8400-e29b-41d4-a716-446655440000',
  orgSlug: 'dev',
  apiKey: 'flovyn_sk_dev_admin',
  workerToken: 'fwt_dev_worker',
};

/**
 * @typedef {object} Addresses
 * @property {{ variable: string, port: number }[]} ports - every port the server will take, and what sets it
 * @property {string} http - where people and programs knock
 * @property {string} grpc - where workers knock
 */

/**
 * Where the server will listen.
 *
 * @param {NodeJS.ProcessEnv} env - `SERVER_PORT` (8000) and `GRPC_SERVER_PORT` (9090)
 * @returns {Addresses}
 * @throws {Refusal} when a variable is not a port
 */
export function addresses(env) {
  const http = port(env, 'SERVER_PORT', 8000);
  const grpc = port(env, 'GRPC_SERVER_PORT', 9090);
  return { ports: [http, grpc], http: `http://127.0.0.1:${http.port}`, grpc: `http://127.0.0.1:${grpc.port}` };
}

/**
 * The port an environment variable sets.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string} variable
 * @param {number} usual - the port when the variable is not set
 * @throws {Refusal} when it is not a port
 */
export function port(env, variable, usual) {
  const text = env[variable] ?? '';
  const value = text === '' ? usual : Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_535) {
    throw new Refusal(`${variable} is "${text}"; it must be a port number from 1 to 65535.`);
  }
  return { variable, port: value };
}

/**
 * Refuses with a sentence that helps when somebody already listens on one of the ports.
 *
 * @param {Addresses} addresses
 * @throws {Refusal}
 */
export async function assertPortsAreFree({ ports, http }) {
  for (const { variable, port } of ports) {
    const obstacle = await whyNotFree(port);
    if (obstacle === undefined) continue;
    const flovyn = (await answers(http)) ? ` Perhaps Flovyn is running already: open ${http} to see.` : '';
    throw new Refusal(
      `Port ${port} cannot be used: ${obstacle}.${flovyn} Stop it, or choose another port: ${variable}=${port + 1}`,
    );
  }
}

/**
 * @param {number} port
 * @returns {Promise<string | undefined>}
 */
function whyNotFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (/** @type {NodeJS.ErrnoException} */ { code, message }) => {
      resolve(code === 'EADDRINUSE' ? 'another program listens on it' : message);
    });
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(undefined)));
  });
}

/**
 * Whether a healthy server answers at an address within two seconds.
 *
 * @param {string} http
 * @returns {Promise<boolean>}
 */
export function answers(http) {
  return new Promise((resolve) => {
    const request = get(`${http}/_/health`, { agent: false, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    // Refused, reset, silent: nobody is there yet, whatever the reason.
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
    request.on('close', () => resolve(false));
  });
}
