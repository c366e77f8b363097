import { createHash } from 'node:crypto';

/**
 * The id a worker gives the n-th task or child of an execution: a UUID of version 5 in the execution's own namespace, so
 * that every replay finds the same one.
 */
export function clientId(executionId: string, counter: number): string {
  const namespace = Buffer.from(executionId.replaceAll('-', ''), 'hex');
  const bytes = createHash('sha1').update(namespace).update(`${executionId}:${counter}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
