/** Where a PostgreSQL is, as messages may say it: never with its password. */

/** The URL without user, password and options. Throws a TypeError that does not repeat it when it is no URL. */
export function placeOf(url: string): string {
  if (!URL.canParse(url))
    throw new TypeError('The URL of the database is not one: postgres://user@host/name.');
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
