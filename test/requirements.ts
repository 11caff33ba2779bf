/**
 * Every promise on the wire, as data: what a client or a replica may rely on. Tests name what they prove with
 * `verifies(id, …)`; requirements.test.ts fails when a promise has no test.
 */

export interface Requirement {
  /** `what:which:detail`; never used again for something else. */
  readonly id: string;
  readonly sentence: string;
  /** Where it comes from: an RFC, the OCI reference, a registry, or where docs/wire.md says it in full. */
  readonly source: string;
}

export const requirements = [
  // Listeners
  {
    id: 'listener:names',
    sentence: 'A request whose Host is no name of this server is refused with 421.',
    source: 'RFC 9110 section 15.5.20; docs/wire.md, listeners',
  },
  {
    id: 'host:own',
    sentence:
      'On its own host name an application has the whole path, over HTTP and WebSocket; a name of no application is a 404.',
    source: 'docs/wire.md, host names of their own',
  },
  {
    id: 'host:reserved',
    sentence:
      "On an own host only the metadata and what lies below /.well-known/mooring are not the application's.",
    source: 'docs/wire.md, host names of their own; RFC 9728 section 3.1',
  },
  {
    id: 'host:apart',
    sentence:
      'To browsers an application on its own host is an origin of its own: pages of another cannot read it, and its cookies go to no other host.',
    source: 'docs/wire.md, host names of their own; RFC 6265 section 5.3',
  },
  {
    id: 'host:resource',
    sentence: 'The own host and the paths name the same application, as resource and as audience.',
    source: 'docs/wire.md, host names of their own; RFC 8707 section 2',
  },
  {
    id: 'listener:forwarded',
    sentence:
      'X-Forwarded-For, -Proto and -Host are believed from trusted proxies only, and only the entry of the nearest one.',
    source: 'docs/wire.md, what reaches the replica',
  },
  {
    id: 'listener:applications-only',
    sentence:
      'The applications listener answers nothing of the management API, its extension or the identity domain.',
    source: 'docs/wire.md, listeners',
  },
  {
    id: 'listener:management-only',
    sentence: 'The management listener serves no application.',
    source: 'docs/wire.md, listeners',
  },
  {
    id: 'listener:health',
    sentence: '/health answers 200 while the process runs, to GET and HEAD only.',
    source: 'docs/wire.md, URLs of the applications listener',
  },
  {
    id: 'listener:ready',
    sentence:
      '/ready answers 200 once every wanted application has been tried, and 503 before that and while the server stops.',
    source: 'docs/wire.md, URLs of the applications listener',
  },
  {
    id: 'listener:metadata',
    sentence:
      'Every endpoint with OAuth has protected-resource metadata: resource, issuer and the joined scope.',
    source: 'RFC 9728 section 3; OCI reference, section 4.1',
  },
  // What a request may look like
  {
    id: 'target:form',
    sentence: 'A request target that is no path is refused with 400.',
    source: 'RFC 9112 section 3.2',
  },
  {
    id: 'target:double-slash',
    sentence: "A target, or an application's path, that starts with // is refused with 400.",
    source: 'RFC 3986 section 4.2',
  },
  {
    id: 'target:dot-segments',
    sentence: 'A . or .. segment is refused with 400, never resolved.',
    source: 'RFC 3986 section 5.2.4',
  },
  {
    id: 'target:encoded',
    sentence:
      'An encoded dot, slash, backslash, NUL or control character is refused with 400, however often it is encoded.',
    source: 'RFC 3986 section 2.1',
  },
  {
    id: 'target:escapes',
    sentence: 'A percent sign without two hexadecimal digits is refused with 400.',
    source: 'RFC 3986 section 2.1',
  },
  {
    id: 'target:characters',
    sentence: 'A character that must be percent-encoded is refused with 400.',
    source: 'RFC 3986 section 3.3',
  },
  {
    id: 'head:doubled',
    sentence:
      'A doubled Host, Authorization, Content-Length, Origin, Upgrade or Sec-WebSocket-* header is refused with 400.',
    source: 'RFC 9110 section 5.3; RFC 6455 section 11.3',
  },
  {
    id: 'head:host',
    sentence: 'An HTTP/1.1 request without Host is refused with 400.',
    source: 'RFC 9112 section 3.2',
  },
  {
    id: 'head:too-large',
    sentence: 'A request line and headers of more than 16 KiB are refused with 431.',
    source: 'RFC 6585 section 5',
  },
  {
    id: 'head:time-limit',
    sentence: 'A request whose head is not there within the limit is refused with 400 and disconnected.',
    source: 'docs/wire.md, settings of an application',
  },
  {
    id: 'head:garbage',
    sentence:
      'Bytes that are no HTTP/1.1 request are refused with 400, and never in the middle of another answer.',
    source: 'RFC 9112 section 2.2',
  },
  // Refusals
  {
    id: 'refusal:body',
    sentence: 'A refusal has the body {"code","message"} in JSON, and the status of its code.',
    source: 'OCI reference, section 2.4',
  },
  {
    id: 'refusal:request-id',
    sentence: "Every answer carries opc-request-id: the client's when it is well formed, else a new one.",
    source: 'OCI reference, section 2.1',
  },
  {
    id: 'refusal:connection',
    sentence:
      'A refusal before the body was read says Connection: close, and reaches a client that is still sending.',
    source: 'RFC 9112 section 9.6',
  },
  // Who may call
  {
    id: 'auth:unknown-application',
    sentence: 'An application that does not exist is 404 to everybody, before any token is looked at.',
    source: 'OCI reference, section 2.4',
  },
  {
    id: 'auth:missing',
    sentence: 'Without a token the answer is 401 with a challenge that names the metadata and the scope.',
    source: 'RFC 6750 section 3; RFC 9728 section 5.1',
  },
  {
    id: 'auth:malformed',
    sentence: 'An Authorization header that is no bearer token is refused with 401.',
    source: 'RFC 6750 section 2.1',
  },
  {
    id: 'auth:invalid',
    sentence:
      'A token that is expired, not yet valid, unsigned, signed by another key, or made for another audience or issuer is refused with 401 and error="invalid_token".',
    source: 'RFC 6750 section 3.1; RFC 9068 section 4',
  },
  {
    id: 'auth:scope',
    sentence: 'A good token without the scope is refused with 403 and error="insufficient_scope".',
    source: 'RFC 6750 section 3.1',
  },
  {
    id: 'auth:challenge',
    sentence: 'Nothing that a client puts into its request can change the parameters of the challenge.',
    source: 'RFC 9110 section 11.6.1',
  },
  {
    id: 'auth:origin',
    sentence: "A page calls only from an allowed origin; without a list, only from this server's own.",
    source: 'RFC 6455 section 10.2',
  },
  {
    id: 'origin:preflight',
    sentence: 'A preflight of a page that may call is granted without a credential; of another it is a 403.',
    source: 'docs/wire.md, origin',
  },
  {
    id: 'origin:readable',
    sentence:
      'A page that may call can read every answer and every refusal, and no page gets cookies sent along.',
    source: 'docs/wire.md, origin',
  },
  {
    id: 'browser:sandbox',
    sentence: 'A document of a replica is shown by browsers as an origin of its own.',
    source: 'docs/wire.md, origin',
  },
  {
    id: 'browser:cookies',
    sentence: "A replica's cookie goes back to its own application's path only.",
    source: 'RFC 6265 sections 5.1.4 and 5.3',
  },
  {
    id: 'limits:pending',
    sentence:
      'Handshakes under way over the limits of an application or a caller are refused with 429, until one has ended.',
    source: 'docs/wire.md, settings of an application',
  },
  {
    id: 'limits:connections',
    sentence:
      'Connections over the limits of an application or a caller, and handshakes over the rate, are refused with 429.',
    source: 'docs/wire.md, settings of an application',
  },
  {
    id: 'limits:descriptors',
    sentence:
      'When its descriptors run out a server closes new connections and says so; its management API goes on.',
    source: 'docs/operations.md, workers',
  },
  {
    id: 'live:pace',
    sentence:
      'Of a client no more messages or control frames a second pass than may; the rest waits, and none is lost.',
    source: 'docs/wire.md, settings of an application',
  },
  {
    id: 'live:fragments',
    sentence: 'A message in more fragments than allowed closes both ends with 1009.',
    source: 'docs/wire.md, the live connection',
  },
  {
    id: 'ticket:single',
    sentence: 'A ticket lets its caller in once, within 60 s, at the application that it was asked for.',
    source: 'docs/wire.md, tickets',
  },
  {
    id: 'ticket:hidden',
    sentence: 'A ticket never reaches the replica.',
    source: 'docs/wire.md, tickets',
  },
  {
    id: 'token:renewal',
    sentence:
      'A new token of the same caller, handed in at any server, lets a live connection go on; for anybody else it is not there.',
    source: 'docs/wire.md, tokens of live connections',
  },
  {
    id: 'auth:discovery',
    sentence:
      'A client that knows the URL of an endpoint finds out how to get a token for it, and a person who signs in lets it.',
    source: 'RFC 9728; RFC 8414; docs/wire.md, the embedded identity domain',
  },
  {
    id: 'auth:login',
    sentence:
      'A person with a role signs in from the command line by device code, works with no more than that role, and signs out.',
    source: 'RFC 8628; docs/wire.md, the embedded identity domain',
  },
  {
    id: 'auth:revoked',
    sentence:
      'When a client, a user or an API key is deleted, or a consent revoked, its live connections end with 3003 within a second, and its tokens are refused.',
    source: 'docs/wire.md, the embedded identity domain',
  },
  {
    id: 'auth:none',
    sentence: 'An application without authentication takes every caller.',
    source: 'OCI reference, section 4.3',
  },
  {
    id: 'auth:secret',
    sentence: 'No token appears in a log, an answer or a request to a replica.',
    source: 'RFC 6750 section 5.3',
  },
  // A seat at a replica
  {
    id: 'hold:served',
    sentence: 'An arrival that finds no ready replica is served once one is ready.',
    source: 'docs/wire.md, settings of an application',
  },
  {
    id: 'queue:order',
    sentence:
      'Arrivals that find every replica at its maxConcurrency wait and are served in the order in which they came.',
    source: 'docs/wire.md, choosing a replica',
  },
  {
    id: 'queue:full',
    sentence: 'More than maxWaiting arrivals are refused with 503 and Retry-After.',
    source: 'docs/wire.md, choosing a replica',
  },
  {
    id: 'affinity:session',
    sentence: 'A session of Streamable HTTP stays at its replica, on every server.',
    source: 'docs/wire.md, choosing a replica; MCP 2025-11-25, Streamable HTTP, session management',
  },
  {
    id: 'affinity:foreign',
    sentence: 'A session of another caller or application, or one that was made up, does not exist: 404.',
    source: 'docs/wire.md, choosing a replica',
  },
  {
    id: 'affinity:over',
    sentence: 'A session whose replica is gone does not exist any more: 404.',
    source: 'docs/wire.md, choosing a replica; MCP 2025-11-25, Streamable HTTP, session management',
  },
  {
    id: 'affinity:settings',
    sentence: 'A header or a cookie that the settings name brings callers back to their replica.',
    source: 'docs/wire.md, choosing a replica',
  },
  {
    id: 'eject:back',
    sentence:
      'A replica that cannot be reached several times in a row gets no arrivals until it answers its probe again.',
    source: 'docs/wire.md, choosing a replica',
  },
  {
    id: 'wake:all',
    sentence: 'Whoever comes while there is no replica is served, by as many as the scaling rule wants.',
    source: 'docs/operations.md, scaling',
  },
  {
    id: 'nodes:demand',
    sentence: 'An arrival at any server wakes an application and counts as its load.',
    source: 'docs/operations.md, several servers',
  },
  {
    id: 'wake:refused',
    sentence: 'Whoever waits for a replica that does not start is refused with 503 and Retry-After.',
    source: 'RFC 9110 section 15.6.4',
  },
  {
    id: 'scale:connections',
    sentence: 'A live connection counts as load as long as it is open, and is never cut by scaling in.',
    source: 'docs/operations.md, scaling',
  },
  {
    id: 'hold:unavailable',
    sentence: 'An arrival that finds none within the hold is refused with 503 and Retry-After.',
    source: 'RFC 9110 section 15.6.4',
  },
  {
    id: 'hold:removed',
    sentence: 'An arrival whose application is deleted meanwhile is refused with 404.',
    source: 'OCI reference, section 2.4',
  },
  {
    id: 'hold:left',
    sentence:
      'A client that leaves while its token is checked, while it is held or while its replica is dialled gives its place back, and harms nobody.',
    source: 'docs/wire.md, the WebSocket handshake',
  },
  {
    id: 'hold:gone',
    sentence: 'A replica that takes no connection is passed over, as if it were not ready.',
    source: 'docs/wire.md, the WebSocket handshake',
  },
  // Towards the replica
  {
    id: 'forward:path',
    sentence: 'The replica gets the path behind the prefix and the query, byte for byte.',
    source: 'OCI reference, section 3.2',
  },
  {
    id: 'forward:headers',
    sentence: "The client's other headers reach the replica in their order, spelling and number.",
    source: 'OCI reference, section 3.2',
  },
  {
    id: 'forward:credentials',
    sentence:
      'Authorization, Proxy-Authorization and the token among the subprotocols never reach the replica.',
    source: 'OCI reference, section 3.2',
  },
  {
    id: 'forward:hop-by-hop',
    sentence: 'Headers of one hop, and those that Connection names, end at the gateway.',
    source: 'RFC 9110 section 7.6.1',
  },
  {
    id: 'forward:framing',
    sentence: 'Where a request ends is the same for the gateway and the replica.',
    source: 'RFC 9112 section 11.2',
  },
  {
    id: 'forward:reserved',
    sentence:
      "X-Forwarded-*, Forwarded, Mooring-* and opc-request-id of a client are replaced by the gateway's.",
    source: 'docs/wire.md, what reaches the replica',
  },
  {
    id: 'forward:identity',
    sentence:
      'The replica is told the verified caller in Mooring-* headers of visible ASCII, and of an anonymous one nothing.',
    source: 'OCI reference, section 4.4',
  },
  {
    id: 'answer:headers',
    sentence:
      "A replica's headers reach the client, except those of one hop and those that are the gateway's.",
    source: 'RFC 9110 section 7.6.1',
  },
  // HTTP
  {
    id: 'http:methods',
    sentence: 'Any method reaches the replica, and its status and body come back.',
    source: 'OCI reference, section 3.2',
  },
  {
    id: 'http:streaming',
    sentence: 'Bodies are streamed both ways: the first byte arrives before the last is sent.',
    source: 'OCI reference, section 3.2',
  },
  {
    id: 'http:continue',
    sentence: "Expect: 100-continue is the replica's to answer.",
    source: 'RFC 9110 section 10.1.1',
  },
  {
    id: 'http:trailers',
    sentence: 'Trailers go both ways, except those that may not be headers.',
    source: 'RFC 9110 section 6.5',
  },
  {
    id: 'http:bodiless',
    sentence: 'HEAD, 204 and 304 have no body and keep the connection.',
    source: 'RFC 9110 section 6.4.1',
  },
  {
    id: 'http:keep-alive',
    sentence:
      'A connection serves one request after the other, also when an answer came before the end of a body.',
    source: 'RFC 9112 section 9.3',
  },
  {
    id: 'http:client-left',
    sentence: 'A client that leaves ends its request at the replica.',
    source: 'docs/wire.md, URLs of the applications listener',
  },
  {
    id: 'http:retry',
    sentence:
      'An idempotent request without a body is repeated once, at another replica if there is one, when its replica fails before answering.',
    source: 'RFC 9110 section 9.2.2',
  },
  {
    id: 'http:bad-gateway',
    sentence: 'A replica that fails before answering is a 502; any other request is not repeated.',
    source: 'RFC 9110 section 15.6.3',
  },
  {
    id: 'http:cut',
    sentence: 'An answer that is cut reaches the client as cut.',
    source: 'RFC 9112 section 8',
  },
  {
    id: 'http:too-large',
    sentence: 'A body over the limit is refused with 413, by its length or as soon as it is over.',
    source: 'RFC 9110 section 15.5.14',
  },
  {
    id: 'http:timeout',
    sentence: 'A replica that does not begin its answer in time is a 504.',
    source: 'RFC 9110 section 15.6.5',
  },
  {
    id: 'http:slow-reader',
    sentence: 'A client that reads nothing of its answer for slowReader seconds is cut off.',
    source: 'docs/wire.md, settings of an application',
  },
  {
    id: 'http:drain',
    sentence: 'Requests may finish while a replica drains, for drainRequests.',
    source: 'docs/wire.md, the live connection',
  },
  {
    id: 'http2:offered',
    sentence:
      'The TLS listener of applications speaks HTTP/2 beside HTTP/1.1, as the client chooses; the others HTTP/1.1 only.',
    source: 'RFC 9113 section 3.2; docs/wire.md, HTTP/2',
  },
  {
    id: 'http2:websocket',
    sentence: 'There is no WebSocket over HTTP/2: it is not announced, and who asks for it is refused.',
    source: 'RFC 8441 section 3; docs/wire.md, HTTP/2',
  },
  {
    id: 'http2:invoke',
    sentence: 'Any method over HTTP/2 reaches the replica as it would over HTTP/1.1.',
    source: 'docs/wire.md, HTTP/2',
  },
  {
    id: 'http2:headers',
    sentence:
      'A request over HTTP/2 has its :authority for Host and one Cookie; headers of one hop are in no answer.',
    source: 'RFC 9113 section 8; docs/wire.md, HTTP/2',
  },
  {
    id: 'http2:stream',
    sentence:
      'Bodies and trailers over HTTP/2 are passed on as they come, each stream at the pace of its own reader.',
    source: 'RFC 9113 section 5.2; docs/wire.md, HTTP/2',
  },
  {
    id: 'http2:continue',
    sentence: 'Expect: 100-continue over HTTP/2 is answered when the replica answers it.',
    source: 'RFC 9110 section 10.1.1',
  },
  {
    id: 'http2:client-left',
    sentence:
      'A stream that the client resets, or whose connection ends, ends the request at the replica, and no other.',
    source: 'RFC 9113 section 5.4.2; docs/wire.md, HTTP/2',
  },
  {
    id: 'http2:cut',
    sentence: 'An answer that the replica cuts off is a stream that is reset with INTERNAL_ERROR.',
    source: 'RFC 9113 section 5.4.2; docs/wire.md, HTTP/2',
  },
  {
    id: 'http2:refusal',
    sentence:
      'An answer before the end of a request arrives whole; then the client is asked to stop by NO_ERROR.',
    source: 'RFC 9113 section 8.1',
  },
  {
    id: 'http2:limits',
    sentence: 'Streams, heads, resets and idle sessions of a client over HTTP/2 have limits.',
    source: 'RFC 9113 section 10.5; docs/wire.md, HTTP/2',
  },
  // The WebSocket handshake
  {
    id: 'upgrade:plain',
    sentence: 'A plain request at the WebSocket URL is refused with 426.',
    source: 'RFC 9110 section 15.5.22',
  },
  {
    id: 'upgrade:wrong-url',
    sentence: 'An upgrade at the HTTP URL is refused with 400, and the message names the right URL.',
    source: 'OCI reference, section 3.1',
  },
  {
    id: 'upgrade:handshake',
    sentence:
      'An upgrade that is not GET, not HTTP/1.1, has a body, or lacks a good key is refused with 400.',
    source: 'RFC 6455 section 4.2.1',
  },
  {
    id: 'upgrade:version',
    sentence: 'A version other than 13 is refused with 426, and the answer names 13.',
    source: 'RFC 6455 section 4.2.2',
  },
  {
    id: 'upgrade:after-replica',
    sentence: "The client gets 101 only after the replica's, with a Sec-WebSocket-Accept for its own key.",
    source: 'RFC 6455 section 4.2.2',
  },
  {
    id: 'upgrade:subprotocol:chosen',
    sentence: 'The answer carries the subprotocol that the replica chose.',
    source: 'RFC 6455 section 4.2.2',
  },
  {
    id: 'upgrade:subprotocol:pair',
    sentence:
      'A token may come as the pair base64UrlBearerAuthorization.<token> and base64UrlBearerAuthorization; neither reaches the replica.',
    source: 'docs/wire.md, authentication',
  },
  {
    id: 'upgrade:subprotocol:sentinel',
    sentence:
      'Where the replica chose none, the answer is the bare base64UrlBearerAuthorization if it was offered.',
    source: 'docs/wire.md, authentication',
  },
  {
    id: 'upgrade:subprotocol:token-not-echoed',
    sentence: 'The entry with the token is never sent back.',
    source: 'docs/wire.md, authentication',
  },
  {
    id: 'upgrade:subprotocol:malformed',
    sentence: 'A malformed list, and two tokens in one, are refused with 400.',
    source: 'RFC 6455 section 4.1',
  },
  {
    id: 'upgrade:extension',
    sentence: 'Of the extensions only permessage-deflate is offered on, end to end.',
    source: 'RFC 7692 section 5',
  },
  {
    id: 'upgrade:replica:refused',
    sentence: 'A replica that answers the handshake with another status is a 502.',
    source: 'RFC 9110 section 15.6.3',
  },
  {
    id: 'upgrade:replica:garbage',
    sentence: 'A replica that answers the handshake with garbage, or closes, is a 502.',
    source: 'RFC 9110 section 15.6.3',
  },
  {
    id: 'upgrade:replica:disagrees',
    sentence: 'A replica that answers with a wrong key, or chooses what was not offered, is a 502.',
    source: 'RFC 6455 section 4.1',
  },
  {
    id: 'upgrade:replica:silent',
    sentence: 'A replica that does not answer the handshake in time is a 504.',
    source: 'RFC 9110 section 15.6.5',
  },
  // IAM applications
  {
    id: 'iam:signature',
    sentence: 'A request to an IAM application is served when a registered API key has signed it.',
    source: 'OCI reference, section 4.2',
  },
  {
    id: 'iam:signature:refused',
    sentence:
      'Every unsigned, altered, stale or wrongly signed request gets the same 401, and no replica completes it.',
    source: 'OCI reference, section 4.2',
  },
  {
    id: 'iam:signature:only',
    sentence: 'A token opens no IAM application, and a signature no other.',
    source: 'docs/wire.md, request signatures',
  },
  {
    id: 'iam:role',
    sentence: 'A key with the role invoke, operator or admin may invoke; one with read-only is a 403.',
    source: 'docs/wire.md, request signatures',
  },
  {
    id: 'iam:paths',
    sentence: 'An application under the paths of the other kind is the same 404 as one that does not exist.',
    source: 'OCI reference, section 3.1',
  },
  {
    id: 'iam:caller',
    sentence:
      "The replica gets the key's user, fingerprint and tenancy as the verified caller, and not the signature.",
    source: 'docs/wire.md, what reaches the replica',
  },
  {
    id: 'iam:upgrade',
    sentence: 'A WebSocket handshake with an IAM application is signed as any GET.',
    source: 'docs/wire.md, request signatures',
  },
  {
    id: 'iam:body:checked',
    sentence: 'A body that is not the signed one never becomes a complete request, and its sender gets 401.',
    source: 'OCI reference, section 4.2',
  },
  {
    id: 'iam:body:streamed',
    sentence: 'A signed body is passed on while it comes, and not held in memory.',
    source: 'docs/wire.md, request signatures',
  },
  {
    id: 'iam:body:answer',
    sentence:
      'An answer that begins before the body was checked waits, unless the replica reads no more until it is read.',
    source: 'docs/wire.md, request signatures',
  },
  // The live connection
  {
    id: 'live:bytes',
    sentence: 'Bytes go both ways as they came: text, binary, fragments, pings and pongs.',
    source: 'RFC 6455 section 5',
  },
  {
    id: 'live:early',
    sentence: 'What either end sends right behind its handshake is not lost.',
    source: 'RFC 6455 section 4.1',
  },
  {
    id: 'live:deflate',
    sentence: 'Compressed messages go through untouched.',
    source: 'RFC 7692 section 6',
  },
  {
    id: 'live:close:passes',
    sentence: 'Close codes and reasons of either end pass to the other.',
    source: 'RFC 6455 section 7.4',
  },
  {
    id: 'live:close:reason',
    sentence: 'A close reason of ours is UTF-8 of at most 123 bytes.',
    source: 'RFC 6455 section 5.5.1',
  },
  {
    id: 'live:close:limit',
    sentence:
      'A close of ours is answered within 5 s, a close of theirs within 30 s, or what is left is reset.',
    source: 'RFC 6455 section 7.1.1',
  },
  {
    id: 'live:boundary',
    sentence: 'A ping or close of ours goes out between frames only.',
    source: 'RFC 6455 section 5.4',
  },
  {
    id: 'live:framing',
    sentence: 'Broken framing closes both ends with 1002, and the broken frame is not forwarded.',
    source: 'RFC 6455 section 7.4.1',
  },
  {
    id: 'live:too-big',
    sentence:
      'A message over the limit closes both ends with 1009, with size and limit in the reason, and is not forwarded.',
    source: 'RFC 6455 section 7.4.1',
  },
  {
    id: 'live:backpressure',
    sentence: 'While one end does not read, the other is not read either, and nothing is lost.',
    source: 'docs/wire.md, the live connection',
  },
  {
    id: 'live:slow-reader',
    sentence:
      'An end that does not read for slowReader seconds ends the connection with 1013, or with a reset.',
    source: 'docs/wire.md, the live connection',
  },
  {
    id: 'live:replica-died',
    sentence: 'A replica that dies between frames closes the client with 1011.',
    source: 'RFC 6455 section 7.4.1',
  },
  {
    id: 'live:replica-died:inside',
    sentence: 'A replica that dies inside a frame resets the client, and the log says so.',
    source: 'RFC 6455 section 7.1.5',
  },
  {
    id: 'live:token-expiry',
    sentence: 'A connection whose token has expired is closed with 3000 after the grace.',
    source: 'IANA WebSocket close code registry; docs/wire.md, close codes',
  },
  {
    id: 'live:idle',
    sentence: 'A connection without a message for idleTimeout is closed with 3008; pings do not count.',
    source: 'IANA WebSocket close code registry; docs/wire.md, close codes',
  },
  {
    id: 'live:ping',
    sentence: 'A peer from which no byte came for pingInterval is pinged.',
    source: 'RFC 6455 section 5.5.2',
  },
  {
    id: 'live:ping:swallowed',
    sentence: 'The answer to a ping of ours goes no further; every other pong passes.',
    source: 'RFC 6455 section 5.5.3',
  },
  {
    id: 'live:ping:yields',
    sentence: "No ping of ours goes out while the other end's own ping waits for its answer.",
    source: 'RFC 6455 section 5.5.3',
  },
  {
    id: 'live:ping:misses',
    sentence: 'An end that misses two pings ends the connection.',
    source: 'docs/wire.md, the live connection',
  },
  {
    id: 'live:ping:life',
    sentence: 'Any byte of a peer is life, and nobody is judged who is not being read.',
    source: 'docs/wire.md, the live connection',
  },
  {
    id: 'live:drain',
    sentence:
      'A draining replica\'s clients are closed with 1012 and {"retryAfterMs":n}; what they still send is relayed until their own close.',
    source: 'docs/wire.md, the live connection',
  },
  {
    id: 'live:drain:after',
    sentence: 'When a replica is replaced its connections stay for drainAfter.',
    source: 'docs/wire.md, settings of an application',
  },
  {
    id: 'live:drain:spread',
    sentence: 'The closes of a drain are spread over drainSpread.',
    source: 'docs/wire.md, settings of an application',
  },
  {
    id: 'management:metrics',
    sentence:
      '/metrics tells in Prometheus text format what was served, refused and runs, in a bounded number of series.',
    source: 'docs/operations.md, metrics',
  },
  {
    id: 'mcp:telemetry',
    sentence:
      'With mcpTelemetry requests of MCP are counted and traced by method and tool; what goes through stays as it was.',
    source: 'docs/operations.md, MCP; OpenTelemetry semantic conventions for MCP; SEP-414',
  },
  {
    id: 'mcp:telemetry:off',
    sentence: 'Without mcpTelemetry no message is read, and permessage-deflate is offered on.',
    source: 'docs/wire.md, settings of an application',
  },
  {
    id: 'trace:context',
    sentence:
      'A traceparent reaches the replica: the client’s, or with tracing on one of the same trace that names the stage.',
    source: 'docs/operations.md, traces (W3C Trace Context)',
  },
  {
    id: 'chaos:replicas',
    sentence:
      'Replicas that something kills are replaced within 30 s; no process of an application outlives it.',
    source: 'docs/architecture.md, from wish to fact',
  },
  {
    id: 'containers:kept',
    sentence:
      'After a restart as many containers go on as the load had asked for, until a stable window says otherwise.',
    source: 'docs/operations.md, scaling',
  },
  {
    id: 'containers:rollout',
    sentence:
      'A server that is killed while new containers come up is finished by its successor within 30 s.',
    source: 'docs/operations.md, containers',
  },
  {
    id: 'containers:shared',
    sentence:
      'Containers of the only server on a database go on when it ends, and its next start adopts them.',
    source: 'docs/operations.md, containers',
  },
  {
    id: 'containers:nodes',
    sentence: 'A node that returns removes its containers when another one leads: none runs twice for long.',
    source: 'docs/operations.md, containers',
  },
  {
    id: 'containers:engine',
    sentence:
      'When the container engine ends and comes back, what is wanted runs again within 30 s, and no more.',
    source: 'docs/operations.md, containers',
  },
  {
    id: 'chaos:server',
    sentence:
      'Local processes end within a second after their server was killed; the next server takes up what was under way.',
    source: 'docs/operations.md, stopping',
  },
  {
    id: 'soak:nothing-grows',
    sentence: 'Connections that come and go, however they end, leave nothing behind in the server.',
    source: 'docs/architecture.md, the path of a connection',
  },
  {
    id: 'rollout:requests',
    sentence: 'While another version comes to serve, no request fails.',
    source: 'docs/wire.md, the live connection',
  },
  {
    id: 'rollout:messages',
    sentence:
      'What a client sent before it read 1012 reaches the replica in order; after it repeats what was unanswered nothing is missing.',
    source: 'docs/wire.md, the live connection',
  },
  {
    id: 'shutdown:drain',
    sentence:
      'A server that stops refuses new arrivals with 503, sends connections away with 1012, lets requests finish, and then ends what is left.',
    source: 'docs/wire.md, refusals',
  },
  // The management API
  {
    id: 'management:signature',
    sentence:
      'A request signature by a registered API key is accepted within 5 minutes of its date, an identical repeat included.',
    source: 'OCI reference, section 4.2',
  },
  {
    id: 'management:signature:altered',
    sentence:
      'A request of which anything that must be signed was altered, left out or doubled, or whose body has another hash, is refused with 401.',
    source: 'OCI reference, section 4.2',
  },
  {
    id: 'management:unauthenticated',
    sentence: 'A missing credential and every bad signature get the same answer.',
    source: 'docs/wire.md, the management API',
  },
  {
    id: 'management:admin-issuer',
    sentence: 'A token of the operators’ own issuer has the role that its claim is mapped to.',
    source: 'docs/operations.md, operators from an issuer of your own',
  },
  {
    id: 'management:secrets',
    sentence: 'A replica starts with the values that the secrets of its VAULT variables have at that moment.',
    source: 'OCI reference, section 5.4; docs/wire.md, the management API',
  },
  {
    id: 'management:secrets:hidden',
    sentence: 'No answer, log line or file of the server holds the value of a secret in the clear.',
    source: 'docs/wire.md, the management API',
  },
  {
    id: 'management:oci-sdk',
    sentence:
      "Oracle's SDK manages applications, deployments and work requests with nothing changed but the endpoint.",
    source: 'OCI reference, sections 1 and 2',
  },
  {
    id: 'management:crash',
    sentence:
      'A server that is killed at any point has every acknowledged change after its next start, and ends every work request.',
    source: 'docs/wire.md, the management API',
  },
  {
    id: 'management:described',
    sentence: 'GET /openapi.json describes every operation, and every request and answer is as it says.',
    source: 'docs/wire.md, the management API',
  },
  {
    id: 'management:audit',
    sentence:
      'Every change, and every refused one, is in the audit log: who, from where, what, and the changed fields before and after, without secrets.',
    source: 'docs/wire.md, the management API',
  },
  // MCP
  {
    id: 'mcp:bad:json',
    sentence:
      'Text that is not JSON is answered with -32700 and JSON that is no JSON-RPC message with -32600; the connection goes on.',
    source: 'docs/wire.md, what goes wrong',
  },
  {
    id: 'mcp:bad:batch',
    sentence:
      'A batch is answered with one in a session of 2025-03-26, and refused with -32600 everywhere else.',
    source: 'docs/wire.md, what goes wrong',
  },
  {
    id: 'mcp:bad:id',
    sentence:
      'An answer or a cancellation with an unknown id is passed over; a request with an id that is in use is answered with -32600 and not done.',
    source: 'docs/wire.md, what goes wrong',
  },
  {
    id: 'mcp:bad:size',
    sentence:
      'A message over the limit closes its connection with 1009; a result over the limit becomes error -32603.',
    source: 'docs/wire.md, what goes wrong',
  },
  {
    id: 'mcp:bad:binary',
    sentence: 'A binary message closes its connection with 1003.',
    source: 'docs/wire.md, what goes wrong',
  },
  {
    id: 'mcp:bad:subprotocol',
    sentence: 'A handshake that does not offer the subprotocol mcp is refused with 400 before the upgrade.',
    source: 'docs/wire.md, what goes wrong',
  },
  {
    id: 'mcp:bad:version',
    sentence:
      'An unknown protocol version is answered with the newest legacy one in initialize, and with -32022 in the stateless era.',
    source: 'docs/wire.md, what goes wrong',
  },
  {
    id: 'mcp:bad:headers',
    sentence:
      'Headers of a stateless request over Streamable HTTP that disagree with its body are refused with 400 and -32020.',
    source: 'docs/wire.md, what goes wrong',
  },
  {
    id: 'mcp:many',
    sentence:
      'A thousand requests at one time on one connection are all answered; one above the limit is answered with -32000 and not done.',
    source: 'docs/wire.md, what goes wrong',
  },
  {
    id: 'mcp:slow-reader',
    sentence:
      'A peer that stops reading while more waits for it than the limit is closed with 1013; the other connections go on, and memory stays bounded.',
    source: 'docs/wire.md, what goes wrong',
  },
  {
    id: 'mcp:stdio',
    sentence:
      'An MCP server on its standard streams is served over WebSocket and Streamable HTTP, a process to each legacy session, and none is left when its session or its application is gone.',
    source: 'docs/runtime-contract.md, MCP servers on their standard streams',
  },
  {
    id: 'mcp:conformance',
    sentence:
      'What the MCP revisions 2025-11-25 and 2026-07-28 require of a server holds through the gateway, over WebSocket by way of the bridge, and for a server on its standard streams.',
    source: 'docs/wire.md, MCP conformance',
  },
  {
    id: 'mcp:matrix',
    sentence:
      'Every client of the table works with every application of it, over both transports and in both eras, or cannot for the reason that stands there.',
    source: 'docs/compatibility.md, MCP clients',
  },
  {
    id: 'mcp:stdio:start',
    sentence: 'A command that is no MCP server fails its deployment with the reason and what it wrote.',
    source: 'docs/runtime-contract.md, MCP servers on their standard streams',
  },
  // Several servers on one database
  // Workers
  {
    id: 'workers:limits',
    sentence: 'Limits on connections, and maxConcurrency, hold for all workers of a server together.',
    source: 'docs/wire.md, settings of an application',
  },
  {
    id: 'workers:apart',
    sentence:
      'A worker that fails ends its own connections and no others; its place is taken by another one.',
    source: 'docs/operations.md, workers',
  },
  {
    id: 'workers:spread',
    sentence: 'Of 1,000 connections no worker has more than 1.5 times the mean.',
    source: 'docs/operations.md, workers',
  },
  {
    id: 'nodes:served',
    sentence:
      'An application that is made through one server is invocable through every server of the same database within a second.',
    source: 'docs/operations.md, several servers',
  },
  {
    id: 'nodes:takeover',
    sentence:
      'When the server that reconciles is killed or stopped, another one serves within 15 s, and starts each replica once.',
    source: 'docs/operations.md, when the leader fails',
  },
  {
    id: 'nodes:stale',
    sentence:
      'A server that was stopped and goes on sends nobody to a replica that another one has replaced.',
    source: 'docs/operations.md, when the leader fails',
  },
  {
    id: 'nodes:peers',
    sentence:
      'The listener for servers answers nobody who shows no certificate of the authority in the database.',
    source: 'docs/operations.md, several servers',
  },
] as const satisfies readonly Requirement[];

export type RequirementId = (typeof requirements)[number]['id'];
