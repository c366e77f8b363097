import { Http2ServerRequest } from 'node:http2';
import express, { type Express } from 'express';
import { SecureResponse } from './secure-server.js';

/**
 * Has an app answer requests of HTTP/2, and no others any more. The framework gives every request and every answer the methods
 * of its own on top of those of HTTP/1.1: here they come on top of those of HTTP/2.
 */
export function overHttp2(app: Express): Express {
  const { request, response } = app;
  return Object.assign(app, {
    request: onTop(Http2ServerRequest.prototype, express.request, request),
    response: onTop(SecureResponse.prototype, express.response, response),
  });
}

function onTop(prototype: object, ...layers: readonly object[]): object {
  return layers.reduce(
    (below, layer) => Object.create(below, Object.getOwnPropertyDescriptors(layer)) as object,
    prototype,
  );
}
