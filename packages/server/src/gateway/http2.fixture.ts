/** A client that speaks HTTP/2, for the tests of this folder. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http2, {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { developmentCertificate } from '../kit/certificate.ts';
import { bearer } from './gateway.fixture.ts';

export interface TestCertificate extends AsyncDisposable {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
  /** The file that `ca` stands in, too. */
  readonly file: string;
}

export async function makeCertificate(): Promise<TestCertificate> {
  const directory = await mkdtemp(join(tmpdir(), 'mooring-http2-'));
  const { cert, key, ca } = await developmentCertificate(directory, ['localhost'], Date.now());
  const file = join(directory, 'authority.pem');
  await writeFile(file, ca);
  return { cert, key, ca, file, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
}

export interface Http2Client extends AsyncDisposable {
  readonly session: ClientHttp2Session;
  /** A request with the good token. `endStream: false`: its body is yet to come. */
  request(headers: OutgoingHttpHeaders, options?: { endStream?: boolean }): ClientHttp2Stream;
  /** Sends a request and reads the whole answer. Rejects when the answer is cut. */
  ask(headers: OutgoingHttpHeaders, body?: string | Buffer): Promise<Http2Answer>;
}

export interface Http2Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders | undefined;
  readonly body: string;
}

export async function connectHttp2(port: number, ca: string): Promise<Http2Client> {
  const session = http2.connect(`https://localhost:${port}`, { ca });
  session.on('error', () => {});
  await once(session, 'remoteSettings');
  const request: Http2Client['request'] = (headers, options) =>
    session.request({ ...bearer, ...headers }, options);
  return {
    session,
    request,
    ask: async (headers, body) => {
      const stream = request(headers, { endStream: body === undefined });
      if (body !== undefined) stream.end(body);
      return readAnswer(stream);
    },
    [Symbol.asyncDispose]: async () => {
      if (session.destroyed) return;
      const closed = once(session, 'close');
      session.destroy();
      await closed;
    },
  };
}

/** Rejects when the answer is cut, or there is none. */
export async function readAnswer(stream: ClientHttp2Stream): Promise<Http2Answer> {
  let trailers: IncomingHttpHeaders | undefined;
  stream.once('trailers', (lines) => (trailers = lines));
  const [headers]: [IncomingHttpHeaders & { ':status'?: number }] = await beginning(stream);
  const chunks: Buffer[] = await stream.toArray();
  if (stream.rstCode !== 0) throw new Error(`the stream was reset with ${stream.rstCode}`);
  return { status: headers[':status'] ?? 0, headers, trailers, body: Buffer.concat(chunks).toString() };
}

async function beginning(stream: ClientHttp2Stream): Promise<[IncomingHttpHeaders & { ':status'?: number }]> {
  const { promise, resolve, reject } =
    Promise.withResolvers<[IncomingHttpHeaders & { ':status'?: number }]>();
  stream.once('response', (headers) => resolve([headers]));
  stream.once('error', reject);
  stream.once('close', () => reject(new Error(`closed with ${stream.rstCode} before an answer`)));
  return promise;
}
