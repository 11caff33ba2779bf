/** WebSocket close codes that Mooring sends of its own accord (RFC 6455 section 7.4, IANA registry). */

export const closeCodes = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  policyViolation: 1008,
  messageTooBig: 1009,
  internalError: 1011,
  serviceRestart: 1012,
  tryAgainLater: 1013,
  unauthorized: 3000,
  forbidden: 3003,
  timeout: 3008,
} as const;

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];
