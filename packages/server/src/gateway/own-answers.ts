/** Own answers: what the gateway answers itself, without an application: whether it lives, and its metadata. */
import type { Directory } from '../directory/directory.ts';
import type { Arrival } from './accept.ts';
import type { RawHeaders } from './headers.ts';
import { answer, type InboundResponse } from './inbound.ts';
import { describeResource, isMetadata, refuseOtherMethods } from './metadata.ts';
import type { Names } from './names.ts';

export interface OwnAnswersOptions {
  readonly directory: Directory;
  readonly names: Names;
  /** True when it takes arrivals, and every wanted application has been tried once. */
  readonly isReady: () => boolean;
}

/** True when it was answered. Throws a Problem (MethodNotAllowed). */
export function answerOwn(
  arrival: Arrival,
  response: InboundResponse,
  { directory, names, isReady }: OwnAnswersOptions,
): boolean {
  const { target, request, requestId } = arrival;
  const tell = (status: number, body: unknown, headers: RawHeaders = []): true => {
    refuseOtherMethods(request.method);
    const own = ['content-type', 'application/json', 'opc-request-id', requestId];
    const text = request.method === 'HEAD' ? undefined : JSON.stringify(body);
    answer(response, { status, headers: [...own, ...headers], body: text });
    return true;
  };
  if (isMetadata(target))
    return tell(200, describeResource(arrival, directory, names), ['access-control-allow-origin', '*']);
  if (names.labelOf(arrival.peer.host) !== undefined) return false;
  if (target.path === '/health') return tell(200, { status: 'healthy' });
  if (target.path !== '/ready') return false;
  return isReady() ? tell(200, { status: 'ready' }) : tell(503, { status: 'starting' });
}
