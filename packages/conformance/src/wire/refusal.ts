import { status } from '@grpc/grpc-js';

/** The name of the status a call ended with, `OK` when it succeeded. */
export async function statusOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'OK';
  } catch (error: unknown) {
    const code = (error as { readonly code?: unknown }).code;
    // Whatever is not a status of gRPC is a fault of the case.
    if (typeof code !== 'number') throw error;
    return status[code] ?? `status ${code}`;
  }
}
