/** A part of a target that the caller chooses. */
export type TargetPart = 'url' | 'grpcUrl' | 'org' | 'key' | 'workerKey';

/** A target cannot be entered, and this part of it is the one to look at. Says nothing about any promise. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
  readonly part: TargetPart;
  /** Of the server that was asked; the HTTP or the gRPC one. */
  readonly address: string;

  constructor(part: TargetPart, address: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.part = part;
    this.address = address;
  }
}
