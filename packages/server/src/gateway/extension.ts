/** WebSocket extensions: only permessage-deflate is offered on, end to end (RFC 7692; RFC 6455 section 9.1). */

const name = /^permessage-deflate\s*(;|$)/i;

/** Those of the client's offers that go on to the replica; undefined when none does. */
export function offeredExtensions(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const offers = header.split(',').map((offer) => offer.trim());
  const passed = offers.filter((offer) => name.test(offer));
  return passed.length === 0 ? undefined : passed.join(', ');
}

/** True when the replica's answer is one that the client's offers allow. */
export function isAcceptableExtension(answer: string | undefined, offered: string | undefined): boolean {
  if (answer === undefined) return true;
  return offered !== undefined && name.test(answer.trim()) && !answer.includes(',');
}
